import type { Clock } from '../base/clock.ts'

export interface IdleOptions {
  readonly clock: Clock
  /** ms without a key after which `onIdle` is called; 0: never. */
  readonly limitMs: number
  /** ms before the end at which `onWarning` is called. */
  readonly warningMs: number
  readonly onWarning: () => void
  readonly onIdle: () => void
}

/**
 * Counts the time since the person's last key; output does not count (`top` must not keep a session open for ever).
 * A key costs one assignment: the timer looks at the time when it fires instead of being set anew.
 */
export class IdleClock implements Disposable {
  readonly #options: IdleOptions
  #lastKey: number
  #warned = false
  #timer: Disposable | undefined

  constructor(options: IdleOptions) {
    this.#options = options
    this.#lastKey = options.clock.monotonic()
    if (options.limitMs > 0) this.#arm(options.limitMs - options.warningMs)
  }

  /** A key was pressed. */
  touch(): void {
    this.#lastKey = this.#options.clock.monotonic()
    this.#warned = false
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]()
  }

  #arm(ms: number): void {
    this.#timer = this.#options.clock.after(Math.max(ms, 1), () => this.#look())
  }

  #look(): void {
    const { clock, limitMs, warningMs, onWarning, onIdle } = this.#options
    const left = limitMs - (clock.monotonic() - this.#lastKey)
    if (left <= 0) {
      onIdle()
    } else if (left > warningMs) {
      this.#arm(left - warningMs)
    } else {
      if (!this.#warned) onWarning()
      this.#warned = true
      this.#arm(left)
    }
  }
}
