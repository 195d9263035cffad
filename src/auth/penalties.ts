import { LRUCache } from 'lru-cache'
import type { Clock } from '../base/clock.ts'
import { sourceOf } from '../base/ip-address.ts'

/** What each failed try costs its address. */
const PENALTY_MS = 5_000
const MOST_PENALTY_MS = 600_000
/** An address is shut out from here on: one or two typing mistakes cost nothing. */
const SHUT_OUT_MS = 15_000
/** Where many people may be behind one address, or somebody is known, a penalty lasts no longer than this. */
const LENIENT_MS = 5_000
const KNOWN_FOR_MS = 3_600_000
const MOST_REMEMBERED = 10_000
/** Failures of one user name, from wherever, that cost nothing; then each doubles the wait of strangers. */
const FREE_USER_FAILURES = 5
const FIRST_USER_DELAY_MS = 250
const MOST_USER_DELAY_MS = 3_000
const USER_MEMORY_MS = 600_000

interface SourceState {
  /** When its penalties are over, on the monotonic clock. */
  until: number
  lastFailure: number
  shutOut: boolean
}

export interface PenaltiesParts {
  readonly clock: Clock
  /** Addresses many people share (PENALTY_EXEMPT, TRUSTED_PEERS). */
  readonly lenient: (address: string) => boolean
}

/** A failed or right login, as the penalties see it. */
export interface Attempt {
  readonly address: string
  readonly username: string
}

/**
 * What failed logins cost, over all connections and doors. An address that fails again and again is not heard for a
 * while (5 s for each failure, at most 10 min). A user name that fails from many addresses makes strangers wait some
 * seconds for each answer and never more, so that nobody can lock a person out. All of it is bounded and forgotten by
 * itself.
 */
export class Penalties {
  readonly #parts: PenaltiesParts
  readonly #sources = new LRUCache<string, SourceState>({ max: MOST_REMEMBERED })
  /** Monotonic time of the last right login from a source. */
  readonly #knownSources = new LRUCache<string, number>({ max: MOST_REMEMBERED })
  /** The same, of one user from a source. */
  readonly #knownPairs = new LRUCache<string, number>({ max: MOST_REMEMBERED })
  readonly #users = new LRUCache<string, { failures: number; last: number }>({ max: MOST_REMEMBERED })

  constructor(parts: PenaltiesParts) {
    this.#parts = parts
  }

  /** ms for which this address is not heard; 0: it is welcome. */
  shutOutMs(address: string): number {
    const state = this.#sources.get(sourceOf(address))
    if (!state?.shutOut) return 0
    const until = this.#isLenient(address)
      ? Math.min(state.until, state.lastFailure + LENIENT_MS)
      : state.until
    return Math.max(0, until - this.#now)
  }

  /** ms by which the answer to this try is to be put off, whether or not there is such a user. */
  delayMs({ address, username }: Attempt): number {
    const user = this.#users.get(username)
    if (!user || this.#now - user.last > USER_MEMORY_MS || user.failures <= FREE_USER_FAILURES) return 0
    if (this.#isRecent(this.#knownPairs.get(pairOf(address, username)))) return 0
    return Math.min(MOST_USER_DELAY_MS, FIRST_USER_DELAY_MS * 2 ** (user.failures - FREE_USER_FAILURES - 1))
  }

  failed({ address, username }: Attempt): void {
    const now = this.#now
    const source = sourceOf(address)
    const before = this.#sources.get(source)
    const running = before !== undefined && before.until > now
    const until = Math.min((running ? before.until : now) + PENALTY_MS, now + MOST_PENALTY_MS)
    const shutOut = (running && before.shutOut) || until - now >= SHUT_OUT_MS
    this.#sources.set(source, { until, lastFailure: now, shutOut })
    const user = this.#users.get(username)
    const failures = user && now - user.last <= USER_MEMORY_MS ? user.failures + 1 : 1
    this.#users.set(username, { failures, last: now })
  }

  /** A right login; its own connection's failures were typing mistakes and are taken back. */
  succeeded({ address, username }: Attempt, failuresBefore: number): void {
    const now = this.#now
    const source = sourceOf(address)
    this.#knownSources.set(source, now)
    this.#knownPairs.set(pairOf(address, username), now)
    const state = this.#sources.get(source)
    if (!state || failuresBefore === 0) return
    const until = state.until - failuresBefore * PENALTY_MS
    this.#sources.set(source, { ...state, until, shutOut: state.shutOut && until - now >= SHUT_OUT_MS })
  }

  #isLenient(address: string): boolean {
    return this.#parts.lenient(address) || this.#isRecent(this.#knownSources.get(sourceOf(address)))
  }

  #isRecent(at: number | undefined): boolean {
    return at !== undefined && this.#now - at < KNOWN_FOR_MS
  }

  get #now(): number {
    return this.#parts.clock.monotonic()
  }
}

const pairOf = (address: string, username: string): string => JSON.stringify([sourceOf(address), username])
