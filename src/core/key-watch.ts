import type { Log } from '../log.ts'
import { MOST_SKEW_SECONDS, skewSentence } from './clock-skew.ts'
import { CoreError } from './core-error.ts'
import type { HeldKey } from './held-key.ts'
import type { KeyRefusals } from './key-refusals.ts'
import { type RegistrationParts, refusalsOf, registerAnew } from './registration.ts'

export interface KeyWatchParts extends Omit<RegistrationParts, 'onWaiting'> {
  key: HeldKey
}

/** Core's clock may be so far ahead before the log says that it comes near the limit. */
const SKEW_WARNING_MS = 300_000

/**
 * Follows while the bastion runs whether core takes its key. A key refused for good is replaced under all who sign with
 * it; what a person has to mend is said in the log, once, and in `trouble`. Sessions go on meanwhile.
 */
export class KeyWatch implements AsyncDisposable {
  readonly #parts: KeyWatchParts
  readonly #refusals: KeyRefusals
  readonly #log: Log
  readonly #stop = new AbortController()
  #trouble: string | undefined
  #hasGivenUp = false
  #warnedOfClock = false
  #replacing: Promise<void> | undefined

  constructor(parts: KeyWatchParts) {
    this.#parts = parts
    this.#log = parts.log
    this.#refusals = refusalsOf(parts, () => parts.key.source)
  }

  /** What keeps core from taking this bastion's requests, and what to do; undefined while it takes them. */
  get trouble(): string | undefined {
    return this.#trouble
  }

  /** How a heartbeat went. */
  note(error: unknown): void {
    if (this.#stop.signal.aborted || this.#replacing) return
    if (error === undefined) this.#accepted()
    else if (error instanceof CoreError && error.kind === 'credentials') this.#refused(error)
    else this.#refusals.forget()
  }

  /** Ends a registration that is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#replacing
  }

  #accepted(): void {
    this.#refusals.forget()
    this.#hasGivenUp = false
    if (this.#trouble !== undefined) this.#log.info('core takes the access key again')
    this.#trouble = undefined
    this.#watchClock()
  }

  #refused(error: CoreError): void {
    const verdict = this.#refusals.judge(error)
    if (verdict.kind === 'wait') this.#tell(verdict.reason)
    else if (this.#hasGivenUp) return
    else if (verdict.kind === 'stop') this.#giveUp(verdict.error)
    else this.#replacing = this.#replace().finally(() => (this.#replacing = undefined))
  }

  async #replace(): Promise<void> {
    const { key } = this.#parts
    const onWaiting = ({ reason }: { reason: string }): void => this.#tell(reason)
    try {
      const found = await registerAnew({ ...this.#parts, onWaiting }, key.found, this.#stop.signal)
      if (found) key.replace(found)
      this.#refusals.forget()
    } catch (error) {
      this.#giveUp(error)
    }
  }

  /** Once: what the log says again and again is not read. The reason as it stands is in `trouble`. */
  #tell(reason: string): void {
    if (this.#hasGivenUp) return
    const isNew = this.#trouble === undefined || kindOf(this.#trouble) !== kindOf(reason)
    this.#trouble = reason
    if (isNew) this.#log.warn({ reason }, 'core does not take requests of this bastion')
  }

  #giveUp(err: unknown): void {
    if (this.#stop.signal.aborted) return
    this.#hasGivenUp = true
    this.#trouble = err instanceof CoreError ? `${err.message}: ${err.next}` : String(err)
    this.#log.error({ err }, 'core refuses this bastion for good; running sessions go on, nobody can log in')
  }

  #watchClock(): void {
    const { clockSkew } = this.#parts.core
    if (clockSkew === undefined || clockSkew < SKEW_WARNING_MS) {
      this.#warnedOfClock = false
      return
    }
    if (this.#warnedOfClock) return
    this.#warnedOfClock = true
    const seconds = { skewSeconds: Math.round(clockSkew / 1000), limitSeconds: MOST_SKEW_SECONDS }
    this.#log.warn(seconds, `${skewSentence(clockSkew)}; core refuses all requests from the limit on`)
  }
}

/** The same sentence with other seconds in it is no news. */
const kindOf = (reason: string): string => reason.replace(/\d+/g, '')
