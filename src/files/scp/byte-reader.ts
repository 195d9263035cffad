import type { Readable } from 'node:stream'
import { BadPacket } from '../sftp/cursor.ts'

/** Longest line of the protocol: a path and some numbers. */
const MOST_LINE = 8192
/** Bytes kept for whoever reads; then the stream waits. */
const MOST_KEPT = 256 * 1024
const LF = 0x0a

/** Reads a stream as lines and counted bytes, a little ahead of whoever asks, so that its end is seen in time. */
export class ByteReader {
  readonly #stream: Readable
  #chunks: Buffer[] = []
  #size = 0
  #over = false
  #wake: () => void = () => undefined

  constructor(stream: Readable) {
    this.#stream = stream
    if (stream.readableEnded || stream.destroyed) this.#over = true
    stream.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onEnd)
  }

  /** Nothing more is waited for; what is here can still be read. The stream flows on, for nobody. */
  stop(): void {
    this.#stream.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onEnd).resume()
    this.#onEnd()
  }

  /** The next line with its end, or what there is of it before the end of the stream; undefined: nothing more. */
  async line(): Promise<Buffer | undefined> {
    for (;;) {
      const bytes = this.#joined()
      const end = bytes.indexOf(LF)
      if (end >= 0) return this.#take(end + 1)
      if (bytes.length > MOST_LINE) throw new BadPacket('a line of scp does not end')
      if (!(await this.#more())) return bytes.length > 0 ? this.#take(bytes.length) : undefined
    }
  }

  /** A status: NUL, or a line that begins with 1 or 2. Undefined at the end of the stream. */
  async status(): Promise<Buffer | undefined> {
    if (this.#size === 0 && !(await this.#more())) return undefined
    return this.#joined()[0] === 0 ? this.#take(1) : await this.line()
  }

  /** Passes `count` bytes in pieces. False when the stream ends before. */
  async pass(count: number, take: (piece: Buffer) => Promise<void>): Promise<boolean> {
    for (let left = count; left > 0; ) {
      if (this.#size === 0 && !(await this.#more())) return false
      const [first] = this.#chunks
      const piece = this.#take(Math.min(left, first?.length ?? 0))
      left -= piece.length
      await take(piece)
    }
    return true
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#chunks.push(chunk)
    this.#size += chunk.length
    if (this.#size > MOST_KEPT) this.#stream.pause()
    this.#wake()
  }

  readonly #onEnd = (): void => {
    this.#over = true
    this.#wake()
  }

  #joined(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)]
    return this.#chunks[0] ?? Buffer.alloc(0)
  }

  /** Of the first chunk. */
  #take(count: number): Buffer {
    const [first = Buffer.alloc(0)] = this.#chunks
    const taken = first.subarray(0, count)
    const rest = first.subarray(count)
    if (rest.length > 0) this.#chunks[0] = rest
    else this.#chunks.shift()
    this.#size -= count
    return taken
  }

  /** False: the stream is over and nothing came. */
  async #more(): Promise<boolean> {
    const before = this.#size
    if (this.#over) return false
    this.#stream.resume()
    await new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    return this.#size > before
  }
}
