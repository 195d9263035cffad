import type { Clock } from '../base/clock.ts'

/** What a start is waiting for. */
export interface Waiting {
  /** CORE_HOST. */
  readonly address: string
  /** Why it is not there yet; `no answer yet` before the first failure. */
  readonly reason: string
  readonly forMs: number
}

const FIRST_MS = 800
const AGAIN_MS = 30_000

/** Tells what is being waited for: at the first failure, within a second also when nothing comes, then every 30 s. */
export class WaitTeller implements Disposable {
  readonly #clock: Clock
  readonly #address: string
  readonly #tell: (waiting: Waiting) => void
  readonly #since: number
  #reason = 'no answer yet'
  #told = false
  #timer: Disposable

  constructor(clock: Clock, address: string, tell: (waiting: Waiting) => void) {
    this.#clock = clock
    this.#address = address
    this.#tell = tell
    this.#since = clock.monotonic()
    this.#timer = clock.after(FIRST_MS, () => this.#say())
  }

  failed(reason: string): void {
    this.#reason = reason
    if (!this.#told) this.#say()
  }

  /** As `failed`, and said at once where the reason is a new one: for what a person has to do something about. */
  changed(reason: string): void {
    const isNew = reason !== this.#reason
    this.#reason = reason
    if (isNew) this.#say()
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]()
  }

  #say(): void {
    this.#timer[Symbol.dispose]()
    this.#told = true
    this.#timer = this.#clock.after(AGAIN_MS, () => this.#say())
    this.#tell({ address: this.#address, reason: this.#reason, forMs: this.#clock.monotonic() - this.#since })
  }
}
