import type { CommandRule } from '../../core/model.ts'
import { TooManyParts } from './nesting.ts'
import { partsOf } from './parts.ts'
import { type CompiledRule, compileRule } from './rule.ts'
import type { SlowSearch } from './slow-search.ts'

/** Why nothing else could be said of a part than no. */
export type Trouble = 'broken' | 'slow' | 'too-long' | 'fault'

/** What the rules say of one part of a line, or of all of it. */
export type Verdict =
  /** `rule`: the one that allows it; undefined when none speaks of it. */
  | { readonly kind: 'allowed'; readonly part: string; readonly rule?: CommandRule }
  | {
      readonly kind: 'denied'
      readonly part: string
      /** Undefined for a text that is too long to be judged. */
      readonly rule?: CommandRule
      /** It was not the rule's match that denied. */
      readonly trouble?: Trouble
    }

export interface JudgeOptions {
  /** Rules that match whatever there is say nothing: the text is a program's input, which nobody could list. */
  readonly withoutRulesForAll?: boolean
}

/** Longer texts are refused: no person types them, and judging would take too long. */
const MOST_TEXT = 65_536

/**
 * The command rules of a system user, for a line of a shell, an exec request and a paste alike. The first rule that
 * matches a part decides on it, in core's order; no match allows it; one part that is denied denies the whole.
 */
export class RuleSet {
  readonly compiled: readonly CompiledRule[]
  readonly #slow: SlowSearch

  /** `rules` in the order of evaluation. */
  constructor(rules: readonly CommandRule[], slow: SlowSearch) {
    this.compiled = rules.map(compileRule)
    this.#slow = slow
  }

  /** Never rejects. */
  async judge(text: string, options: JudgeOptions = {}): Promise<Verdict> {
    const verdicts = await this.judgeParts(text, options)
    return (
      verdicts.find(({ kind }) => kind === 'denied') ??
      verdicts.find((verdict) => verdict.rule) ??
      verdicts[0] ?? { kind: 'allowed', part: text.trim() }
    )
  }

  /** What is said of each part; empty for a blank text. */
  async judgeParts(text: string, options: JudgeOptions = {}): Promise<Verdict[]> {
    const verdicts: Verdict[] = []
    try {
      if (text.length > MOST_TEXT) throw new TooManyParts('too long')
      for (const part of partsOf(text)) verdicts.push(await this.#judgePart(part, options))
    } catch (error) {
      // What cannot be judged does not run, whatever the reason: a fault here must not let a line through.
      const trouble = error instanceof TooManyParts ? 'too-long' : 'fault'
      verdicts.push({ kind: 'denied', part: text.trim(), trouble })
    }
    return verdicts
  }

  async #judgePart(part: string, { withoutRulesForAll = false }: JudgeOptions): Promise<Verdict> {
    for (const each of this.compiled) {
      if (each.kind === 'empty' || (withoutRulesForAll && each.kind === 'good' && each.forAll)) continue
      const { rule } = each
      if (each.kind === 'broken') return { kind: 'denied', part, rule, trouble: 'broken' }
      const found = each.regex.search(part) ?? (await this.#slow.search(each.regex.source, part))
      if (found === undefined) return { kind: 'denied', part, rule, trouble: 'slow' }
      if (found) return { kind: rule.action === 'allow' ? 'allowed' : 'denied', part, rule }
    }
    return { kind: 'allowed', part }
  }
}
