import { escapeControls } from '../../base/escape.ts'
import { type Language, say } from '../../i18n/i18n.ts'
import { nameOf } from '../../policy/rules/rule.ts'
import type { Refusal } from './judge.ts'

/** Longer lines are told by their beginning. */
const MOST_SHOWN = 80

/** Why a line was not run, and what to do. */
export function refusalText(language: Language, why: Refusal): string {
  if (why.kind === 'unreadable') return say(language, 'session.rule.unreadable')
  if (why.kind === 'unknown') return say(language, `session.rule.${why.why}`, { line: shown(why.text) })
  const rule = why.rule ? nameOf(why.rule) : ''
  const line = shown(why.text)
  if (why.trouble) return say(language, `session.rule.${why.trouble}`, { line, rule })
  return why.rule
    ? say(language, 'session.rule.denied', { line, rule })
    : say(language, 'session.rule.left', { line })
}

function shown(text: string): string {
  const line = escapeControls(text.trim().replaceAll('\n', ' ⏎ '))
  return line.length > MOST_SHOWN ? `${line.slice(0, MOST_SHOWN)}…` : line
}
