import { randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Clock } from '../../base/clock.ts'
import type { InventorySource, InventoryUser } from '../inventory.ts'

const LIFE_MS = 24 * 3600_000
const MOST = 10_000

/** Users' bearer tokens: one a user, for a day from the last login; in memory only. */
export class Tokens {
  readonly #inventory: InventorySource
  readonly #clock: Clock
  readonly #byToken = new LRUCache<string, { readonly userId: string; readonly until: number }>({ max: MOST })
  readonly #byUser = new LRUCache<string, string>({ max: MOST })

  constructor({ inventory, clock }: { inventory: InventorySource; clock: Clock }) {
    this.#inventory = inventory
    this.#clock = clock
  }

  /** The user's token, its life begun anew. */
  issue(user: InventoryUser): string {
    const known = this.#byUser.get(user.id)
    const token = known !== undefined && this.userOf(known) ? known : randomBytes(16).toString('hex')
    this.#byUser.set(user.id, token)
    this.#byToken.set(token, { userId: user.id, until: this.#clock.monotonic() + LIFE_MS })
    return token
  }

  userOf(token: string): InventoryUser | undefined {
    const entry = this.#byToken.get(token)
    if (!entry || entry.until <= this.#clock.monotonic()) return undefined
    return this.#inventory.current.users.get(entry.userId)
  }
}
