import { LRUCache } from 'lru-cache'
import type { Asset } from '../core/model.ts'
import { Catalogue, type SortBy } from './search.ts'

interface Kept {
  readonly source: readonly Asset[]
  readonly sortBy: SortBy
  readonly catalogue: Catalogue
}

interface Making {
  readonly source: readonly Asset[]
  readonly sortBy: SortBy
  readonly made: Promise<Kept>
}

const MIB = 1024 * 1024
/** About what an asset, its texts and its place in the catalogue take (bench/menu.ts). */
const BYTES_PER_ASSET = 650
/** Users of whom is known which catalogue is theirs. */
const MOST_USERS = 10_000

/**
 * The catalogues of people who are logged in: all logins of people who were granted the same share one, and the least
 * used go when memory gets short. Whoever needs one asks each time and keeps none, so that 100 people with 50,000
 * assets each cost no more than the bound.
 */
export class Catalogues {
  readonly #kept: LRUCache<Kept, Kept>
  readonly #ofUser = new LRUCache<string, Kept>({ max: MOST_USERS })
  readonly #making = new Set<Making>()

  constructor(bytes = 256 * MIB) {
    this.#kept = new LRUCache({ maxSize: bytes, dispose: (gone) => this.#forget(gone) })
  }

  /** How many are kept. */
  get count(): number {
    return this.#kept.size
  }

  /** What is there of this user. */
  get(userId: string, sortBy: SortBy): Catalogue | undefined {
    const own = this.#ofUser.get(userId)
    return own?.sortBy === sortBy ? this.#kept.get(own)?.catalogue : undefined
  }

  /** The catalogue of these assets; the one there is, when it is of the same list. */
  async of(userId: string, source: readonly Asset[], sortBy: SortBy): Promise<Catalogue> {
    const own = this.#ofUser.get(userId)
    if (own?.source === source && own.sortBy === sortBy && this.#kept.get(own)) return own.catalogue
    const kept = await this.#find(source, sortBy)
    this.#ofUser.set(userId, kept)
    return kept.catalogue
  }

  /** One with the same assets in the same order, whoever it was made for; else a new one. */
  #find(source: readonly Asset[], sortBy: SortBy): Promise<Kept> | Kept {
    const isIt = (one: Omit<Kept, 'catalogue'>): boolean =>
      one.sortBy === sortBy && isSame(one.source, source)
    const making = [...this.#making].find(isIt)
    if (making) return making.made
    const kept = [...this.#kept.keys()].find(isIt)
    return (kept && this.#kept.get(kept)) ?? this.#make(source, sortBy)
  }

  #make(source: readonly Asset[], sortBy: SortBy): Promise<Kept> {
    const made = Catalogue.of(source, sortBy).then((catalogue) => {
      const fresh = { source, sortBy, catalogue }
      this.#kept.set(fresh, fresh, { size: 1000 + source.length * BYTES_PER_ASSET })
      return fresh
    })
    const making = { source, sortBy, made }
    this.#making.add(making)
    const over = (): boolean => this.#making.delete(making)
    made.then(over, over)
    return made
  }

  #forget(gone: Kept): void {
    for (const [userId, kept] of this.#ofUser.entries()) if (kept === gone) this.#ofUser.delete(userId)
  }
}

/** Core's reader holds equal assets once: the same is the very same. */
const isSame = (one: readonly Asset[], other: readonly Asset[]): boolean =>
  one === other || (one.length === other.length && one.every((asset, at) => asset === other[at]))
