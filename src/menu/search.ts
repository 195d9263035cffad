import type { Asset } from '../core/model.ts'

interface Entry {
  readonly asset: Asset
  readonly name: string
  readonly ip: string
  readonly comment: string
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })
const folded = (text: string): string => text.normalize('NFKC').toLowerCase()

/** Assets made ready for searching: sorted by name (`web-2` before `web-10`), lower case once for all. */
export class Catalogue {
  readonly assets: readonly Asset[]
  readonly #entries: readonly Entry[]

  constructor(assets: readonly Asset[]) {
    this.#entries = assets
      .map((asset) => ({
        asset,
        name: folded(asset.hostname),
        ip: folded(asset.ip),
        comment: folded(asset.comment),
      }))
      .sort((a, b) => collator.compare(a.name, b.name) || collator.compare(a.ip, b.ip))
    this.assets = this.#entries.map(({ asset }) => asset)
  }

  /** Assets in which every word occurs (name, IP or comment), the best match first. No word: all of them. */
  search(text: string): readonly Asset[] {
    const words = folded(text).split(/\s+/).filter(Boolean)
    const ranked = this.#entries
      .map((entry) => ({ asset: entry.asset, rank: rankOfAll(entry, words) }))
      .filter(({ rank }) => rank < NO_MATCH)
    return ranked.sort((a, b) => a.rank - b.rank).map(({ asset }) => asset)
  }

  /**
   * What somebody means who types this to connect: the only asset of exactly this name, IP or id, else all that
   * match. Blanks belong to what is looked for.
   */
  find(text: string): readonly Asset[] {
    const wanted = folded(text.trim())
    const exact = this.exactly(text)
    if (exact.length === 1) return exact
    return this.#entries
      .map((entry) => ({ asset: entry.asset, rank: rankOf(entry, wanted) }))
      .filter(({ rank }) => rank < NO_MATCH)
      .sort((a, b) => a.rank - b.rank)
      .map(({ asset }) => asset)
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

const NO_MATCH = 6

/** The worst of the words counts: each has to be found. */
const rankOfAll = (entry: Entry, words: readonly string[]): number =>
  words.reduce((worst, word) => Math.max(worst, rankOf(entry, word)), 0)

function rankOf({ name, ip, comment }: Entry, word: string): number {
  if (name === word || ip === word) return 0
  if (name.startsWith(word)) return 1
  if (name.includes(word)) return 2
  if (ip.startsWith(word)) return 3
  if (ip.includes(word)) return 4
  return comment.includes(word) ? 5 : NO_MATCH
}
