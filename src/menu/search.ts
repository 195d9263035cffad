import { createHash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Asset } from '../core/model.ts'
import { folded, naturalKey, spreadIn, wordsOf } from './fold.ts'
import { Haystack } from './haystack.ts'
import { slowSorted } from './slow-sort.ts'

interface Entry {
  readonly asset: Asset
  readonly name: string
  readonly ip: string
}

/** Indexes into `Catalogue.assets`: a list of 50,000 costs 200 kB and keeps no asset alive. */
export type Rows = Uint32Array

export type SortBy = 'hostname' | 'ip'

/** What a search found, the best first. */
export interface Found {
  readonly rows: Rows
  /** Nothing had the words as they stand: these have their letters in order. Never to be connected unasked. */
  readonly loose: boolean
}

export interface SearchOptions {
  /** Ids of assets that come first among equals. */
  readonly preferred?: ReadonlySet<string> | undefined
  /** Only these. */
  readonly within?: Rows | undefined
  /** Also those that have only the letters, behind the others; left out: only where there are no others. */
  readonly withLoose?: boolean
  readonly signal?: AbortSignal | undefined
}

/** Assets looked at before the event loop turns: about 2 ms of work, also in a search nobody had before. */
export const SEARCH_SLICE = 4000
const INDEX_SLICE = 1000

/** Assets made ready for searching: sorted (`web-2` before `web-10`), lower case once for all. */
export class Catalogue {
  readonly assets: readonly Asset[]
  /** The same for the same assets in the same order: rows of one mean the same in the other. */
  readonly version: string
  readonly #entries: readonly Entry[]
  /** Name, IP and comment of each entry, a line each. */
  readonly #texts: Haystack

  /** Lets the event loop turn in between: a large list takes long. */
  static async of(assets: readonly Asset[], sortBy: SortBy = 'hostname'): Promise<Catalogue> {
    const keyed: Array<Entry & { readonly key: string }> = []
    for (const [index, asset] of assets.entries()) {
      keyed.push(entryOf(asset, sortBy))
      if (index % INDEX_SLICE === INDEX_SLICE - 1) await nextTurn()
    }
    const entries: Entry[] = []
    const texts = new Haystack()
    const version = createHash('sha1')
    for (const { asset, name, ip } of await slowSorted(keyed, inOrder)) {
      entries.push({ asset, name, ip })
      texts.add([name, ip, folded(asset.comment)].join('\n'))
      version.update(asset.id)
      if (entries.length % INDEX_SLICE === 0) await nextTurn()
    }
    return new Catalogue(entries, { texts, version: version.digest('base64') })
  }

  private constructor(
    entries: readonly Entry[],
    { texts, version }: { readonly texts: Haystack; readonly version: string },
  ) {
    this.#entries = entries
    this.#texts = texts
    this.version = version
    this.assets = this.#entries.map(({ asset }) => asset)
  }

  /** All rows, in order. */
  get all(): Rows {
    const rows = new Uint32Array(this.#entries.length)
    for (let row = 0; row < rows.length; row++) rows[row] = row
    return rows
  }

  /** Assets in which every word occurs (name, IP or comment), the best match first. No word: all of them. */
  async search(text: string, options: SearchOptions = {}): Promise<Found> {
    const words = wordsOf(text).slice(0, MOST_WORDS)
    if (words.length === 0) return { rows: options.within ?? this.all, loose: false }
    return await this.#ranked(words, options)
  }

  /**
   * What somebody means who types this to connect: the only asset of exactly this name, IP or id, else all that
   * match. Blanks belong to what is looked for.
   */
  async find(text: string, options: SearchOptions = {}): Promise<Found> {
    const exact = await exactly(this.assets, text)
    const [only] = exact
    if (only && exact.length === 1) return { rows: Uint32Array.of(this.assets.indexOf(only)), loose: false }
    return await this.#ranked([folded(text.trim())], options)
  }

  /** The assets in these rows. */
  at(rows: Rows): readonly Asset[] {
    return Array.from(rows, (row) => this.assets[row]).filter((asset) => asset !== undefined)
  }

  /** Rows of these assets in the order of the ids; those that are not there are left out. */
  rowsOf(ids: readonly string[]): Rows {
    const rows = new Map(ids.map((id) => [id, -1]))
    if (rows.size > 0) for (const [row, { id }] of this.assets.entries()) if (rows.has(id)) rows.set(id, row)
    return Uint32Array.from([...rows.values()].filter((row) => row >= 0))
  }

  /** Names that begin with a text, for Tab; at most `most`. */
  beginningWith(text: string, most: number): readonly string[] {
    const wanted = folded(text.trimStart())
    const names = new Set<string>()
    if (wanted === '') return []
    for (const { name, asset } of this.#entries) {
      if (name.startsWith(wanted)) names.add(asset.hostname)
      if (names.size >= most) break
    }
    return [...names]
  }

  /** Those in which every word occurs, the best first; then those that only have the letters, the tightest first. */
  async #ranked(words: readonly string[], options: SearchOptions): Promise<Found> {
    const { preferred, within, withLoose = false } = options
    const hits = this.#hits(words)
    const whole = (1 << words.length) - 1
    const ranks: number[][] = Array.from({ length: 2 * RANKS }, () => [])
    await this.#each(options, (entry, row) => {
      if (hits[row] !== whole) return
      const rank = 2 * worstRank(entry, words) + (preferred?.has(entry.asset.id) ? 0 : 1)
      ranks[rank]?.push(row)
    })
    const exact = ranks.flat()
    const isWhole = exact.length === (within ?? this.assets).length
    // A single letter that does not occur is nowhere to be found loosely either.
    const mayBeLoose = (exact.length === 0 || withLoose) && words.some((word) => word.length > 1)
    if (isWhole || !mayBeLoose) return { rows: new Uint32Array(exact), loose: false }
    const loose: number[][] = Array.from({ length: MOST_SPREAD + 1 }, () => [])
    await this.#each(options, ({ name }, row) => {
      const found = hits[row] ?? 0
      if (found !== whole) loose[spreadOf(name, { words, found })]?.push(row)
    })
    return { rows: new Uint32Array(exact.concat(...loose)), loose: exact.length === 0 }
  }

  /** For each row: a bit for each word that occurs in it. */
  #hits(words: readonly string[]): Uint32Array {
    const hits = new Uint32Array(this.#entries.length)
    for (const [bit, word] of words.entries())
      this.#texts.each(word, (row) => {
        hits[row] = (hits[row] ?? 0) | (1 << bit)
      })
    return hits
  }

  /** Calls `look` for each row that is searched; the event loop turns between slices. */
  async #each({ within, signal }: SearchOptions, look: (entry: Entry, row: number) => void): Promise<void> {
    const count = within?.length ?? this.#entries.length
    for (let at = 0; at < count && !signal?.aborted; at++) {
      if (at % SEARCH_SLICE === SEARCH_SLICE - 1) await nextTurn()
      const row = within?.[at] ?? at
      const entry = this.#entries[row]
      if (entry) look(entry, row)
    }
  }
}

/** Assets with this very name, else in any case, else with this IP, else with this id. */
export async function exactly(assets: readonly Asset[], text: string): Promise<readonly Asset[]> {
  const typed = text.trim()
  const wanted = folded(typed)
  const ways: Asset[][] = [[], [], [], []]
  for (const [index, asset] of assets.entries()) {
    if (index % SEARCH_SLICE === SEARCH_SLICE - 1) await nextTurn()
    if (asset.hostname === typed) ways[0]?.push(asset)
    if (folded(asset.hostname) === wanted) ways[1]?.push(asset)
    else if (asset.ip === typed || folded(asset.ip) === wanted) ways[2]?.push(asset)
    else if (asset.id === wanted) ways[3]?.push(asset)
  }
  return ways.find((found) => found.length > 0) ?? []
}

function entryOf(asset: Asset, sortBy: SortBy): Entry & { readonly key: string } {
  const name = folded(asset.hostname)
  const ip = folded(asset.ip)
  const key = sortBy === 'ip' ? naturalKey(`${ip}\n${name}`) : naturalKey(`${name}\n${ip}`)
  return { asset, name, ip, key }
}

const inOrder = (a: { key: string }, b: { key: string }): number =>
  a.key < b.key ? -1 : a.key > b.key ? 1 : 0

const RANKS = 6
/** As many as fit into the bits of a number; nobody types more. */
const MOST_WORDS = 30

/** Of an entry in which every word occurs: the worst of them counts. */
function worstRank(entry: Entry, words: readonly string[]): number {
  let worst = 0
  for (const word of words) worst = Math.max(worst, rankOf(entry, word))
  return worst
}

function rankOf({ name, ip }: Entry, word: string): number {
  if (name === word || ip === word) return 0
  if (name.startsWith(word)) return 1
  if (name.includes(word)) return 2
  if (ip.startsWith(word)) return 3
  if (ip.includes(word)) return 4
  return 5
}

/** Letters between the first and the last of a word that are none of it, beyond which it counts as this many. */
const MOST_SPREAD = 40

/** How far the letters of the words that did not occur (no bit in `found`) are scattered; -1: one is not there. */
function spreadOf(name: string, { words, found }: { words: readonly string[]; found: number }): number {
  let spread = 0
  for (const [bit, word] of words.entries()) {
    if ((found & (1 << bit)) !== 0) continue
    const own = spreadIn(name, word)
    if (own < 0) return -1
    spread += own
  }
  return Math.min(spread, MOST_SPREAD)
}
