import { Backoff } from '../../base/backoff.ts'
import type { Clock } from '../../base/clock.ts'
import { reasonOf } from '../../base/fault.ts'
import { auditEvent, type Log } from '../../log.ts'
import { StorageError } from './storage-error.ts'

export interface StorageStatus {
  readonly name: string
  /** Since when nothing can be stored there, in ms since the epoch; undefined: it works, as far as is known. */
  readonly failingSince: number | undefined
  /** The last failure, in words. */
  readonly reason: string | undefined
}

export interface StorageStateOptions {
  readonly name: string
  readonly clock: Clock
  readonly log: Log
  /** It takes records again. */
  readonly onBack: () => void
}

/**
 * Keeps a storage that fails from being asked by every session at once: after a failure it rests for a growing pause,
 * then one finds out. Says in the log when it fails and when it is back; in between nothing.
 */
export class StorageState {
  readonly #options: StorageStateOptions
  readonly #backoff = new Backoff({ first: 500, most: 60_000 })
  #failingSince: number | undefined
  #reason: string | undefined
  /** On the monotonic clock. */
  #restsUntil = 0
  #asking = false

  constructor(options: StorageStateOptions) {
    this.#options = options
  }

  get status(): StorageStatus {
    return { name: this.#options.name, failingSince: this.#failingSince, reason: this.#reason }
  }

  /** Whether it may be asked now: always while it works, else when its rest is over and nobody else asks. */
  get open(): boolean {
    if (this.#failingSince === undefined) return true
    return !this.#asking && this.#options.clock.monotonic() >= this.#restsUntil
  }

  /** Throws what `act` throws, or StorageError `STORAGE_RESTS`. */
  async use<T>(act: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (!this.open) throw this.#rests()
    this.#asking = true
    try {
      const result = await act()
      this.#worked()
      return result
    } catch (error) {
      if (!signal.aborted && error instanceof StorageError) this.#failed(error)
      throw error
    } finally {
      this.#asking = false
    }
  }

  #worked(): void {
    const { name, log, onBack } = this.#options
    this.#backoff.reset()
    if (this.#failingSince === undefined) return
    this.#failingSince = undefined
    this.#reason = undefined
    auditEvent(log, 'storage-back', { storage: name }, 'a storage takes records again')
    onBack()
  }

  #failed(error: StorageError): void {
    const { name, clock, log } = this.#options
    this.#restsUntil = clock.monotonic() + this.#backoff.next()
    this.#reason = reasonOf(error)
    if (this.#failingSince !== undefined) return
    this.#failingSince = clock.now()
    const facts = { storage: name, code: error.code, reason: this.#reason, next: error.next }
    auditEvent(log, 'storage-failing', facts, 'a storage takes no records, they are kept here and sent later')
  }

  #rests(): StorageError {
    const { name } = this.#options
    return new StorageError('STORAGE_RESTS', {
      step: 'store record',
      message: `${name} failed a moment ago: ${this.#reason ?? ''}`,
      next: 'nothing: it is tried again',
    })
  }
}
