import type { Clock } from '../base/clock.ts'

/** One way among several; it must end by itself when its signal fires. */
export type Try<T> = (signal: AbortSignal) => Promise<T>

export type FirstOf<T> =
  | { readonly kind: 'won'; readonly value: T }
  /** Why each failed, in the order of the tries. */
  | { readonly kind: 'failed'; readonly errors: readonly unknown[] }

export interface Staggering<T> {
  readonly clock: Clock
  /** How long one try may keep the next from beginning, ms. */
  readonly delay: number
  /** Ends what came when another had won already. */
  readonly discard: (late: T) => void
}

/**
 * Begins the tries in order, the next one when one has failed or has taken longer than `delay`, and takes the first
 * that succeeds: one that hangs costs the delay and not its whole time limit.
 * @throws the signal's reason
 */
export function firstOf<T>(
  tries: readonly Try<T>[],
  staggering: Staggering<T>,
  signal: AbortSignal,
): Promise<FirstOf<T>> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason)
    else if (tries.length === 0) resolve({ kind: 'failed', errors: [] })
    else new Race(tries, staggering, { resolve, reject }).run(signal)
  })
}

interface Outcome<T> {
  readonly resolve: (outcome: FirstOf<T>) => void
  readonly reject: (reason: unknown) => void
}

class Race<T> {
  readonly #tries: readonly Try<T>[]
  readonly #staggering: Staggering<T>
  readonly #outcome: Outcome<T>
  readonly #over = new AbortController()
  readonly #errors: unknown[] = []
  #begun = 0
  #failed = 0
  #timer: Disposable | undefined

  constructor(tries: readonly Try<T>[], staggering: Staggering<T>, outcome: Outcome<T>) {
    this.#tries = tries
    this.#staggering = staggering
    this.#outcome = outcome
  }

  run(signal: AbortSignal): void {
    const onAbort = (): void => {
      this.#end(signal.reason)
      this.#outcome.reject(signal.reason)
    }
    signal.addEventListener('abort', onAbort, { once: true, signal: this.#over.signal })
    this.#next()
  }

  #next(): void {
    this.#timer?.[Symbol.dispose]()
    const at = this.#begun
    const attempt = this.#tries[at]
    if (!attempt || this.#over.signal.aborted) return
    this.#begun++
    const { clock, delay } = this.#staggering
    if (this.#begun < this.#tries.length) this.#timer = clock.after(delay, () => this.#next())
    attempt(this.#over.signal).then(
      (value) => this.#won(value),
      (error: unknown) => this.#lost(at, error),
    )
  }

  #won(value: T): void {
    if (this.#over.signal.aborted) {
      this.#staggering.discard(value)
      return
    }
    this.#outcome.resolve({ kind: 'won', value })
    this.#end()
  }

  #lost(at: number, error: unknown): void {
    this.#errors[at] = error
    this.#failed++
    if (this.#failed === this.#tries.length) {
      this.#outcome.resolve({ kind: 'failed', errors: this.#errors })
      this.#end()
    } else this.#next()
  }

  #end(reason?: unknown): void {
    this.#timer?.[Symbol.dispose]()
    this.#over.abort(reason)
  }
}
