import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Asset } from '../core/model.ts'
import { Haystack } from './haystack.ts'
import { slowSorted } from './slow-sort.ts'

interface Entry {
  readonly asset: Asset
  readonly name: string
  readonly ip: string
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })
const folded = (text: string): string => text.normalize('NFKC').toLowerCase()

/** Assets made ready for searching: sorted by name (`web-2` before `web-10`), lower case once for all. */
export class Catalogue {
  readonly assets: readonly Asset[]
  readonly #entries: readonly Entry[]
  /** Name, IP and comment of each entry, a line each. */
  readonly #texts: Haystack

  /** Lets the event loop turn in between: a large list takes long. */
  static async of(assets: readonly Asset[]): Promise<Catalogue> {
    const entries: Entry[] = []
    for (const [index, asset] of assets.entries()) {
      entries.push(entryOf(asset))
      if (index % SLICE === SLICE - 1) await nextTurn()
    }
    const sorted = await slowSorted(entries, inOrder)
    const texts = new Haystack()
    for (const [index, { name, ip, asset }] of sorted.entries()) {
      texts.add([name, ip, folded(asset.comment)].join('\n'))
      if (index % SLICE === SLICE - 1) await nextTurn()
    }
    return new Catalogue(sorted, texts)
  }

  private constructor(entries: readonly Entry[], texts: Haystack) {
    this.#entries = entries
    this.#texts = texts
    this.assets = this.#entries.map(({ asset }) => asset)
  }

  /** Assets in which every word occurs (name, IP or comment), the best match first. No word: all of them. */
  search(text: string): readonly Asset[] {
    const words = folded(text).split(/\s+/).filter(Boolean)
    return words.length === 0 ? this.assets : this.#ranked(words)
  }

  /**
   * What somebody means who types this to connect: the only asset of exactly this name, IP or id, else all that
   * match. Blanks belong to what is looked for.
   */
  find(text: string): readonly Asset[] {
    const wanted = folded(text.trim())
    const exact = this.exactly(text)
    if (exact.length === 1) return exact
    return this.#ranked([wanted])
  }

  /** Those in which every word occurs, the best first. Each keystroke's work on 50,000 assets. */
  #ranked(words: readonly string[]): readonly Asset[] {
    const hits = new Uint8Array(this.#entries.length)
    for (const [before, word] of words.slice(0, MOST_WORDS).entries()) {
      this.#texts.each(word, (index) => {
        if (hits[index] === before) hits[index] = before + 1
      })
    }
    const ranks: Asset[][] = Array.from({ length: RANKS }, () => [])
    hits.forEach((found, index) => {
      const entry = found === words.length ? this.#entries[index] : undefined
      if (entry) ranks[worstRank(entry, words)]?.push(entry.asset)
    })
    return ranks.flat()
  }

  /** Assets with this very name, else in any case, else with this IP, else with this id. */
  exactly(text: string): readonly Asset[] {
    const given = text.trim()
    const wanted = folded(given)
    const ways: readonly [Asset[], Asset[], Asset[], Asset[]] = [[], [], [], []]
    this.#entries.forEach(({ asset, name, ip }) => {
      if (asset.hostname === given) ways[0].push(asset)
      if (name === wanted) ways[1].push(asset)
      if (ip === wanted) ways[2].push(asset)
      if (asset.id === wanted) ways[3].push(asset)
    })
    return ways.find((found) => found.length > 0) ?? []
  }
}

const SLICE = 1000

const entryOf = (asset: Asset): Entry => ({
  asset,
  name: folded(asset.hostname),
  ip: folded(asset.ip),
})

const inOrder = (a: Entry, b: Entry): number =>
  collator.compare(a.name, b.name) || collator.compare(a.ip, b.ip)

const RANKS = 6
/** More words than a line holds. */
const MOST_WORDS = 255

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
