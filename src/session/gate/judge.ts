import type { EditedLine } from '../../audit/command-detector.ts'
import type { CommandRule } from '../../core/model.ts'
import type { RuleSet, Trouble } from '../../policy/rules/rule-set.ts'
import { type Quote, readHistory } from './history.ts'

/** Why a line may not be sent off. */
export type Refusal =
  /** A rule denies it; `trouble`: not by its match. */
  | { readonly kind: 'rule'; readonly text: string; readonly rule?: CommandRule; readonly trouble?: Trouble }
  /** What would run is not what stands there (`!!`), or stands nowhere yet. */
  | {
      readonly kind: 'unknown'
      readonly text: string
      readonly why: 'history' | 'ahead' | 'editor' | 'macro' | 'nul'
    }
  /** The line cannot be read at all. */
  | { readonly kind: 'unreadable' }

export type Decision =
  | { readonly kind: 'pass'; readonly text: string; readonly rule?: CommandRule }
  | { readonly kind: 'refuse'; readonly why: Refusal }

/** The way a terminal without an editor shows a cursor key or a control key. */
const CONTROL_ECHO = /\^(?:\[|[A-Z@\\\]^_])/

/** What came before the line, and by which key it is sent off. */
export interface Circumstances {
  /** Lines that go on in this one. */
  readonly before: string
  /** They came in a paste: where its brackets hold, this line has them in it. */
  readonly alone: boolean
  /** The quote that may still be open from them. */
  readonly quote: Quote
  /** The key takes a comment sign away. */
  readonly uncomments: boolean
}

/**
 * Decides on a line before it is sent off. All that it may be is judged, and one denial is enough: the keys where they
 * agree with the screen, else what the screen shows, read in several ways, and the keys besides.
 */
export async function decide(rules: RuleSet, line: EditedLine, how: Circumstances): Promise<Decision> {
  // Nobody could list what may be an answer or a password.
  const options = { withoutRulesForAll: !line.echoed && line.editor !== true }
  let passed: Decision | undefined
  for (const { text, whole } of candidates(line).flatMap((each) => readings(each, how))) {
    const verdict = await rules.judge(whole, options)
    if (verdict.kind === 'denied') return refuse({ ...verdict, kind: 'rule', text })
    passed ??= { kind: 'pass', text, ...(verdict.rule && { rule: verdict.rule }) }
  }
  const history = historyIn(line, how.quote)
  if (history !== undefined) return refuse({ kind: 'unknown', text: history, why: 'history' })
  if (isUnknownAhead(line)) return refuse({ kind: 'unknown', text: '', why: 'ahead' })
  return passed ?? { kind: 'pass', text: '' }
}

interface Reading {
  readonly text: string
  /** With what it goes on from. */
  readonly whole: string
}

function readings(line: string, { before, alone, uncomments }: Circumstances): Reading[] {
  const texts = uncomments ? [line, line.replace(/^\s*#/, '')] : [line]
  const begins = alone && before !== '' ? [before, ''] : [before]
  return texts.flatMap((text) => begins.map((begin) => ({ text, whole: begin + text })))
}

/** A line that a shell may put together from its history. Older ones never say that their line editor is active. */
function historyIn(line: EditedLine, quote: Quote): string | undefined {
  if (line.editor === false || line.alternate) return undefined
  // Without echo and without an editor it is an answer to a program.
  if (!line.echoed && line.editor === undefined) return undefined
  const texts = line.sure ? [line.typed] : candidates(line)
  return texts.find((text) => [quote, 'none' as const].some((begins) => readHistory(text, begins).expands))
}

/** Nothing stands on the line, by the keys and by the screen. */
export const isBlank = (line: EditedLine): boolean => candidates(line).length === 0

function candidates({ exact, alternate, sure, typed, texts, row }: EditedLine): string[] {
  if (exact) return [typed]
  const all = [...texts, typed, ...(alternate && !sure ? [row] : [])]
  return all.filter((text) => text.trim() !== '')
}

/** Keys for a shell that does not read yet, and which put there what only it knows: a line of its history. */
function isUnknownAhead({ editor, alternate, sure, row }: EditedLine): boolean {
  return editor === false && !alternate && !sure && CONTROL_ECHO.test(row)
}

const refuse = (why: Refusal): Decision => ({ kind: 'refuse', why })
