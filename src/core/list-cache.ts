import { LRUCache } from 'lru-cache'

const MIB = 1024 * 1024

export interface ListCacheLimits {
  /** All users together. */
  readonly bytes: number
  /** All lists of one user. */
  readonly userBytes: number
}

const LIMITS: ListCacheLimits = { bytes: 256 * MIB, userBytes: 64 * MIB }

interface Entry<T extends object> {
  readonly userId: string
  readonly value: T
  readonly bytes: number
}

/** Lists kept by user and address, the least used dropped first; never shared among users. */
export class ListCache<T extends object> {
  readonly #entries: LRUCache<string, Entry<T>>
  readonly #userBytes: number
  /** Of each user: what their lists take. */
  readonly #taken = new Map<string, number>()

  constructor({ bytes, userBytes }: ListCacheLimits = LIMITS) {
    this.#userBytes = userBytes
    this.#entries = new LRUCache({
      maxSize: bytes,
      maxEntrySize: userBytes,
      dispose: ({ userId, bytes: freed }) => this.#count(userId, -freed),
    })
  }

  get(userId: string, address: string): T | undefined {
    return this.#entries.get(keyOf(userId, address))?.value
  }

  /** False: it is larger than one user may have, and is not kept. */
  set(userId: string, address: string, { value, bytes }: { value: T; bytes: number }): boolean {
    const key = keyOf(userId, address)
    this.#entries.delete(key)
    if (bytes > this.#userBytes) return false
    this.#makeRoom(userId, bytes)
    this.#entries.set(key, { userId, value, bytes }, { size: bytes })
    if (!this.#entries.has(key)) return false
    this.#count(userId, bytes)
    return true
  }

  /** Drops all lists of a user. */
  drop(userId: string): void {
    this.#makeRoom(userId, this.#userBytes)
  }

  /** Drops this user's lists, the least used first, until there is room for so much. */
  #makeRoom(userId: string, bytes: number): void {
    if (this.#takenBy(userId) + bytes <= this.#userBytes) return
    const own = [...this.#entries.rkeys()].filter((key) => key.startsWith(keyOf(userId, '')))
    for (const key of own) {
      if (this.#takenBy(userId) + bytes <= this.#userBytes) return
      this.#entries.delete(key)
    }
  }

  #takenBy(userId: string): number {
    return this.#taken.get(userId) ?? 0
  }

  #count(userId: string, bytes: number): void {
    const taken = this.#takenBy(userId) + bytes
    if (taken > 0) this.#taken.set(userId, taken)
    else this.#taken.delete(userId)
  }
}

const keyOf = (userId: string, address: string): string => `${userId} ${address}`
