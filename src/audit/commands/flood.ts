/** How much of a flood is kept: enough to fill a window again. */
const TAIL_BYTES = 16_384
/** A private mode's sequence is shorter than this. */
const MOST_SEQUENCE = 32
const MODE = /^\x1b\[\?([\d;]{1,24})([hl])/
const BEGIN = Buffer.from('\x1b[?')
const LF = 10

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
    return this.#modes(bytes).some(({ mode }) => mode === 2004)
  }

  skip(bytes: Uint8Array): void {
    for (const { mode, on } of this.#modes(bytes)) {
      if (mode === 2004) this.#editor = on
      else if (mode === 1049 || mode === 1047 || mode === 47) this.#alternate = on
    }
    this.#keep(bytes)
  }

  /** The end of the flood, from the beginning of a line. */
  take(): Tail {
    const whole = this.#ring.subarray(0, this.#length)
    const from = this.#skipped ? whole.indexOf(LF) + 1 : 0
    return { bytes: whole.subarray(from), alternate: this.#alternate, editor: this.#editor }
  }

  #modes(bytes: Uint8Array): { mode: number; on: boolean }[] {
    const over = this.#ring.subarray(Math.max(0, this.#length - MOST_SEQUENCE), this.#length)
    const head = Buffer.concat([over, bytes.subarray(0, MOST_SEQUENCE)])
    return [...modesIn(head), ...modesIn(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))]
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

function* modesIn(bytes: Buffer): Generator<{ mode: number; on: boolean }> {
  for (let at = bytes.indexOf(BEGIN); at >= 0; at = bytes.indexOf(BEGIN, at + BEGIN.length)) {
    const found = MODE.exec(bytes.toString('latin1', at, at + MOST_SEQUENCE))
    if (!found) continue
    for (const mode of found[1]?.split(';') ?? []) yield { mode: Number(mode), on: found[2] === 'h' }
  }
}
