import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { systemClock } from '../base/clock.ts'
import { escapeControls } from '../base/escape.ts'
import { adviceOn } from '../policy/rules/advice.ts'
import { nameOf } from '../policy/rules/rule.ts'
import { RuleSet, type Verdict } from '../policy/rules/rule-set.ts'
import { SlowSearch } from '../policy/rules/slow-search.ts'
import { padText, textWidth } from '../terminal/width.ts'
import { type CliIo, type Command, EXIT } from './io.ts'
import { readCommandLine, UsageError } from './options.ts'
import { takeOptions } from './own-options.ts'
import { type RulesOfAccount, readRules } from './rules-file.ts'

const USAGE = 'cocod rules test "ls; rm x" | check, with --rules FILE or an inventory'
const MOST_WIDTH = 40

/** `cocod rules …`: what command rules say, before anybody meets them. Exit code 1: something is denied, or wrong. */
export const rules: Command = async (args, io) => {
  const { own, rest } = takeOptions(args, ['rules', 'account'])
  const { config, words } = readCommandLine(rest, io)
  const [verb = '', ...lines] = words
  if (verb !== 'test' && verb !== 'check') throw new UsageError(`cocod rules does not know “${verb}”`, USAGE)
  const file = own.rules === undefined ? config.settings.INVENTORY : resolve(io.cwd, own.rules)
  if (file === undefined) throw new UsageError('there are no rules to look at', USAGE)
  const accounts = await readRules(file, own.account)
  if (verb === 'check') return check(accounts, io)
  return await test(accounts, lines.length > 0 ? lines : await linesOf(io), io)
}

/** Without words the lines come from standard input. */
async function linesOf({ stdin }: CliIo): Promise<string[]> {
  const lines: string[] = []
  for await (const line of createInterface({ input: stdin })) if (line.trim() !== '') lines.push(line)
  return lines
}

async function test(
  accounts: readonly RulesOfAccount[],
  lines: readonly string[],
  io: CliIo,
): Promise<number> {
  using slow = new SlowSearch({ clock: systemClock })
  let denied = false
  for (const { account, rules: all } of accounts) {
    if (account !== undefined && accounts.length > 1) io.stdout.write(`${account}:\n`)
    const set = new RuleSet(all, slow)
    for (const line of lines) {
      const verdicts = await set.judgeParts(line)
      denied ||= verdicts.some(({ kind }) => kind === 'denied')
      io.stdout.write(table(verdicts))
    }
  }
  return denied ? EXIT.failed : EXIT.ok
}

function table(verdicts: readonly Verdict[]): string {
  const parts = verdicts.map(({ part }) => escapeControls(part))
  const width = Math.min(MOST_WIDTH, Math.max(...parts.map(textWidth), 0))
  return verdicts
    .map((verdict, index) => ` ${padText(parts[index] ?? '', width)}   ${sentence(verdict)}\n`)
    .join('')
}

function sentence(verdict: Verdict): string {
  const { kind, rule } = verdict
  if (!rule) return kind === 'allowed' ? 'allowed (no rule)' : 'DENIED: too long to be judged'
  const by = `by ${nameOf(rule)}, priority ${rule.priority}`
  if (kind === 'allowed') return `allowed ${by}`
  if (verdict.trouble === 'broken') return `DENIED ${by}: the rule is no regular expression`
  if (verdict.trouble === 'fault') return 'DENIED: it cannot be judged'
  if (verdict.trouble === 'slow') return `DENIED ${by}: the rule takes too long`
  return `DENIED ${by} (${rule.kind}: ${escapeControls(rule.content.split(/[\r\n]/)[0] ?? '')})`
}

function check(accounts: readonly RulesOfAccount[], { stdout }: CliIo): number {
  const seen = new Map(accounts.flatMap(({ rules: all }) => all.map((rule) => [rule.id, rule] as const)))
  const found = [...seen.values()].map((rule) => ({ rule, advice: adviceOn(rule) }))
  for (const { rule, advice } of found) {
    for (const { grave, text } of advice) {
      stdout.write(` ${grave ? 'FAIL' : 'warn'}  ${nameOf(rule)}\n       ${escapeControls(text)}\n`)
    }
  }
  const all = found.flatMap(({ advice }) => advice)
  const grave = all.filter((each) => each.grave).length
  stdout.write(
    ` ${count(seen.size, 'rule')}, ${count(grave, 'problem')}, ${count(all.length - grave, 'warning')}\n`,
  )
  return grave > 0 ? EXIT.failed : EXIT.ok
}

const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`
