import type { Clock } from '../base/clock.ts'

/** How far a session is. */
export type SessionPhase = 'connecting' | 'running' | 'ending'

/** Where the record of a session stands: not begun, written, or given up by policy. */
export type RecordingState = 'none' | 'recording' | 'failed'

/** What changes while a session runs, for lists and limits. Counting costs two additions a packet. */
export class Activity {
  readonly #clock: Clock
  /** Monotonic ms of the last key; the session's begin before any. */
  #lastKey: number
  phase: SessionPhase = 'connecting'
  recording: RecordingState = 'none'
  /** Account on the asset as it was logged in to, once known. */
  account: string | undefined
  /** Bytes from the person, and from the asset. */
  input = 0
  output = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.#lastKey = clock.monotonic()
  }

  keys(bytes: number): void {
    this.input += bytes
    this.#lastKey = this.#clock.monotonic()
  }

  shown(bytes: number): void {
    this.output += bytes
  }

  /** ms since the last key. */
  get idleMs(): number {
    return this.#clock.monotonic() - this.#lastKey
  }
}
