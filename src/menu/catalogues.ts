import { LRUCache } from 'lru-cache'
import type { Asset } from '../core/model.ts'
import { Catalogue, type SortBy } from './search.ts'

interface Kept {
  readonly source: readonly Asset[]
  readonly sortBy: SortBy
  readonly catalogue: Catalogue
}

const MIB = 1024 * 1024
/** About what an asset, its texts and its place in the catalogue take (bench/menu.ts). */
const BYTES_PER_ASSET = 650

/**
 * The catalogues of people who are logged in, by user: their logins share one, and the least used go when memory gets
 * short. Whoever needs one asks each time and keeps none, so that 100 people with 50,000 assets each cost no more than
 * the bound.
 */
export class Catalogues {
  readonly #kept: LRUCache<string, Kept>
  readonly #making = new Map<string, { readonly source: readonly Asset[]; readonly made: Promise<Kept> }>()

  constructor(bytes = 256 * MIB) {
    this.#kept = new LRUCache({ maxSize: bytes })
  }

  /** What is there of this user. */
  get(userId: string, sortBy: SortBy): Catalogue | undefined {
    const kept = this.#kept.get(userId)
    return kept?.sortBy === sortBy ? kept.catalogue : undefined
  }

  /** The catalogue of these assets; the one there is, when it is of the same list. */
  async of(userId: string, source: readonly Asset[], sortBy: SortBy): Promise<Catalogue> {
    const kept = this.#kept.get(userId)
    if (kept?.source === source && kept.sortBy === sortBy) return kept.catalogue
    const making = this.#making.get(userId)
    if (making?.source === source) return (await making.made).catalogue
    const made = Catalogue.of(source, sortBy).then((catalogue) => ({ source, sortBy, catalogue }))
    this.#making.set(userId, { source, made })
    try {
      const fresh = await made
      this.#kept.set(userId, fresh, { size: 1000 + source.length * BYTES_PER_ASSET })
      return fresh.catalogue
    } finally {
      if (this.#making.get(userId)?.made === made) this.#making.delete(userId)
    }
  }
}
