export interface RoomSize {
  readonly columns: number
  readonly rows: number
}

/** What a tab does for its room. */
export interface RoomEvents {
  size(): RoomSize
  /** Draws; `drawn` is called when it is on the screen. */
  draw(bytes: Uint8Array, drawn: () => void): void
  /** Begins with an empty screen. */
  restart(screen: string): void
  end(why: 'over' | 'replaced', reason: string | undefined): void
}

type Send = (event: 'in' | 'drawn' | 'size' | 'close', payload: object) => void

/** Sent and not taken by the asset yet. */
const WINDOW = 256 * 1024
const PIECE = 32 * 1024
/** Drawn bytes that need not be told at once. */
const QUIET = 32 * 1024

/**
 * One session as this page has it: how far each of the two streams has come, so that after a lost connection nothing
 * is missing and nothing comes twice.
 */
export class RoomClient {
  readonly id: string
  readonly #events: RoomEvents
  readonly #send: Send
  /** What was typed and is not with the asset yet, from place `#kept` on. */
  #typed: Uint8Array[] = []
  #kept = 0
  #sent = 0
  #taken = 0
  #live = false
  #received = 0
  #drawn = 0
  #told = 0
  #telling = false

  constructor(id: string, events: RoomEvents, send: Send) {
    this.id = id
    this.#events = events
    this.#send = send
  }

  get received(): number {
    return this.#received
  }

  size(): RoomSize {
    return this.#events.size()
  }

  type(bytes: Uint8Array): void {
    this.#typed.push(bytes)
    this.#pump()
  }

  resize(size: RoomSize): void {
    this.#send('size', size)
  }

  close(): void {
    this.#send('close', {})
  }

  output(at: number, bytes: Uint8Array): void {
    if (at > this.#received) return // something is missing: the next `resume` brings it
    const fresh = bytes.subarray(this.#received - at)
    if (fresh.length === 0) return
    this.#received += fresh.length
    const end = this.#received
    this.#events.draw(fresh, () => this.#isDrawn(end))
  }

  taken(at: number): void {
    this.#taken = Math.max(this.#taken, at)
    this.#forget(this.#taken)
    this.#pump()
  }

  away(): void {
    this.#live = false
  }

  /** The bastion says where both streams go on. */
  resumed({
    at,
    screen,
    input,
  }: {
    readonly at: number
    readonly screen?: string
    readonly input: number
  }): void {
    if (screen !== undefined) {
      this.#events.restart(screen)
      this.#received = this.#drawn = this.#told = at
    }
    if (this.#kept > input || this.#kept + this.#waiting < input) this.#begin(input)
    this.#sent = input
    this.#live = true
    this.#pump()
  }

  end(why: 'over' | 'replaced', reason?: string): void {
    this.#live = false
    this.#events.end(why, reason)
  }

  /** This page has typed nothing yet that the bastion does not have. */
  #begin(input: number): void {
    this.#typed = []
    this.#kept = input
    this.#taken = input
  }

  get #waiting(): number {
    return this.#typed.reduce((sum, { length }) => sum + length, 0)
  }

  #pump(): void {
    while (this.#live && this.#sent - this.#taken < WINDOW) {
      const piece = this.#from(this.#sent)
      if (!piece) return
      this.#send('in', { at: this.#sent, bytes: piece })
      this.#sent += piece.length
    }
  }

  #from(place: number): Uint8Array | undefined {
    let at = this.#kept
    for (const bytes of this.#typed) {
      if (at + bytes.length > place) return bytes.subarray(place - at, place - at + PIECE)
      at += bytes.length
    }
    return undefined
  }

  #forget(place: number): void {
    while (this.#typed[0] && this.#kept + this.#typed[0].length <= place) {
      this.#kept += this.#typed.shift()?.length ?? 0
    }
  }

  /** Told soon after the last drawing, and at once when much was drawn. */
  #isDrawn(place: number): void {
    this.#drawn = place
    if (place - this.#told >= QUIET) this.#tell()
    else this.#tellSoon()
  }

  #tellSoon(): void {
    if (this.#telling) return
    this.#telling = true
    setTimeout(() => {
      this.#telling = false
      this.#tell()
    }, 50)
  }

  #tell(): void {
    if (this.#drawn === this.#told) return
    this.#told = this.#drawn
    this.#send('drawn', { at: this.#drawn })
  }
}
