import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../log.ts'
import type { Sessions } from './sessions.ts'

const MARK_MS = 5 * 60_000
const SWEEP_MS = 10 * 60_000

/**
 * Which sessions are alive: each one listed in a heartbeat gets a mark for 5 minutes, and every 10 minutes the open
 * sessions without a mark are closed, as core's own job does.
 */
export class Liveness implements Disposable {
  readonly #clock: Clock
  readonly #sessions: Sessions
  readonly #log: Log
  readonly #marks = new Map<string, number>()
  #timer: Disposable

  constructor({ clock, sessions, log }: { clock: Clock; sessions: Sessions; log: Log }) {
    this.#clock = clock
    this.#sessions = sessions
    this.#log = log
    this.#timer = this.#arm()
  }

  mark(ids: readonly string[]): void {
    const until = this.#clock.monotonic() + MARK_MS
    for (const id of ids) this.#marks.set(id, until)
    this.#forget()
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]()
  }

  #arm(): Disposable {
    return this.#clock.after(SWEEP_MS, () => {
      this.#timer = this.#arm()
      this.#sweep()
    })
  }

  #sweep(): void {
    this.#forget()
    try {
      const lost = this.#sessions.finishAllBut(new Set(this.#marks.keys()), this.#clock.now())
      if (lost.length > 0) this.#log.warn({ sessions: lost }, 'sessions without a heartbeat were closed')
    } catch (fault) {
      this.#log.error({ err: fault }, 'lost sessions could not be closed; tried again later')
    }
  }

  #forget(): void {
    const now = this.#clock.monotonic()
    for (const [id, until] of this.#marks) if (until <= now) this.#marks.delete(id)
  }
}
