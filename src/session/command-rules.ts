import type { Recording } from '../audit/audit.ts'
import type { JudgedLine } from '../audit/command-detector.ts'
import type { Clock } from '../base/clock.ts'
import type { CommandRule, Prepared } from '../core/model.ts'
import { auditEvent, type Log } from '../log.ts'
import { nameOf } from '../policy/rules/rule.ts'
import { RuleSet } from '../policy/rules/rule-set.ts'
import type { SlowSearch } from '../policy/rules/slow-search.ts'
import type { EndOrder } from './ending.ts'
import { gate } from './gate/gate.ts'
import type { Refusal } from './gate/judge.ts'
import { lineGate } from './gate/line-gate.ts'
import { readsCommands } from './gate/reads-commands.ts'
import { refusalText } from './gate/refusal-text.ts'
import { type NoticeContext, noticeBytes } from './notices.ts'
import type { StageMaker } from './stage.ts'

/** What sessions with command rules need of the daemon. */
export interface CommandRulesDeps {
  /** The session's id. */
  readonly session: string
  readonly slow: SlowSearch
  /** COMMAND_RULES = dry-run: what would be denied is noted, and runs. */
  readonly dryRun: boolean
  readonly clock: Clock
  readonly log: Log
}

/** Characters of a line, and of a pattern, that an event has. */
const MOST_TOLD = 1000
const HIDDEN = '(typed without echo)'

/** The command rules of one session. */
export class CommandRules {
  readonly #deps: CommandRulesDeps
  readonly #rules: RuleSet
  readonly #account: string

  private constructor(deps: CommandRulesDeps, rules: RuleSet, account: string) {
    this.#deps = deps
    this.#account = account
    this.#rules = rules
  }

  /** Undefined where there are none: such a session pays nothing. A rule that is broken is told in the log. */
  static of({ rules, target }: Prepared, deps: CommandRulesDeps): CommandRules | undefined {
    if (rules.length === 0) return undefined
    const set = new RuleSet(rules, deps.slow)
    for (const each of set.compiled) {
      if (each.kind !== 'broken') continue
      const { reason, rule } = each
      deps.log.warn(
        { rule: nameOf(rule), account: target.systemUser.name, reason },
        'a command rule is no regular expression: every line that comes as far as it is refused; ' +
          'mend it in Jumpserver (cocod rules check says more)',
      )
    }
    return new CommandRules(deps, set, target.systemUser.name)
  }

  /** An exec request, before it runs. Returns how the session ends when it may not. */
  async exec(command: string, recording: Recording): Promise<EndOrder | undefined> {
    const verdict = await this.#rules.judge(command)
    const refusal: Refusal | undefined =
      verdict.kind === 'denied' ? { ...verdict, kind: 'rule', text: command } : undefined
    this.#note(recording, command, { rule: verdict.rule, refusal })
    if (!refusal || this.#deps.dryRun) return undefined
    return { kind: 'rule', refusal }
  }

  /** What sits between the person and the program. `end` ends the session. */
  stage(
    {
      context,
      command,
      recording,
    }: { context: NoticeContext; command: string | undefined; recording: Recording },
    end: (order: EndOrder) => void,
  ): StageMaker | undefined {
    const { clock, dryRun } = this.#deps
    const rules = this.#rules
    const { language } = context.principal
    if (context.terminal.pty) {
      return gate({
        ...{ rules, sight: recording, clock, dryRun },
        sentence: (why) => noticeBytes(context, refusalText(language, why)),
        onRefusal: (why, echoed) => this.#log(why, echoed),
      })
    }
    if (command !== undefined && !readsCommands(command)) return undefined
    return lineGate({
      ...{ rules, dryRun },
      onJudged: (text, rule, refusal) => this.#note(recording, text, { rule, refusal }),
      onRefused: (refusal) => end({ kind: 'rule', refusal }),
    })
  }

  #note(
    recording: Recording,
    text: string,
    { rule, refusal }: { rule: CommandRule | undefined; refusal: Refusal | undefined },
  ): void {
    if (refusal) this.#log(refusal, true)
    const denied = this.#deps.dryRun ? 'would-deny' : 'denied'
    const verdict: JudgedLine['verdict'] = refusal ? denied : 'allowed'
    const name = rule ? nameOf(rule) : `(${refusal?.kind === 'unknown' ? refusal.why : 'too long'})`
    if (refusal || rule) recording.judged({ text, rule: name, verdict })
  }

  #log(why: Refusal, echoed: boolean): void {
    const { log, dryRun, session } = this.#deps
    const rule = why.kind === 'rule' ? why.rule : undefined
    const text = why.kind === 'unreadable' ? '' : why.text
    const facts = {
      ...{ session, account: this.#account, action: dryRun ? 'would-deny' : 'denied' },
      line: echoed ? text.slice(0, MOST_TOLD) : HIDDEN,
      ...(rule && { rule: nameOf(rule), pattern: rule.content.slice(0, MOST_TOLD) }),
      trouble: troubleOf(why),
    }
    auditEvent(log, 'rule-hit', facts, dryRun ? 'a command would be denied' : 'a command was denied')
  }
}

/** Undefined where a rule matched. */
function troubleOf(why: Refusal): string | undefined {
  if (why.kind === 'rule') return why.trouble ?? (why.rule ? undefined : 'left')
  return why.kind === 'unknown' ? why.why : why.kind
}
