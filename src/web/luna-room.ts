import { randomUUID } from 'node:crypto'
import { StringDecoder } from 'node:string_decoder'
import { type Clock, sleep } from '../base/clock.ts'
import type { Size } from '../terminal/terminal.ts'
import { RoomTerminal } from './room-terminal.ts'

export interface LunaRoomParts {
  readonly size: Size
  /** Sends an event to this luna. */
  readonly emit: (event: 'data' | 'logout', payload: Record<string, string>) => void
  /** Resolves when the connection has taken what it was given. */
  readonly taken: () => Promise<void>
  readonly onTaken: (bytes: number) => void
  readonly clock: Clock
}

/** What comes within this time goes out as one event: many small ones are slow to draw. */
const GATHER_MS = 4
/** There is no use in waiting for more. */
const FULL = 32 * 1024

/** One tab of luna: text both ways, nothing acknowledged, nothing resumed. */
export class LunaRoom {
  readonly id = randomUUID()
  readonly terminal: RoomTerminal
  readonly #parts: LunaRoomParts
  readonly #decoder = new StringDecoder('utf8')
  /** Bytes of this room that wait for the asset. */
  #waiting = 0

  constructor(parts: LunaRoomParts) {
    this.#parts = parts
    this.terminal = new RoomTerminal({
      term: 'xterm',
      size: parts.size,
      deliver: (bytes) => this.#deliver(bytes),
      onTaken: (bytes) => this.#taken(bytes),
    })
  }

  type(bytes: Buffer): void {
    this.#waiting += bytes.length
    this.terminal.type(bytes)
  }

  /** The tab was closed, or the page is gone. */
  leave(): void {
    this.terminal.leave()
    this.#taken(this.#waiting)
  }

  /** Everything out, then the word that luna greys the tab with. */
  async end(): Promise<void> {
    const left = this.terminal.gone.aborted
    await this.terminal.end({ kind: 'none' })
    this.#taken(this.#waiting)
    if (left) return // luna closed it itself: an echo makes its old handlers throw
    this.#send(this.#decoder.end())
    this.#parts.emit('logout', { room: this.id })
  }

  async #deliver(bytes: Buffer): Promise<void> {
    this.#send(this.#decoder.write(bytes))
    await this.#parts.taken()
    if (bytes.length < FULL) await sleep(this.#parts.clock, GATHER_MS, this.terminal.gone)
  }

  #send(text: string): void {
    if (text !== '') this.#parts.emit('data', { data: text, room: this.id })
  }

  #taken(bytes: number): void {
    this.#waiting -= bytes
    this.#parts.onTaken(bytes)
  }
}
