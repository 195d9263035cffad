/**
 * The candidate a mistyped word most likely meant: the fewest edits, at most a third of its length (at least two).
 * Case, `-` and `_` do not count. Undefined when nothing is near.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const limit = Math.max(2, Math.floor(word.length / 3))
  let best: { readonly candidate: string; readonly edits: number } | undefined
  for (const candidate of candidates) {
    const edits = distance(plain(word), plain(candidate))
    if (edits <= limit && edits < candidate.length && edits < (best?.edits ?? Number.POSITIVE_INFINITY)) {
      best = { candidate, edits }
    }
  }
  return best?.candidate
}

// What people mistype is short; a pasted line is cut so that the cost stays bounded.
const plain = (word: string): string => word.slice(0, 64).toLowerCase().replace(/[-_]/g, '')

/** Edits to get from one word to the other (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let line = 1; line <= from.length; line++) {
    const next = [line]
    for (let column = 1; column <= to.length; column++) {
      const swap = (row[column - 1] ?? 0) + (from[line - 1] === to[column - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}
