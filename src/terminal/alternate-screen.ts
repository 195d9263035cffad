const MODES = ['?1049', '?1047', '?47'].flatMap((mode) => [
  { sequence: Buffer.from(`\x1b[${mode}h`), on: true },
  { sequence: Buffer.from(`\x1b[${mode}l`), on: false },
])
const LONGEST = Math.max(...MODES.map(({ sequence }) => sequence.length))
const ESC = 0x1b

/**
 * Knows whether a full-screen program (vi, less, top) is on the screen, from the bytes sent there: messages of the
 * bastion must not be printed into it. For display only; nothing is switched on or off by what an asset prints.
 */
export class AlternateScreen {
  #on = false
  #tail: Buffer = Buffer.alloc(0)

  get on(): boolean {
    return this.#on
  }

  /** To be fed everything that goes to the terminal; sequences may be cut anywhere. */
  feed(bytes: Buffer): void {
    if (this.#tail.length === 0 && !bytes.includes(ESC)) return
    const text = this.#tail.length === 0 ? bytes : Buffer.concat([this.#tail, bytes])
    let last = -1
    for (const { sequence, on } of MODES) {
      const at = text.lastIndexOf(sequence)
      if (at <= last) continue
      last = at
      this.#on = on
    }
    this.#tail = unfinished(text)
  }
}

/** A copy of the last bytes when they may be the beginning of a sequence. */
function unfinished(text: Buffer): Buffer {
  const at = text.lastIndexOf(ESC)
  const open = at >= 0 && text.length - at < LONGEST
  return open ? Buffer.from(text.subarray(at)) : Buffer.alloc(0)
}
