import { randomUUID } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import type { Size } from '../terminal/terminal.ts'
import { RoomTerminal } from './room-terminal.ts'
import { ScreenCopy } from './screen-copy.ts'
import { SentWindow } from './sent-window.ts'
import type { Identity } from './visitor.ts'

/** A page that shows the room now. */
export interface Viewer {
  output(at: number, bytes: Buffer): void
  /** The session has taken everything typed before `position`. */
  inputTaken(position: number): void
  /** The session is over; everything it wrote was sent before. */
  over(): void
  /** Another page has taken the room. */
  replaced(): void
}

export interface PageRoomParts {
  readonly owner: Identity
  readonly size: Size
  /** How long a room waits for its page to come back. */
  readonly graceMs: number
  readonly clock: Clock
  /** Nobody can come back to it any more. */
  readonly onForgotten: () => void
}

/** How a page goes on: with the bytes from `at` on, on the screen it has or on the one given here. */
export interface Resumed {
  readonly at: number
  readonly screen?: string
  /** Everything typed before this has arrived here. */
  readonly input: number
}

/** Sent and not acknowledged: what a page that sleeps costs, and what is still drawn after Ctrl-C. */
const WINDOW = 256 * 1024
const PIECE = 16 * 1024
/** Typed and not taken by the asset; the page waits before. */
const MOST_TYPED = 1024 * 1024

/**
 * A tab of our own page. It outlives the connection of its page for the grace time: output stops at the window's end,
 * which stops the asset, so that nothing is lost; positions in both streams see to it that nothing comes twice.
 */
export class PageRoom {
  readonly id = randomUUID()
  readonly terminal: RoomTerminal
  readonly #parts: PageRoomParts
  readonly #sent = new SentWindow()
  readonly #screen: ScreenCopy
  #viewer: Viewer | undefined
  /** The page that came last; another may still be waiting for its screen. */
  #claim: Viewer | undefined
  #grace: Disposable | undefined
  #wake: (() => void) | undefined
  #written = 0
  #typed = 0
  #taken = 0
  #over = false

  constructor(parts: PageRoomParts) {
    this.#parts = parts
    this.terminal = new RoomTerminal({
      term: 'xterm-256color',
      size: parts.size,
      deliver: (bytes) => this.#deliver(bytes),
      onTaken: (bytes) => this.#inputTaken(bytes),
    })
    this.#screen = new ScreenCopy(this.terminal.size)
    this.terminal.gone.addEventListener('abort', () => this.#gone(), { once: true })
    this.#await()
  }

  /** Only they may show it and type in it. */
  get owner(): Identity {
    return this.#parts.owner
  }

  /** A page shows it from now on. `received`: its place in the stream; undefined: it has no screen. */
  async attach(viewer: Viewer, received: number | undefined): Promise<Resumed | undefined> {
    if (this.#claim !== viewer) this.#claim?.replaced()
    this.#claim = viewer
    this.#viewer = undefined
    const rest = received === undefined ? undefined : this.#sent.from(received)
    if (received !== undefined && rest) {
      this.#show(viewer)
      this.acknowledge(viewer, received)
      for (const { at, bytes } of rest) viewer.output(at, bytes)
      this.#sayOver()
      return { at: received, input: this.#typed }
    }
    const { screen, position } = await this.#screen.snapshot()
    if (this.#claim !== viewer) return undefined
    this.#sent.restart(position)
    this.#show(viewer)
    this.#wake?.()
    this.#sayOver()
    return { at: position, screen, input: this.#typed }
  }

  /** The page is gone; its session waits for it. */
  detached(viewer: Viewer): void {
    if (this.#claim !== viewer) return
    this.#claim = undefined
    this.#viewer = undefined
    this.#await()
  }

  resize(viewer: Viewer, size: Size): void {
    if (this.#claim !== viewer) return
    this.terminal.resized(size)
    this.#screen.resize(this.terminal.size)
  }

  /**
   * Bytes from place `at` of what is typed; what came before is not taken twice. False: something is missing before,
   * or it is more than may wait.
   */
  type(viewer: Viewer, at: number, bytes: Buffer): boolean {
    if (this.#viewer !== viewer || at > this.#typed) return false
    const fresh = bytes.subarray(Math.min(this.#typed - at, bytes.length))
    if (this.#typed - this.#taken + fresh.length > MOST_TYPED) return false
    this.#typed += fresh.length
    this.terminal.type(fresh)
    return true
  }

  acknowledge(viewer: Viewer, position: number): void {
    if (this.#viewer !== viewer) return
    this.#sent.acknowledge(position)
    if (this.#sent.pending < WINDOW) this.#wake?.()
  }

  /** Its tab was closed, or nobody came back for it. */
  leave(): void {
    this.terminal.leave()
  }

  /** The session is over: the page is told after the last byte, also when it comes back only then. */
  async end(): Promise<void> {
    await this.terminal.end({ kind: 'none' })
  }

  #show(viewer: Viewer): void {
    this.#viewer = viewer
    this.#grace?.[Symbol.dispose]()
    this.#grace = undefined
    viewer.inputTaken(this.#taken) // what was said while nobody listened is not said again
  }

  #await(): void {
    const { clock, graceMs } = this.#parts
    this.#grace?.[Symbol.dispose]()
    this.#grace = clock.after(graceMs, () => this.#forget())
  }

  async #deliver(bytes: Buffer): Promise<void> {
    for (let from = 0; from < bytes.length; from += PIECE) {
      const piece = bytes.subarray(from, from + PIECE)
      await this.#screen.write(piece)
      const at = this.#written
      this.#written += piece.length
      if (this.#sent.append(at, piece)) this.#viewer?.output(at, piece)
      while (this.#sent.pending >= WINDOW && !this.terminal.gone.aborted) await this.#woken()
    }
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined
        resolve()
      }
    })
  }

  #inputTaken(bytes: number): void {
    this.#taken += bytes
    this.#viewer?.inputTaken(this.#taken)
  }

  #gone(): void {
    this.#wake?.()
    this.#over = true
    this.#sayOver()
  }

  #sayOver(): void {
    if (!this.#over || !this.#viewer) return
    this.#viewer.over()
    this.#forget()
  }

  #forget(): void {
    this.#grace?.[Symbol.dispose]()
    this.#parts.onForgotten()
    this.leave()
    this.#screen[Symbol.dispose]()
  }
}
