import type { Asset } from '../core/model.ts'
import { folded } from './fold.ts'
import { Haystack } from './haystack.ts'

/** Indexes into `Catalogue.assets`: a list of 50,000 costs 200 kB and keeps no asset alive. */
export type Rows = Uint32Array

/** Name, IP and comment of each asset, as they are compared, by row. */
export class Texts {
  /** Of each asset a text of three lines. */
  readonly haystack: Haystack
  readonly nameLengths: Uint32Array
  readonly ipLengths: Uint32Array

  constructor(haystack: Haystack, nameLengths: Uint32Array, ipLengths: Uint32Array) {
    this.haystack = haystack
    this.nameLengths = nameLengths
    this.ipLengths = ipLengths
  }

  /** Calls `found` for each row in a range whose name begins with a text. */
  eachName(text: string, from: number, to: number, found: (row: number) => void): void {
    const look = (row: number, at: number): void => {
      if (at === 0 && text.length <= (this.nameLengths[row] ?? 0)) found(row)
    }
    this.haystack.each(text, look, from, to)
  }

  /** How good it is that the first place of a word in a row is there; less is better. */
  rank(row: number, at: number, word: string): number {
    const name = this.nameLengths[row] ?? 0
    const ip = this.ipLengths[row] ?? 0
    const { length } = word
    if (at === 0 && length === name) return 0
    if (length === ip && this.haystack.hasAt(row, name + 1, word)) return 0
    if (at + length <= name) return at === 0 ? 1 : 2
    if (at > name && at + length <= name + 1 + ip) return at === name + 1 ? 3 : 4
    return RANKS - 1
  }
}

export class TextsInMaking {
  readonly #haystack = new Haystack()
  readonly #nameLengths: Uint32Array
  readonly #ipLengths: Uint32Array

  constructor(count: number) {
    this.#nameLengths = new Uint32Array(count)
    this.#ipLengths = new Uint32Array(count)
  }

  add({ hostname, ip, comment }: Asset): void {
    const row = this.#haystack.count
    const [name, address] = [kept(hostname), kept(ip)]
    this.#nameLengths[row] = name.length
    this.#ipLengths[row] = address.length
    this.#haystack.add(`${name}\n${address}\n${folded(comment)}`)
  }

  get done(): Texts {
    return new Texts(this.#haystack, this.#nameLengths, this.#ipLengths)
  }
}

/** A haystack keeps no NUL: lengths are counted without. */
const kept = (text: string): string => folded(text).replaceAll('\0', '')

const RANKS = 6
/** Letters between the first and the last of a word that are none of it, beyond which it counts as this many. */
const MOST_SPREAD = 40
const LOOSE_FROM = 2 * RANKS
const NOWHERE = 255

export interface RankingParts {
  readonly texts: Texts
  readonly count: number
  /** At most 30. */
  readonly words: readonly string[]
  /** Only these rows. */
  readonly within: Rows | undefined
}

/** One search: gives each row its place, a small number, and sorts by counting, so that 50,000 rows take no time. */
export class Ranking {
  readonly #parts: RankingParts
  /** Of each row a bit for each word that occurs in it. */
  readonly #hits: Uint32Array
  /** Of each row at first the worst rank of a word, then its place in the order. */
  readonly #places: Uint8Array

  constructor(parts: RankingParts) {
    this.#parts = parts
    this.#hits = new Uint32Array(parts.count)
    this.#places = new Uint8Array(parts.count)
  }

  /** Looks for the words in a range of rows. */
  look(from: number, to: number): void {
    const { texts, words } = this.#parts
    for (const [bit, word] of words.entries()) {
      const found = (row: number, at: number): void => {
        this.#hits[row] = (this.#hits[row] ?? 0) | (1 << bit)
        this.#places[row] = Math.max(this.#places[row] ?? 0, texts.rank(row, at, word))
      }
      texts.haystack.each(word, found, from, to)
    }
  }

  /** All was looked at; the preferred come first among equals. Gives how many rows have every word. */
  settle(preferred: Iterable<number>): number {
    const { count, words } = this.#parts
    const whole = (1 << words.length) - 1
    for (let row = 0; row < count; row++)
      this.#places[row] = this.#hits[row] === whole ? 2 * (this.#places[row] ?? 0) + 1 : NOWHERE
    for (const row of preferred)
      if (this.#places[row] !== NOWHERE) this.#places[row] = (this.#places[row] ?? 1) - 1
    return this.rows.length
  }

  /** Gives those a place, behind the others, whose names have the letters of the words that do not occur. */
  lookLoosely(from: number, to: number): void {
    for (let row = from; row < to; row++) {
      if (this.#places[row] !== NOWHERE) continue
      const spread = this.#spread(row)
      if (spread >= 0) this.#places[row] = LOOSE_FROM + Math.min(spread, MOST_SPREAD)
    }
  }

  /** The rows that have a place, the best first. */
  get rows(): Rows {
    const { within, count } = this.#parts
    const starts = new Uint32Array(NOWHERE + 1)
    const searched = within?.length ?? count
    for (let at = 0; at < searched; at++) {
      const place = this.#places[within?.[at] ?? at] ?? NOWHERE
      if (place !== NOWHERE) starts[place + 1] = (starts[place + 1] ?? 0) + 1
    }
    for (let place = 1; place <= NOWHERE; place++)
      starts[place] = (starts[place] ?? 0) + (starts[place - 1] ?? 0)
    const rows = new Uint32Array(starts[NOWHERE] ?? 0)
    for (let at = 0; at < searched; at++) {
      const row = within?.[at] ?? at
      const place = this.#places[row] ?? NOWHERE
      if (place === NOWHERE) continue
      const start = starts[place] ?? 0
      rows[start] = row
      starts[place] = start + 1
    }
    return rows
  }

  #spread(row: number): number {
    const { texts, words } = this.#parts
    const found = this.#hits[row] ?? 0
    const length = texts.nameLengths[row] ?? 0
    let spread = 0
    for (let bit = 0; bit < words.length; bit++) {
      if ((found & (1 << bit)) !== 0) continue
      const own = texts.haystack.spread(row, length, words[bit] ?? '')
      if (own < 0) return -1
      spread += own
    }
    return spread
  }
}
