/** A packet that is not built as it should be. Ends the channel: what comes after it cannot be trusted either. */
export class BadPacket extends Error {
  override readonly name = 'BadPacket'
}

/** Reads the fields of a packet, and never behind its end. */
export class Cursor {
  readonly #bytes: Buffer
  #at: number

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes
    this.#at = at
  }

  get at(): number {
    return this.#at
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  u32(): number {
    return this.#take(4).readUInt32BE()
  }

  u64(): bigint {
    return this.#take(8).readBigUInt64BE()
  }

  /** The bytes of a string; a view, not a copy. */
  string(): Buffer {
    return this.#take(this.u32())
  }

  /** All that is left, as a view. */
  rest(): Buffer {
    return this.#take(this.left)
  }

  #take(count: number): Buffer {
    if (count > this.left) throw new BadPacket('a packet ends within a field')
    const taken = this.#bytes.subarray(this.#at, this.#at + count)
    this.#at += count
    return taken
  }
}
