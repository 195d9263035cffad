import { clusters, clusterWidth, textWidth } from './width.ts'

/**
 * Breaks a text into lines of at most `width` cells: at blanks, beside wide characters (but never before a closing or
 * behind an opening mark), and inside a word only when it is longer than a line.
 */
export const wrapText = (text: string, width: number): readonly string[] =>
  text.split('\n').flatMap((line) => wrapLine(line, Math.max(2, width)))

function wrapLine(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const piece of pieces(text).flatMap((each) => chop(each, width))) {
    if (line !== '' && textWidth(line) + textWidth(piece.trimEnd()) > width) {
      lines.push(line.trimEnd())
      line = ''
    }
    line += piece
  }
  return [...lines, line.trimEnd()]
}

/** What stays together: a word with the blanks behind it, a wide character with its marks. */
function pieces(text: string): readonly string[] {
  const found: string[] = []
  let before: string | undefined
  for (const cluster of clusters(text)) {
    if (before === undefined || mayBreak(before, cluster)) found.push(cluster)
    else found[found.length - 1] += cluster
    before = cluster
  }
  return found
}

function mayBreak(before: string, after: string): boolean {
  if (after === ' ') return false
  if (before === ' ') return true
  const wide = clusterWidth(before) === 2 || clusterWidth(after) === 2
  return wide && !/^[\p{Pe}\p{Pf}\p{Po}]/u.test(after) && !/^[\p{Ps}\p{Pi}]/u.test(before)
}

/** A piece longer than a line, in parts that fit. */
function chop(piece: string, width: number): readonly string[] {
  if (textWidth(piece.trimEnd()) <= width) return [piece]
  const parts: string[] = []
  let part = ''
  for (const cluster of clusters(piece)) {
    if (textWidth(part) + clusterWidth(cluster) > width) {
      parts.push(part)
      part = ''
    }
    part += cluster
  }
  return [...parts, part]
}
