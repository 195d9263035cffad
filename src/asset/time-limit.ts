import type { Clock } from '../base/clock.ts'
import type { AssetError } from './asset-error.ts'

/** One time limit over several steps, joined with the caller's signal. */
export class TimeLimit implements Disposable {
  readonly signal: AbortSignal
  readonly #timer: Disposable
  readonly #expired = new AbortController()

  constructor(clock: Clock, ms: number, signal: AbortSignal) {
    this.#timer = clock.after(ms, () => this.#expired.abort())
    this.signal = AbortSignal.any([signal, this.#expired.signal])
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

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]()
  }
}
