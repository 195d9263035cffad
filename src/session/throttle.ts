import type { Clock } from '../base/clock.ts'

/**
 * A token bucket for one direction of a session: it fills with `bytesPerSecond` and holds one second of them. What has
 * come is always let through, so the bucket may be overdrawn by a chunk; until that is made up for it is closed, and its
 * source is to wait.
 */
export class Throttle implements Disposable {
  readonly #clock: Clock
  readonly #rate: number
  #tokens: number
  #filledAt: number
  #timer: Disposable | undefined
  readonly #listeners = new Set<() => void>()

  /** `bytesPerSecond` is greater than 0. */
  constructor(clock: Clock, bytesPerSecond: number) {
    this.#clock = clock
    this.#rate = bytesPerSecond
    this.#tokens = bytesPerSecond
    this.#filledAt = clock.monotonic()
  }

  /** Whether more may come now. */
  get open(): boolean {
    return this.#timer === undefined
  }

  /** What is told each time it is open again. */
  onOpen(listener: () => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) }
  }

  /** Counts bytes that came, and closes when they were more than there was. */
  spend(bytes: number): void {
    this.#fill()
    this.#tokens -= bytes
    if (this.#tokens >= 0 || this.#timer) return
    this.#wait()
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]()
  }

  #wait(): void {
    // Rounded up, so that the bucket is never a fraction of a token short when the timer rings.
    this.#timer = this.#clock.after(Math.ceil((-this.#tokens / this.#rate) * 1000), () => this.#reopen())
  }

  #reopen(): void {
    this.#timer = undefined
    this.#fill()
    // More may have come meanwhile: a program's last bytes are read whatever was asked.
    if (this.#tokens < 0) this.#wait()
    else for (const listener of this.#listeners) listener()
  }

  #fill(): void {
    const now = this.#clock.monotonic()
    this.#tokens = Math.min(this.#rate, this.#tokens + ((now - this.#filledAt) / 1000) * this.#rate)
    this.#filledAt = now
  }
}
