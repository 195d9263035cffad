const PRINTABLE_ASCII = /^[\x20-\x7e]*$/

/** Text as it is compared: letters of one case, full-width forms like their plain ones. */
export function folded(text: string): string {
  if (!PRINTABLE_ASCII.test(text)) return text.normalize('NFKC').toLowerCase()
  const lower = text.toLowerCase()
  return lower === text ? text : lower
}

/** The words of a query. */
export const wordsOf = (query: string): readonly string[] => folded(query).split(/\s+/).filter(Boolean)

/** A text by which names sort as people count: `web-2` before `web-10`. */
export const naturalKey = (text: string): string =>
  text.replace(/\d+/g, (digits) => {
    const number = digits.replace(/^0+(?=\d)/, '')
    return Math.min(number.length, 9) + number
  })

/** Where the letters of a word stand in a text in their order, each as early as it can; undefined: they do not. */
export function scattered(text: string, word: string): readonly number[] | undefined {
  if (spreadIn(text, word) < 0) return undefined
  const at: number[] = []
  for (const char of word.split('')) at.push(text.indexOf(char, (at.at(-1) ?? -1) + 1))
  return at
}

/** The same, only how many other letters stand between the first and the last of the word; -1: they do not. */
export function spreadIn(text: string, word: string): number {
  let first = -1
  let last = -1
  for (let unit = 0; unit < word.length; unit++) {
    last = text.indexOf(word.charAt(unit), last + 1)
    if (last < 0) return -1
    if (unit === 0) first = last
  }
  return last - first + 1 - word.length
}
