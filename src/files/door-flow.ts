import type { Readable } from 'node:stream'
import type { Mounted } from './mount.ts'

/** Requests of one client that are not answered. */
const MOST_WAITING = 512
/** Bytes of requests that wait for their turn, above which the client is not read. */
const MOST_HELD = 1024 * 1024

/** Decides whether a client is read: only while what it asks can be done, and while it takes the answers. */
export class DoorFlow {
  readonly #input: Readable
  readonly #full = new Set<Mounted>()
  readonly #onDone: () => void
  #waiting = 0
  #held = 0
  #inputEnded = false
  #outputFull = false
  #over = false

  /** `onDone` is told when the client has ended its side and everything is answered. */
  constructor(input: Readable, onDone: () => void) {
    this.#input = input
    this.#onDone = onDone
  }

  /** A request came. */
  asked(): void {
    this.#waiting += 1
  }

  /** One was answered. */
  answered(): void {
    this.#waiting -= 1
  }

  /** Bytes of requests wait for their turn; negative when they had it. */
  hold(bytes: number): void {
    this.#held += bytes
  }

  /** The client's side has ended. */
  ended(): void {
    this.#inputEnded = true
    this.look()
  }

  /** An asset takes no more, or takes more again. */
  full(mounted: Mounted, isFull: boolean): void {
    if (isFull) this.#full.add(mounted)
    else this.#full.delete(mounted)
  }

  /** The client does not take what it is sent. */
  get outputFull(): boolean {
    return this.#outputFull
  }

  set outputFull(isFull: boolean) {
    this.#outputFull = isFull
  }

  /** Nothing is decided any more. */
  stop(): void {
    this.#over = true
  }

  look(): void {
    if (this.#over) return
    if (this.#inputEnded && this.#waiting === 0) {
      this.#onDone()
      return
    }
    const busy = this.#full.size > 0 || this.#held > MOST_HELD || this.#waiting >= MOST_WAITING
    const wait = busy || this.#outputFull
    if (wait && !this.#input.isPaused()) this.#input.pause()
    else if (!wait && this.#input.isPaused()) this.#input.resume()
  }
}
