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

  /** Texts are numbered in the order in which they come. */
  add(text: string): void {
    this.#count += 1
    if (this.#pending.push(text.replaceAll(BETWEEN, '')) === TOGETHER) this.#bind()
  }

  /** Calls `found` with the number of each text that has the word, in their order. */
  each(word: string, found: (number: number) => void): void {
    if (this.#pending.length > 0) this.#bind()
    if (word.includes(BETWEEN)) return
    let first = 0
    for (const bale of this.#bales) {
      eachIn(bale, word, (index) => found(first + index))
      first += bale.ends.length
    }
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

function eachIn({ text, ends }: Bale, word: string, found: (index: number) => void): void {
  let index = 0
  for (let at = text.indexOf(word); at >= 0 && index < ends.length; ) {
    while (at > (ends[index] ?? text.length)) index += 1
    found(index)
    const next = (ends[index] ?? text.length) + 1
    index += 1
    at = next > text.length ? -1 : text.indexOf(word, next)
  }
}
