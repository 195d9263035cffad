import type { Clock } from '../base/clock.ts'

/** Ends a call when its time is over or when the caller's signal fires; `touch` begins the time anew (stall limits). */
export class Deadline implements Disposable {
  readonly #clock: Clock
  readonly #ms: number
  readonly #outer: AbortSignal | undefined
  readonly #controller = new AbortController()
  readonly #onOuter = (): void => this.#controller.abort(this.#outer?.reason)
  #timer: Disposable

  constructor(clock: Clock, ms: number, outer?: AbortSignal) {
    this.#clock = clock
    this.#ms = ms
    this.#outer = outer
    this.#timer = this.#start()
    if (outer?.aborted) this.#onOuter()
    else outer?.addEventListener('abort', this.#onOuter, { once: true })
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  touch(): void {
    this.#timer[Symbol.dispose]()
    this.#timer = this.#start()
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]()
    this.#outer?.removeEventListener('abort', this.#onOuter)
  }

  #start(): Disposable {
    return this.#clock.after(this.#ms, () =>
      this.#controller.abort(new Error(`no answer within ${this.#ms / 1000} s`)),
    )
  }
}
