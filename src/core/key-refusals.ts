import type { Clock } from '../base/clock.ts'
import { MOST_SKEW_SECONDS, skewSentence } from './clock-skew.ts'
import { CoreError } from './core-error.ts'
import type { Core } from './transport.ts'

/** API of core (API_VERSION). */
export type ApiVersion = '1.5' | '0.4'

export interface KeyRefusalsParts {
  core: Pick<Core, 'clockSkew'>
  clock: Clock
  /** NAME, as the administrator sees it in Jumpserver. */
  name: string
  /** Where the key came from: a file, or `ACCESS_KEY`. */
  source: () => string
  /** Whether a BOOTSTRAP_TOKEN is set: without one nothing is registered anew. */
  canRegister: boolean
  apiVersion?: ApiVersion | undefined
}

/** What to do about a failed call: wait and try again, register anew, or stop. */
export type Verdict =
  /** `toDo`: a person has to do something about it, and is told at once. */
  | { readonly kind: 'wait'; readonly reason: string; readonly toDo?: boolean }
  | { readonly kind: 'replace' }
  | { readonly kind: 'stop'; readonly error: CoreError }

/** How long core may refuse the key before that is final: a terminal being mended, a core being restored. */
const PATIENCE_MS = 60_000

type Cause = 'signature' | 'disabled' | 'clock' | 'other'

/**
 * Core says why by its text alone, in English as every request asks for. A text that is not known here counts as
 * `other`, which never leads to a new registration.
 */
function causeOf({ facts }: CoreError): Cause {
  const said = String(facts['said'] ?? '')
  if (said === 'Invalid signature.') return 'signature'
  if (said === 'User disabled.') return 'disabled'
  return said.startsWith('Expired') ? 'clock' : 'other'
}

/** Judges core's refusals of the access key, one after another: at the start and while the bastion runs. */
export class KeyRefusals {
  readonly #parts: KeyRefusalsParts
  #since: number | undefined
  #onlySignature = true

  constructor(parts: KeyRefusalsParts) {
    this.#parts = parts
  }

  /** The key was accepted, or core was not healthy: what was refused before does not count any more. */
  forget(): void {
    this.#since = undefined
    this.#onlySignature = true
  }

  judge(error: CoreError): Verdict {
    if (error.kind !== 'credentials' || error.code !== 'CORE_CREDENTIALS') {
      this.forget()
      return error.kind === 'unavailable' ? { kind: 'wait', reason: error.message } : { kind: 'stop', error }
    }
    const cause = causeOf(error)
    if (cause === 'disabled' || cause === 'clock') {
      this.forget()
      return { kind: 'wait', reason: cause === 'clock' ? this.#clockSentence() : this.#disabledSentence() }
    }
    // Core 0.4 says no more of a terminal that waits for its activation.
    if (cause === 'other' && this.#parts.apiVersion === '0.4') {
      this.forget()
      return { kind: 'wait', reason: this.#activationSentence(error), toDo: true }
    }
    return this.#refused(error, cause)
  }

  #refused(error: CoreError, cause: Cause): Verdict {
    this.#since ??= this.#parts.clock.monotonic()
    this.#onlySignature &&= cause === 'signature'
    if (this.#parts.clock.monotonic() - this.#since < PATIENCE_MS)
      return { kind: 'wait', reason: `${error.message}${this.#skewNote()}` }
    const obstacle = this.#obstacle()
    return obstacle === undefined
      ? { kind: 'replace' }
      : { kind: 'stop', error: this.#final(error, obstacle) }
  }

  /** Why this bastion must not register anew by itself; undefined where it may. */
  #obstacle(): string | undefined {
    const { core, canRegister, source, apiVersion } = this.#parts
    if (!this.#onlySignature) return 'not registered anew, as core names another cause than the signature'
    if (source() === 'ACCESS_KEY') return 'not registered anew, as the key is given by ACCESS_KEY'
    if (apiVersion === '0.4') return 'not registered anew, as core 0.4 keeps the name of a terminal it knew'
    if (!canRegister) return 'not registered anew, as no BOOTSTRAP_TOKEN is set'
    if (Math.abs(core.clockSkew ?? 0) >= MOST_SKEW_SECONDS * 1000)
      return `not registered anew, as the clocks differ by more than ${MOST_SKEW_SECONDS} s`
    return undefined
  }

  #final({ message }: CoreError, obstacle: string): CoreError {
    const source = this.#parts.source()
    return new CoreError('CORE_ACCESS_KEY', 'credentials', {
      step: 'check access key',
      message: `${message}; key of ${source}${this.#skewNote()}; ${obstacle}`,
      next: `check in Jumpserver that the terminal is there, compare the clocks; if the terminal was deleted, remove ${source} and set BOOTSTRAP_TOKEN to register anew`,
    })
  }

  #activationSentence({ message }: CoreError): string {
    return `${message}; the terminal waits for an administrator: in Jumpserver open Applications → Terminal → ${this.#parts.name} and activate it`
  }

  #disabledSentence(): string {
    if (this.#parts.apiVersion === '0.4')
      return `the terminal is not active in Jumpserver ("User disabled."): activate it under Applications → Terminal → ${this.#parts.name}`
    return `the terminal is switched off in Jumpserver ("User disabled."): switch it on under Sessions → Terminals → ${this.#parts.name}`
  }

  #clockSentence(): string {
    const skew = skewSentence(this.#parts.core.clockSkew) ?? "the clock differs from core's"
    return `core refuses requests as too old: ${skew}; core takes at most ${MOST_SKEW_SECONDS} s; set the clock (NTP)`
  }

  #skewNote(): string {
    const { clockSkew } = this.#parts.core
    const sentence = Math.abs(clockSkew ?? 0) < 60_000 ? undefined : skewSentence(clockSkew)
    return sentence === undefined ? '' : `; ${sentence}`
  }
}
