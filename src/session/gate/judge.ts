import type { EditedLine } from '../../audit/command-detector.ts'
import type { CommandRule } from '../../core/model.ts'
import type { RuleSet, Trouble } from '../../policy/rules/rule-set.ts'

/** Why a line may not be sent off. */
export type Refusal =
  /** A rule denies it; `trouble`: not by its match. */
  | { readonly kind: 'rule'; readonly text: string; readonly rule?: CommandRule; readonly trouble?: Trouble }
  /** What would run is not what stands there (`!!`), or stands nowhere yet. */
  | { readonly kind: 'unknown'; readonly text: string; readonly why: 'history' | 'ahead' | 'editor' }
  /** The line cannot be read at all. */
  | { readonly kind: 'unreadable' }

export type Decision =
  | { readonly kind: 'pass'; readonly text: string; readonly rule?: CommandRule }
  | { readonly kind: 'refuse'; readonly why: Refusal }

/** Expansions that bash and zsh make when the line has been sent off. */
const HISTORY = /(?<![\\\w])!(?:!|\$|\^|\*|#|-?\d+|\??[A-Za-z])|^\^[^^]+\^/
/** The way a terminal without an editor shows a cursor key or a control key. */
const CONTROL_ECHO = /\^(?:\[|[A-Z@\\\]^_])/

/**
 * Decides on a line before it is sent off. All that it may be is judged, and one denial is enough: the keys where they
 * agree with the screen, else what the screen shows, read in several ways, and the keys besides.
 */
export async function decide(rules: RuleSet, line: EditedLine, before: string): Promise<Decision> {
  // Nobody could list what may be an answer or a password.
  const options = { withoutRulesForAll: !line.echoed && line.editor !== true }
  let passed: Decision | undefined
  for (const text of candidates(line)) {
    const verdict = await rules.judge(before + text, options)
    if (verdict.kind === 'denied') return refuse({ ...verdict, kind: 'rule', text })
    passed ??= { kind: 'pass', text, ...(verdict.rule && { rule: verdict.rule }) }
  }
  const history = line.editor === true && candidates(line).find((text) => HISTORY.test(unquotedOnly(text)))
  if (history) return refuse({ kind: 'unknown', text: history, why: 'history' })
  if (isUnknownAhead(line)) return refuse({ kind: 'unknown', text: '', why: 'ahead' })
  return passed ?? { kind: 'pass', text: '' }
}

function candidates({ exact, alternate, sure, typed, texts, row }: EditedLine): string[] {
  if (exact) return [typed]
  const all = [...texts, typed, ...(alternate && !sure ? [row] : [])]
  return all.filter((text) => text.trim() !== '')
}

/** Keys for a shell that does not read yet, and which put there what only it knows: a line of its history. */
function isUnknownAhead({ editor, alternate, sure, row }: EditedLine): boolean {
  return editor === false && !alternate && !sure && CONTROL_ECHO.test(row)
}

/** Nothing is expanded within single quotes. */
const unquotedOnly = (text: string): string => text.replaceAll(/'[^']*'/g, "''")

const refuse = (why: Refusal): Decision => ({ kind: 'refuse', why })
