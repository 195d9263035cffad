import { Backoff } from '../base/backoff.ts'
import type { Clock } from '../base/clock.ts'
import type { RecordKeeper } from './session-delivery.ts'

/**
 * How many sessions may talk to core at a time: all of them while it answers; after a failure none for a growing
 * pause, then one that finds out. So ten thousand waiting sessions do not knock at a core that is down.
 */
export class CoreGate {
  readonly #clock: Clock
  readonly #parallel: number
  readonly #onOpen: () => void
  readonly #backoff = new Backoff({ first: 500, most: 30_000 })
  #width: number
  #timer: Disposable | undefined

  constructor({ clock, parallel, onOpen }: { clock: Clock; parallel: number; onOpen: () => void }) {
    this.#clock = clock
    this.#parallel = parallel
    this.#onOpen = onOpen
    this.#width = parallel
  }

  get width(): number {
    return this.#width
  }

  /** Core is there. */
  open(): void {
    this.#set(this.#parallel)
    this.#backoff.reset()
    this.#onOpen()
  }

  /** Core did not answer, or not usably. */
  failed(): void {
    if (this.#width === 0) return // one of those that were on their way
    this.#set(0)
    this.#timer = this.#clock.after(this.#backoff.next(), () => {
      this.#set(1)
      this.#onOpen()
    })
  }

  close(): void {
    this.#set(0)
  }

  /** The same core; each call that it carries out opens the gate. */
  watch(core: RecordKeeper): RecordKeeper {
    const seen = async <T>(call: Promise<T>): Promise<T> => {
      const answer = await call
      if (this.#width < this.#parallel) this.open()
      return answer
    }
    return {
      createSession: (...args) => seen(core.createSession(...args)),
      finishSession: (...args) => seen(core.finishSession(...args)),
      sendCommands: (...args) => seen(core.sendCommands(...args)),
      commandsStored: (...args) => seen(core.commandsStored(...args)),
      uploadReplay: (...args) => seen(core.uploadReplay(...args)),
      markReplay: (...args) => seen(core.markReplay(...args)),
    }
  }

  #set(width: number): void {
    this.#timer?.[Symbol.dispose]()
    this.#timer = undefined
    this.#width = width
  }
}
