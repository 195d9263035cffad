import { BadPacket } from './cursor.ts'
import { MOST_PACKET } from './protocol.ts'

/** The shortest packet: a type and an id (or, of the first, a version). */
const LEAST_PACKET = 5

/**
 * Cuts a stream into packets, each whole and with its length field. One that lies within a chunk is a view of it;
 * another is put together once. Never holds more than one packet and one chunk.
 */
export class PacketReader {
  readonly #onPacket: (packet: Buffer) => void
  #chunks: Buffer[] = []
  #size = 0
  #needed = 4

  constructor(onPacket: (packet: Buffer) => void) {
    this.#onPacket = onPacket
  }

  /** Bytes of a packet that is not complete. */
  get pending(): number {
    return this.#size
  }

  /** Throws BadPacket for a length no packet may have. */
  push(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#size += chunk.length
    if (this.#size < this.#needed) return
    let bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks, this.#size)
    this.#chunks = []
    this.#size = 0
    this.#needed = 4
    while (bytes.length >= 4) {
      const length = bytes.readUInt32BE()
      if (length > MOST_PACKET || length < LEAST_PACKET) throw new BadPacket(`a packet of ${length} bytes`)
      if (bytes.length < length + 4) {
        this.#needed = length + 4
        break
      }
      this.#onPacket(bytes.subarray(0, length + 4))
      bytes = bytes.subarray(length + 4)
    }
    if (bytes.length === 0) return
    this.#chunks = [bytes]
    this.#size = bytes.length
  }
}
