import type { Clock } from '../base/clock.ts'

/** One exchange in this time is a client's good right; RFC 4253 section 9 asks for one an hour. */
const REFILL_MS = 10_000
const BURST = 3
/** An exchange after so many bytes is paid for by them. */
const FREE_BYTES = 64 * 1024 * 1024

/** How often a client may exchange keys anew: each time costs milliseconds of everybody's process (S14). */
export class RekeyLimit {
  readonly #clock: Clock
  #left = BURST
  #at: number
  #bytes = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.#at = clock.monotonic()
  }

  /** Tells of one exchange; `bytes`: all that the connection has moved so far. False: it was one too many. */
  allows(bytes: number): boolean {
    const now = this.#clock.monotonic()
    this.#left = Math.min(BURST, this.#left + (now - this.#at) / REFILL_MS)
    this.#at = now
    const free = bytes - this.#bytes >= FREE_BYTES
    this.#bytes = bytes
    if (free) return true
    this.#left -= 1
    return this.#left >= 0
  }
}
