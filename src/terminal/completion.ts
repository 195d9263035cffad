import type { Line } from './line.ts'
import { clusters, cutText, padText, textWidth } from './width.ts'

/** Whole texts that may stand in place of what was typed before the cursor; they begin with it, in any case. */
export type Completer = (text: string) => readonly string[]

export interface Completion {
  /** The same object when nothing could be added. */
  readonly line: Line
  /** What there is to choose from, when that is all Tab can do. */
  readonly choices: readonly string[]
}

/** What Tab does: as much as all candidates agree on, else the candidates. */
export function complete(line: Line, completer: Completer | undefined): Completion {
  const typed = line.text.slice(0, line.cursor)
  const candidates = completer?.(typed) ?? []
  const common = commonStart(candidates)
  if (candidates.length === 0 || line.search) return { line, choices: [] }
  const longer = common.length > typed.length
  if (!longer && (candidates.length > 1 || common === typed))
    return { line, choices: candidates.length > 1 ? candidates : [] }
  const text = common + line.text.slice(line.cursor)
  return { line: { ...line, text, cursor: common.length }, choices: [] }
}

/** What all begin with; letters of another case count as the same. */
function commonStart([first = '', ...others]: readonly string[]): string {
  let common = ''
  for (const cluster of clusters(first)) {
    const longer = (common + cluster).toLowerCase()
    if (!others.every((other) => other.toLowerCase().startsWith(longer))) break
    common += cluster
  }
  return common
}

/** Most words that are shown; the rest is `…`. */
const MOST_SHOWN = 100
const GAP = 2

/** Words in as many columns as fit, read downwards as by `ls`. */
export function inColumns(words: readonly string[], width: number): readonly string[] {
  const shown = words.length > MOST_SHOWN ? [...words.slice(0, MOST_SHOWN), '…'] : words
  const widest = Math.min(width, Math.max(...shown.map(textWidth)))
  const columns = Math.max(1, Math.floor((width + GAP) / (widest + GAP)))
  const rows = Math.ceil(shown.length / columns)
  return Array.from({ length: rows }, (_, row) =>
    shown
      .filter((_word, at) => at % rows === row)
      .map((word) => padText(cutText(word, widest), widest))
      .join(' '.repeat(GAP))
      .trimEnd(),
  )
}
