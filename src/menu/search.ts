import { createHash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Asset } from '../core/model.ts'
import { folded, naturalKey, wordsOf } from './fold.ts'
import { Ranking, type Rows, type Texts, TextsInMaking } from './ranking.ts'
import { slowSorted } from './slow-sort.ts'

export type { Rows } from './ranking.ts'

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
export const SEARCH_SLICE = 8000
const INDEX_SLICE = 1000

/** Assets made ready for searching: sorted (`web-2` before `web-10`), lower case once for all. */
export class Catalogue {
  readonly assets: readonly Asset[]
  /** The same for the same assets in the same order: rows of one mean the same in the other. */
  readonly version: string
  readonly #texts: Texts

  /** Lets the event loop turn in between: a large list takes long. */
  static async of(assets: readonly Asset[], sortBy: SortBy = 'hostname'): Promise<Catalogue> {
    const keyed: Keyed[] = []
    for (const [index, asset] of assets.entries()) {
      keyed.push(keyedBy(asset, sortBy))
      if (index % INDEX_SLICE === INDEX_SLICE - 1) await nextTurn()
    }
    const sorted: Asset[] = []
    const texts = new TextsInMaking(assets.length)
    const version = createHash('sha1')
    for (const { asset } of await slowSorted(keyed, inOrder)) {
      sorted.push(asset)
      texts.add(asset)
      version.update(asset.id)
      if (sorted.length % INDEX_SLICE === 0) await nextTurn()
    }
    return new Catalogue(sorted, texts.done, version.digest('base64'))
  }

  private constructor(assets: readonly Asset[], texts: Texts, version: string) {
    this.assets = assets
    this.#texts = texts
    this.version = version
  }

  /** All rows, in order. */
  get all(): Rows {
    const rows = new Uint32Array(this.assets.length)
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
    for (let from = 0; from < this.assets.length && names.size < most; from += INDEX_SLICE)
      this.#texts.eachName(wanted, from, from + INDEX_SLICE, (row) => {
        const asset = this.assets[row]
        if (asset && names.size < most) names.add(asset.hostname)
      })
    return [...names]
  }

  /** Those in which every word occurs, the best first; then those that only have the letters, the tightest first. */
  async #ranked(words: readonly string[], options: SearchOptions): Promise<Found> {
    const { preferred, within, withLoose = false, signal } = options
    const count = this.assets.length
    const ranking = new Ranking({ texts: this.#texts, count, words, within })
    await inSlices(count, signal, (from, to) => ranking.look(from, to))
    if (signal?.aborted) return { rows: new Uint32Array(), loose: true }
    const exact = ranking.settle(preferred?.size ? this.rowsOf([...preferred]) : [])
    const isWhole = exact === (within ?? this.assets).length
    // A single letter that does not occur is nowhere to be found loosely either.
    const mayBeLoose = (exact === 0 || withLoose) && words.some((word) => word.length > 1)
    if (isWhole || !mayBeLoose) return { rows: ranking.rows, loose: false }
    await inSlices(count, signal, (from, to) => ranking.lookLoosely(from, to))
    return { rows: ranking.rows, loose: exact === 0 }
  }
}

async function inSlices(
  count: number,
  signal: AbortSignal | undefined,
  look: (from: number, to: number) => void,
): Promise<void> {
  for (let from = 0; from < count && !signal?.aborted; from += SEARCH_SLICE) {
    if (from > 0) await nextTurn()
    look(from, Math.min(count, from + SEARCH_SLICE))
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

interface Keyed {
  readonly asset: Asset
  readonly key: string
}

function keyedBy(asset: Asset, sortBy: SortBy): Keyed {
  const name = folded(asset.hostname)
  const ip = folded(asset.ip)
  return { asset, key: naturalKey(sortBy === 'ip' ? `${ip}\n${name}` : `${name}\n${ip}`) }
}

const inOrder = (a: Keyed, b: Keyed): number => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)

/** As many as fit into the bits of a number; nobody types more. */
const MOST_WORDS = 30
