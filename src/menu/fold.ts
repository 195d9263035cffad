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
  const at: number[] = []
  for (const char of word.split('')) {
    const next = text.indexOf(char, (at.at(-1) ?? -1) + 1)
    if (next < 0) return undefined
    at.push(next)
  }
  return at
}
