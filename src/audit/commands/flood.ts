/** How much of a flood is kept: enough to fill a window again. */
const TAIL_BYTES = 16_384
/** A private mode's sequence is shorter than this. */
const MOST_SEQUENCE = 32
const BEGIN = Buffer.from('\x1b[?')
const LF = 10
const ZERO = 0x30
const NINE = 0x39
const SEMICOLON = 0x3b
const SET = 0x68
const RESET = 0x6c

export interface Tail {
  readonly bytes: Uint8Array
  /** The alternate screen was switched on or off in what was left out. */
  readonly alternate: boolean | undefined
  readonly editor: boolean | undefined
}

/**
 * Output that nobody can have read: most of it is not shown to the emulator. Keeps the end of it, and what was
 * switched in it. Costs a search and a copy of the tail.
 */
export class Flood {
  readonly #ring = Buffer.allocUnsafe(TAIL_BYTES)
  #length = 0
  #skipped = false
  #alternate: boolean | undefined
  #editor: boolean | undefined

  /** Whether a line editor begins or ends in `bytes`, also when its sequence began in what was skipped before. */
  switchesEditor(bytes: Uint8Array): boolean {
    let switches = false
    this.#eachMode(bytes, (mode) => {
      switches ||= mode === 2004
    })
    return switches
  }

  skip(bytes: Uint8Array): void {
    this.#eachMode(bytes, (mode, on) => {
      if (mode === 2004) this.#editor = on
      else this.#alternate = on
    })
    this.#keep(bytes)
  }

  /** The end of the flood, from the beginning of a line. */
  take(): Tail {
    const whole = this.#ring.subarray(0, this.#length)
    const from = this.#skipped ? whole.indexOf(LF) + 1 : 0
    return { bytes: whole.subarray(from), alternate: this.#alternate, editor: this.#editor }
  }

  #eachMode(bytes: Uint8Array, found: (mode: number, on: boolean) => void): void {
    const over = this.#ring.subarray(Math.max(0, this.#length - MOST_SEQUENCE), this.#length)
    eachMode(Buffer.concat([over, bytes.subarray(0, MOST_SEQUENCE)]), found)
    eachMode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), found)
  }

  #keep(bytes: Uint8Array): void {
    if (bytes.length >= TAIL_BYTES) {
      this.#skipped ||= this.#length > 0 || bytes.length > TAIL_BYTES
      this.#ring.set(bytes.subarray(bytes.length - TAIL_BYTES))
      this.#length = TAIL_BYTES
      return
    }
    const over = this.#length + bytes.length - TAIL_BYTES
    if (over > 0) {
      this.#ring.copyWithin(0, over, this.#length)
      this.#length -= over
      this.#skipped = true
    }
    this.#ring.set(bytes, this.#length)
    this.#length += bytes.length
  }
}

/** Calls `found` for each mode of interest that is switched in `bytes`. No strings are made: a flood may be all modes. */
function eachMode(bytes: Buffer, found: (mode: number, on: boolean) => void): void {
  for (let at = bytes.indexOf(BEGIN); at >= 0; at = bytes.indexOf(BEGIN, at)) {
    const from = at + BEGIN.length
    at = endOfModes(bytes, from)
    const final = bytes[at]
    if (final !== SET && final !== RESET) continue
    let mode = 0
    for (let digit = from; digit <= at; digit++) {
      const byte = bytes[digit] ?? 0
      if (byte >= ZERO && byte <= NINE) mode = mode * 10 + byte - ZERO
      else {
        if (mode === 2004 || mode === 1049 || mode === 1047 || mode === 47) found(mode, final === SET)
        mode = 0
      }
    }
  }
}

function endOfModes(bytes: Buffer, from: number): number {
  let at = from
  for (const end = from + MOST_SEQUENCE; at < end; at++) {
    const byte = bytes[at] ?? 0
    if (byte !== SEMICOLON && (byte < ZERO || byte > NINE)) break
  }
  return at
}
