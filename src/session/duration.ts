import type { Clock } from '../base/clock.ts'

export interface DurationOptions {
  readonly clock: Clock
  /** ms a session may last; 0: any time. */
  readonly limitMs: number
  /** ms before the end at which `onWarning` is called. */
  readonly warningMs: number
  readonly onWarning: () => void
  readonly onEnd: () => void
}

/** Ends what has lasted as long as it may. By the monotonic clock: a wall clock that is set changes nothing. */
export class DurationLimit implements Disposable {
  readonly #options: DurationOptions
  readonly #began: number
  #timer: Disposable | undefined

  constructor(options: DurationOptions) {
    this.#options = options
    this.#began = options.clock.monotonic()
    if (options.limitMs > 0) this.#arm(options.limitMs - options.warningMs, () => this.#warn())
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]()
  }

  #warn(): void {
    this.#options.onWarning()
    this.#arm(this.#left, () => this.#end())
  }

  /** A machine that slept may wake its timers early: what counts is the time that has passed. */
  #end(): void {
    if (this.#left > 0) this.#arm(this.#left, () => this.#end())
    else this.#options.onEnd()
  }

  get #left(): number {
    const { clock, limitMs } = this.#options
    return limitMs - (clock.monotonic() - this.#began)
  }

  /** Node's timers hold at most 2^31 - 1 ms. */
  #arm(ms: number, task: () => void): void {
    const wait = Math.min(Math.max(1, ms), MOST_TIMER_MS)
    const again = (): void => (ms > MOST_TIMER_MS ? this.#arm(ms - MOST_TIMER_MS, task) : task())
    this.#timer = this.#options.clock.after(wait, again)
  }
}

const MOST_TIMER_MS = 2 ** 31 - 1
