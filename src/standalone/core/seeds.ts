import { randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Clock } from '../../base/clock.ts'
import type { InventoryUser } from '../inventory.ts'
import { userReply } from './people.ts'
import type { Reply } from './resource.ts'

const LIFE_MS = 300_000
const MOST = 10_000

export interface Seed {
  readonly userId: string
  /** By what the failures of this login are counted. */
  readonly account: string
}

/** Who has shown a first factor and owes the second: by seed, for 300 s, however often it is tried; in memory only. */
export class Seeds {
  readonly #clock: Clock
  readonly #bySeed = new LRUCache<string, Seed & { readonly until: number }>({ max: MOST })

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Core's answer 300 with a new seed. */
  issue(user: InventoryUser, account: string): Reply {
    const seed = randomBytes(16).toString('hex')
    this.#bySeed.set(seed, { userId: user.id, account, until: this.#clock.monotonic() + LIFE_MS })
    const msg = 'Please carry seed value and conduct MFA secondary certification'
    const otp_url = '/api/authentication/v1/otp/auth/'
    return { status: 300, body: { code: 101, msg, otp_url, seed, user: userReply(user) } }
  }

  find(seed: string): Seed | undefined {
    const entry = this.#bySeed.get(seed)
    return entry && entry.until > this.#clock.monotonic() ? entry : undefined
  }
}
