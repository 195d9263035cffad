import type { Clock } from '../base/clock.ts'
import { FRAME, type Frame } from './frames.ts'

export interface PlayerOptions {
  readonly clock: Clock
  /** 1: as it was; 2: twice as fast. */
  readonly speed?: number
  /** Longest pause that is kept, in ms of the recording. */
  readonly maxIdleMs?: number
  /** Takes output as it was recorded; awaited, so a slow screen slows the player. */
  readonly write: (bytes: Buffer) => Promise<void>
}

const SLOWEST = 1 / 8
const FASTEST = 64

/** Plays a recording in its own rhythm; speed and pause may change at any time, also in the middle of a wait. */
export class Player {
  readonly #options: PlayerOptions
  readonly #stop = new AbortController()
  #speed: number
  #paused = false
  /** Ends the wait that is under way. */
  #wake: () => void = () => undefined
  /** ms of the recording by which the last wait was too long. */
  #ahead = 0
  /** µs; where the recording is. */
  #position = 0
  #seek: number | undefined

  constructor(options: PlayerOptions) {
    this.#options = options
    this.#speed = clamp(options.speed ?? 1)
  }

  get speed(): number {
    return this.#speed
  }

  /** µs since the start. */
  get position(): number {
    return this.#position
  }

  get paused(): boolean {
    return this.#paused
  }

  togglePause(): void {
    this.#paused = !this.#paused
    this.#wake()
  }

  faster(): void {
    this.#setSpeed(this.#speed * 2)
  }

  slower(): void {
    this.#setSpeed(this.#speed / 2)
  }

  stop(): void {
    this.#stop.abort()
    this.#wake()
  }

  /** Ends `play` with the wish to go on at another place (µs since the start). */
  seek(to: number): void {
    this.#seek = Math.max(0, to)
    this.#wake()
  }

  /**
   * Plays what comes after `from` (µs since the start; what is before is passed over). Resolves when the recording is
   * over, was stopped, or is to go on elsewhere.
   */
  async play(frames: AsyncIterable<Frame>, from = 0): Promise<'end' | 'stopped' | { readonly seek: number }> {
    const { write, maxIdleMs = Number.POSITIVE_INFINITY } = this.#options
    let last = from
    this.#position = from
    this.#ahead = 0
    for await (const { kind, time, payload } of frames) {
      if (kind === FRAME.hash || time < from || (from > 0 && time === from)) continue
      await this.#wait(Math.min((time - last) / 1000, maxIdleMs))
      if (this.#stop.signal.aborted) return 'stopped'
      if (this.#seek !== undefined) return this.#sought()
      last = time
      this.#position = time
      if (kind === FRAME.output) await write(payload)
    }
    return 'end'
  }

  #sought(): { readonly seek: number } {
    const seek = this.#seek ?? 0
    this.#seek = undefined
    return { seek }
  }

  #setSpeed(speed: number): void {
    this.#speed = clamp(speed)
    this.#wake()
  }

  /** Lets `ms` of the recording pass. What a timer oversleeps is taken off the next wait. */
  async #wait(ms: number): Promise<void> {
    const { clock } = this.#options
    let left = ms - this.#ahead
    while ((left > 0 || this.#paused) && !this.#stop.signal.aborted && this.#seek === undefined) {
      const speed = this.#paused ? 0 : this.#speed
      const began = clock.monotonic()
      await this.#timer(speed === 0 ? undefined : left / speed)
      left -= (clock.monotonic() - began) * speed
    }
    this.#ahead = Math.max(0, -left)
  }

  /** Resolves after `ms`, or when something changed. */
  #timer(ms: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      const timer = ms === undefined ? undefined : this.#options.clock.after(ms, resolve)
      this.#wake = () => {
        timer?.[Symbol.dispose]()
        resolve()
      }
    })
  }
}

const clamp = (speed: number): number => Math.min(FASTEST, Math.max(SLOWEST, speed))
