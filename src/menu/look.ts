import type { FaultFacts } from '../base/fault.ts'
import { type Language, say, type TextKey } from '../i18n/i18n.ts'
import { type Style, styleFor } from '../terminal/ansi.ts'
import { tableWidth } from '../terminal/table.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { wrapText } from '../terminal/wrap.ts'

/** Rows of a page: so many, as many as the window has room for, or all. */
export type PageRows = number | 'auto' | 'all'

/** Everything a screen's look depends on. */
export interface Look {
  readonly language: Language
  readonly style: Style
  /** Cells of a line. */
  readonly width: number
  /** Rows of the window; infinite where nothing pages. */
  readonly rows: number
  readonly pageRows: PageRows
}

export interface LookOptions {
  readonly language: Language
  readonly style?: Style
  readonly pageRows?: PageRows
}

/** Without a PTY nobody looks through a window: lines are wide and lists are whole. */
export function lookOf(terminal: Terminal, options: LookOptions): Look {
  const { pty, size } = terminal
  const { language, style = styleFor(pty), pageRows = 'auto' } = options
  return pty
    ? { language, style, width: tableWidth(size.columns), rows: size.rows, pageRows }
    : { language, style, width: tableWidth(300), rows: Number.POSITIVE_INFINITY, pageRows: 'all' }
}

export const INDENT = '  '

/** A sentence, indented and wrapped. */
export const sentence = (look: Look, key: TextKey, facts?: FaultFacts): readonly string[] =>
  paragraph(look, say(look.language, key, facts))

export const paragraph = (look: Look, text: string): readonly string[] =>
  wrapText(text, look.width - INDENT.length).map((line) => INDENT + line)

/** `1,204`. */
export const numberText = (count: number): string => count.toLocaleString('en')

/** `1,204 assets`. */
export const countText = (language: Language, count: number): string =>
  say(language, count === 1 ? 'menu.count.one' : 'menu.count.many', { count: numberText(count) })
