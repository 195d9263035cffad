import type { CharTest, Place } from './node.ts'

const LF = 10

/** Whether a zero-width part holds between two characters of the text. */
export function holdsAt(
  { place, word }: { readonly place: Place; readonly word: CharTest },
  text: readonly number[],
  at: number,
): boolean {
  switch (place) {
    case 'start':
      return at === 0
    case 'end':
      return at === text.length
    case 'endOrLastLf':
      return at === text.length || (at === text.length - 1 && text[at] === LF)
    case 'lineStart':
      return at === 0 || text[at - 1] === LF
    case 'lineEnd':
      return at === text.length || text[at] === LF
    case 'boundary':
      return isBoundary(word, text, at)
    case 'noBoundary':
      // Up to Python 3.13 \B does not hold in an empty text.
      return text.length > 0 && !isBoundary(word, text, at)
  }
}

function isBoundary(word: CharTest, text: readonly number[], at: number): boolean {
  const [before, after] = [text[at - 1], text[at]]
  return (before !== undefined && word(before)) !== (after !== undefined && word(after))
}
