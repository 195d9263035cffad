import { LRUCache } from 'lru-cache'
import type { Clock } from '../base/clock.ts'

/** What a refusal is remembered for. The fingerprint is `SHA256:…`. */
export interface KeyTry {
  readonly username: string
  readonly fingerprint: string
  readonly remoteAddr: string
}

/**
 * Remembers which keys core refused, for all connections: core counts each refused key as a failed login and locks
 * the user after seven, so an agent with wrong keys must not put the same ones to it at every login.
 */
export class RefusedKeys {
  readonly #clock: Clock
  readonly #keepMs: number
  /** Until when, on the monotonic clock. */
  readonly #until: LRUCache<string, number>

  constructor(clock: Clock, { keepMs = 600_000, most = 10_000 } = {}) {
    this.#clock = clock
    this.#keepMs = keepMs
    this.#until = new LRUCache({ max: most })
  }

  add(attempt: KeyTry): void {
    this.#until.set(keyOf(attempt), this.#clock.monotonic() + this.#keepMs)
  }

  has(attempt: KeyTry): boolean {
    const until = this.#until.get(keyOf(attempt))
    return until !== undefined && this.#clock.monotonic() < until
  }
}

const keyOf = ({ username, fingerprint, remoteAddr }: KeyTry): string =>
  JSON.stringify([username, fingerprint, remoteAddr])
