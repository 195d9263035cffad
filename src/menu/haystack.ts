/** How many texts lie in one string: enough that looking is the engine's work, few enough to join in one turn. */
const TOGETHER = 1000
/** Between two texts. A word that has it is found nowhere. */
const BETWEEN = '\0'

interface Bale {
  readonly text: string
  /** Where each of its texts ends. */
  readonly ends: Uint32Array
}

/** Many short texts, to be looked through for a word at each keystroke: one call of the engine for many of them. */
export class Haystack {
  readonly #bales: Bale[] = []
  #pending: string[] = []
  #count = 0

  get count(): number {
    return this.#count
  }

  /** Texts are numbered in the order in which they come. Gives the length of what is kept. */
  add(text: string): number {
    const kept = text.replaceAll(BETWEEN, '')
    this.#count += 1
    if (this.#pending.length === 0 && this.#isShort)
      this.#pending = this.#bales.pop()?.text.split(BETWEEN) ?? []
    if (this.#pending.push(kept) === TOGETHER) this.#bind()
    return kept.length
  }

  /** Calls `found` with the number of each text that has the word, in their order, and where it has it first. */
  each(word: string, found: (number: number, at: number) => void, from = 0, to = this.#count): void {
    if (this.#pending.length > 0) this.#bind()
    if (word.includes(BETWEEN)) return
    for (let first = from - (from % TOGETHER); first < to; first += TOGETHER) {
      const bale = this.#bales[first / TOGETHER]
      if (bale)
        eachIn(bale, word, (index, at) => {
          if (first + index >= from && first + index < to) found(first + index, at)
        })
    }
  }

  /**
   * How many other letters stand between the first and the last of a word, in their order, within the first `length`
   * units of a text; -1: they do not.
   */
  spread(number: number, length: number, word: string): number {
    const bale = this.#bales[Math.floor(number / TOGETHER)]
    if (!bale) return -1
    const start = startOf(bale, number % TOGETHER)
    return spreadWithin(bale.text, word, start, start + length)
  }

  /** Whether a text has the word just there. */
  hasAt(number: number, at: number, word: string): boolean {
    const bale = this.#bales[Math.floor(number / TOGETHER)]
    return bale?.text.startsWith(word, startOf(bale, number % TOGETHER) + at) ?? false
  }

  get #isShort(): boolean {
    return (this.#bales.at(-1)?.ends.length ?? TOGETHER) < TOGETHER
  }

  #bind(): void {
    const ends = new Uint32Array(this.#pending.length)
    let end = -1
    for (const [index, text] of this.#pending.entries()) {
      end += text.length + 1
      ends[index] = end
    }
    this.#bales.push({ text: this.#pending.join(BETWEEN), ends })
    this.#pending = []
  }
}

const startOf = ({ ends }: Bale, index: number): number => (index === 0 ? 0 : (ends[index - 1] ?? 0) + 1)

function eachIn({ text, ends }: Bale, word: string, found: (index: number, at: number) => void): void {
  let index = 0
  let start = 0
  for (let at = text.indexOf(word); at >= 0 && index < ends.length; ) {
    let end = ends[index] ?? text.length
    while (at > end) {
      start = end + 1
      index += 1
      end = ends[index] ?? text.length
    }
    found(index, at - start)
    start = end + 1
    index += 1
    at = start > text.length ? -1 : text.indexOf(word, start)
  }
}

/** Where the letters of a word stand between two places of a text, each as early as it can: how many others between. */
export function spreadWithin(text: string, word: string, from: number, to: number): number {
  const length = word.length
  let first = from
  let unit = 0
  let wanted = word.charCodeAt(0)
  for (let at = from; at < to; at++) {
    if (text.charCodeAt(at) !== wanted) continue
    if (unit === 0) first = at
    unit += 1
    if (unit === length) return at - first + 1 - length
    wanted = word.charCodeAt(unit)
  }
  return -1
}
