import type { Clock } from '../../base/clock.ts'
import type { Size } from '../../terminal/terminal.ts'
import { Flood, type Tail } from './flood.ts'

/** Output without a key between it that is parsed in full. */
const FLOOD_BYTES = 65_536
/** Most that waits to be parsed; then it counts as a flood whatever is in it. */
const MOST_OUTPUT = 1_048_576
const MOST_INPUT = 262_144
const MOST_ITEMS = 8_192
/** How often between two keys a line editor may end the skipping. */
const MOST_EXITS = 8
/** One turn of the event loop parses no more than this, some 2 ms. */
const TURN_BYTES = 16_384
const TURN_ITEMS = 64
const SMALL_BYTES = 2048

/** What happened in the session, in order; `at` is monotonic, `wall` ms since the epoch. */
export type Item =
  | { readonly kind: 'output'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'input'; readonly at: number; readonly wall: number; readonly bytes: Uint8Array }
  /** Input was lost: too much of it waited. */
  | { readonly kind: 'gap' }
  | { readonly kind: 'resize'; readonly size: Size }
  /** Somebody wants to know how it looks here. */
  | { readonly kind: 'look'; readonly done: () => void }
  /** Output was left out; this is the end of it. */
  | { readonly kind: 'tail'; readonly at: number; readonly tail: Tail }

export interface Parser {
  /** Parses a few items and calls `done` in a later turn. Does not throw. */
  parse(items: readonly Item[], done: () => void): void
}

/**
 * Stands between the session and the emulator: takes everything at once and hands it over in small turns, nothing
 * before the first key. What it holds is bounded.
 */
export class Intake {
  readonly #clock: Clock
  readonly #parser: Parser
  #items: Item[] = []
  #outputBytes = 0
  #inputBytes = 0
  #sinceKey = 0
  #exits = 0
  #flood: Flood | undefined
  #awake = false
  #busy = false
  #idle: (() => void) | undefined

  constructor(clock: Clock, parser: Parser) {
    this.#clock = clock
    this.#parser = parser
  }

  output(bytes: Uint8Array): void {
    this.#sinceKey += bytes.byteLength
    if (this.#sinceKey > FLOOD_BYTES || this.#outputBytes + bytes.byteLength > MOST_OUTPUT) {
      this.#flood ??= new Flood()
    }
    if (this.#flood && this.#skips(this.#flood, bytes)) {
      this.#flood.skip(bytes)
      return
    }
    this.#endFlood()
    this.#keep(bytes)
  }

  input(bytes: Uint8Array): void {
    this.#awake = true
    this.#endFlood()
    this.#sinceKey = 0
    this.#exits = 0
    this.#inputBytes += bytes.byteLength
    if (this.#inputBytes <= MOST_INPUT && this.#items.length < MOST_ITEMS) {
      this.#items.push({
        kind: 'input',
        at: this.#clock.monotonic(),
        wall: this.#clock.now(),
        bytes: Uint8Array.from(bytes),
      })
    } else if (this.#items.at(-1)?.kind !== 'gap') this.#items.push({ kind: 'gap' })
    this.#wake()
  }

  resize(size: Size): void {
    this.#endFlood()
    if (this.#items.at(-1)?.kind === 'resize') this.#items.pop()
    this.#items.push({ kind: 'resize', size })
    this.#wake()
  }

  /** Calls `done` when everything taken so far is parsed. */
  look(done: () => void): void {
    this.#awake = true
    this.#endFlood(MOST_OUTPUT)
    this.#items.push({ kind: 'look', done })
    this.#wake()
  }

  /** Resolves when everything taken so far is parsed. Nothing may come after. */
  drained(): Promise<void> {
    this.#endFlood(MOST_OUTPUT)
    this.#wake()
    if (!this.#busy) return Promise.resolve()
    return new Promise((resolve) => {
      this.#idle = resolve
    })
  }

  /** A line editor that begins or ends is parsed, if there are not too many and there is room. */
  #skips(flood: Flood, bytes: Uint8Array): boolean {
    const full = this.#outputBytes + bytes.byteLength + FLOOD_BYTES > MOST_OUTPUT
    if (full || this.#exits >= MOST_EXITS || !flood.switchesEditor(bytes)) return true
    this.#exits++
    return false
  }

  #keep(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.byteLength; from += TURN_BYTES) {
      this.#append(bytes.subarray(from, from + TURN_BYTES))
    }
    this.#wake()
  }

  #append(bytes: Uint8Array): void {
    this.#outputBytes += bytes.byteLength
    const last = this.#items.at(-1)
    const joins = last?.kind === 'output' && last.bytes.byteLength + bytes.byteLength <= SMALL_BYTES
    if (joins) this.#items.pop()
    // A copy of a small piece does not hold the packet it came in.
    const small = bytes.byteLength <= SMALL_BYTES ? Uint8Array.from(bytes) : bytes
    const kept = joins ? Buffer.concat([last.bytes, bytes]) : small
    this.#items.push({ kind: 'output', at: this.#clock.monotonic(), bytes: kept })
  }

  /** Goes on skipping while too much waits already. */
  #endFlood(mostWaiting = MOST_OUTPUT - FLOOD_BYTES): void {
    if (!this.#flood || this.#outputBytes > mostWaiting) return
    this.#sinceKey = 0
    const tail = this.#flood.take()
    this.#flood = undefined
    this.#outputBytes += tail.bytes.byteLength
    this.#items.push({ kind: 'tail', at: this.#clock.monotonic(), tail })
  }

  #wake(): void {
    if (this.#busy || !this.#awake || this.#items.length === 0) return
    this.#busy = true
    setImmediate(() => this.#turn())
  }

  #turn(): void {
    const items = this.#next()
    this.#parser.parse(items, () => {
      if (this.#items.length > 0) {
        setImmediate(() => this.#turn())
        return
      }
      this.#busy = false
      this.#idle?.()
    })
  }

  #next(): Item[] {
    let bytes = 0
    let count = 0
    for (const item of this.#items) {
      if (count === TURN_ITEMS || bytes >= TURN_BYTES) break
      count++
      bytes += this.#taken(item)
    }
    return this.#items.splice(0, count)
  }

  /** Counts an item out. */
  #taken(item: Item): number {
    switch (item.kind) {
      case 'output':
        this.#outputBytes -= item.bytes.byteLength
        return item.bytes.byteLength
      case 'tail':
        this.#outputBytes -= item.tail.bytes.byteLength
        return item.tail.bytes.byteLength
      case 'input':
        this.#inputBytes -= item.bytes.byteLength
        return item.bytes.byteLength
      case 'gap':
      case 'resize':
      case 'look':
        return 0
    }
  }
}
