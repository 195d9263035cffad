import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Asset } from '../core/model.ts'
import { slowSorted } from './slow-sort.ts'

interface Entry {
  readonly asset: Asset
  readonly name: string
  readonly ip: string
  /** Name, IP and comment, a line each. */
  readonly all: string
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })
const folded = (text: string): string => text.normalize('NFKC').toLowerCase()

/** Assets made ready for searching: sorted by name (`web-2` before `web-10`), lower case once for all. */
export class Catalogue {
  readonly assets: readonly Asset[]
  readonly #entries: readonly Entry[]

  /** Lets the event loop turn in between: a large list takes long. */
  static async of(assets: readonly Asset[]): Promise<Catalogue> {
    const entries: Entry[] = []
    for (const [index, asset] of assets.entries()) {
      entries.push(entryOf(asset))
      if (index % SLICE === SLICE - 1) await nextTurn()
    }
    return new Catalogue(await slowSorted(entries, inOrder))
  }

  private constructor(entries: readonly Entry[]) {
    this.#entries = entries
    this.assets = this.#entries.map(({ asset }) => asset)
  }

  /** Assets in which every word occurs (name, IP or comment), the best match first. No word: all of them. */
  search(text: string): readonly Asset[] {
    const words = folded(text).split(/\s+/).filter(Boolean)
    return words.length === 0 ? this.assets : this.#ranked((entry) => rankOfAll(entry, words))
  }

  /**
   * What somebody means who types this to connect: the only asset of exactly this name, IP or id, else all that
   * match. Blanks belong to what is looked for.
   */
  find(text: string): readonly Asset[] {
    const wanted = folded(text.trim())
    const exact = this.exactly(text)
    if (exact.length === 1) return exact
    return this.#ranked((entry) => rankOf(entry, wanted))
  }

  /** Those that match, the best first. Each keystroke's work on 50,000 assets: nothing is made for those that do not. */
  #ranked(rank: (entry: Entry) => number): readonly Asset[] {
    const ranks: Asset[][] = Array.from({ length: NO_MATCH }, () => [])
    for (const entry of this.#entries) ranks[rank(entry)]?.push(entry.asset)
    return ranks.flat()
  }

  /** Assets with this very name, else in any case, else with this IP, else with this id. */
  exactly(text: string): readonly Asset[] {
    const wanted = folded(text.trim())
    const ways: ReadonlyArray<(entry: Entry) => boolean> = [
      ({ asset }) => asset.hostname === text.trim(),
      ({ name }) => name === wanted,
      ({ ip }) => ip === wanted,
      ({ asset }) => asset.id === wanted,
    ]
    for (const way of ways) {
      const found = this.#entries.filter(way)
      if (found.length > 0) return found.map(({ asset }) => asset)
    }
    return []
  }
}

const SLICE = 1000

function entryOf(asset: Asset): Entry {
  const name = folded(asset.hostname)
  const ip = folded(asset.ip)
  // Joined to one flat string: searching a rope would flatten it, once for each asset, in the first search.
  return { asset, name, ip, all: [name, ip, folded(asset.comment)].join('\n') }
}

const inOrder = (a: Entry, b: Entry): number =>
  collator.compare(a.name, b.name) || collator.compare(a.ip, b.ip)

const NO_MATCH = 6

/** The worst of the words counts: each has to be found. */
function rankOfAll(entry: Entry, words: readonly string[]): number {
  let worst = 0
  for (const word of words) {
    worst = Math.max(worst, rankOf(entry, word))
    if (worst === NO_MATCH) return worst
  }
  return worst
}

function rankOf({ name, ip, all }: Entry, word: string): number {
  if (!all.includes(word)) return NO_MATCH
  if (name === word || ip === word) return 0
  if (name.startsWith(word)) return 1
  if (name.includes(word)) return 2
  if (ip.startsWith(word)) return 3
  if (ip.includes(word)) return 4
  return 5
}
