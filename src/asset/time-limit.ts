import type { Clock } from '../base/clock.ts'
import type { AssetError } from './asset-error.ts'

/** One time limit over several steps, joined with the caller's signal. It stands still while a person is asked. */
export class TimeLimit implements Disposable {
  readonly signal: AbortSignal
  readonly #clock: Clock
  readonly #expired = new AbortController()
  #left: number
  #since: number
  #asking = 0
  #timer: Disposable | undefined

  constructor(clock: Clock, ms: number, signal: AbortSignal) {
    this.#clock = clock
    this.#left = ms
    this.#since = clock.monotonic()
    this.signal = AbortSignal.any([signal, this.#expired.signal])
    this.#run()
  }

  /** Gives up waiting for `work` when the time is over or the signal fires; what `work` opened must end by itself. */
  async race<T>(work: Promise<T>, timeoutError: () => AssetError): Promise<T> {
    const stop = new AbortController()
    const over = new Promise<never>((_, reject) => {
      const give = (): void => reject(this.signal.reason)
      if (this.signal.aborted) give()
      else this.signal.addEventListener('abort', give, { once: true, signal: stop.signal })
    })
    try {
      return await Promise.race([work, over])
    } catch (error) {
      if (this.#expired.signal.aborted) throw timeoutError()
      throw this.signal.aborted ? this.signal.reason : error
    } finally {
      stop.abort()
    }
  }

  /** Waits for a person, whose time is not counted. */
  async suspend<T>(answer: () => Promise<T>): Promise<T> {
    if (this.#asking++ === 0) this.#pause()
    try {
      return await answer()
    } finally {
      if (--this.#asking === 0) this.#run()
    }
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]()
    this.#timer = undefined
    this.#asking = Number.POSITIVE_INFINITY
  }

  #run(): void {
    this.#since = this.#clock.monotonic()
    this.#timer = this.#clock.after(this.#left, () => this.#expired.abort())
  }

  #pause(): void {
    this.#timer?.[Symbol.dispose]()
    this.#left = Math.max(0, this.#left - (this.#clock.monotonic() - this.#since))
  }
}
