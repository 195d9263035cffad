import { webcrypto } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import { type AppendFile, asAuditError } from './append-file.ts'
import { type AuditError, outrun } from './audit-error.ts'
import { type BlockPool, LARGE_BLOCK, SMALL_BLOCK } from './block-pool.ts'
import {
  FRAME,
  type FrameKind,
  growFrame,
  HASH_BYTES,
  HEADER_BYTES,
  hashHeader,
  MOST_PAYLOAD,
  writeHeader,
} from './frames.ts'

export interface BlockWriterOptions {
  readonly clock: Clock
  readonly pool: BlockPool
  /** µs since the start of the recording. */
  readonly time: () => number
  /** Bytes not yet with the kernel above which `output` answers `false`. */
  readonly highMark: number
  /** Nothing waits longer than this for the kernel, in ms. */
  readonly flushMs: number
  readonly onDrain: () => void
  readonly onFailure: (error: AuditError) => void
}

interface Block {
  /** Begins with room for the previous hash and ends with room for the next one's header: one digest takes all. */
  readonly buffer: Buffer
  used: number
  /** µs since the start. */
  sealedAt: number
}

/**
 * Gathers frames in blocks and hands them to the file, each followed by its link of the hash chain. Nothing here
 * waits: writes and digests run beside, in the thread pool.
 */
export class BlockWriter {
  readonly #file: AppendFile
  readonly #options: BlockWriterOptions
  readonly #queue: Block[] = []
  #block: Block | undefined
  /** Start of the last output frame in the open block, while bytes of the same ms may still join it. */
  #open: { at: number; ms: number } | undefined
  #timer: Disposable | undefined
  #working = false
  #work: Promise<void> = Promise.resolve()
  #waiting = 0
  #held = false
  #filled = false
  #hash: Buffer = Buffer.alloc(HASH_BYTES)
  #failure: AuditError | undefined

  constructor(file: AppendFile, options: BlockWriterOptions) {
    this.#file = file
    this.#options = options
  }

  /** The last link of the chain. */
  get hash(): Buffer {
    return this.#hash
  }

  /** A write is being tried again: nothing more is taken until it went through. */
  hold(): void {
    this.#held = true
  }

  /** Copies the bytes. `false`: enough for now, until `onDrain`. */
  output(bytes: Uint8Array): boolean {
    if (this.#failure) return false
    const time = this.#options.time()
    const ms = Math.floor(time / 1000)
    for (let from = 0; from < bytes.length; ) from += this.#put(bytes, from, { time, ms })
    if (this.#waiting >= this.#options.highMark) {
      this.#held = true
      this.#seal() // it must not wait for its time while the asset waits for it
    }
    if (this.#waiting > this.#options.highMark * 4) this.#fail(outrun(this.#file.path))
    return !this.#held
  }

  /** A frame other than output; at most 64 KiB. */
  frame(kind: FrameKind, payload: Uint8Array): void {
    if (this.#failure) return
    const block = this.#room(HEADER_BYTES + payload.length)
    writeHeader(block.buffer, block.used, { kind, time: this.#options.time(), length: payload.length })
    block.buffer.set(payload, block.used + HEADER_BYTES)
    this.#took(block, HEADER_BYTES + payload.length)
    this.#open = undefined
  }

  /** Resolves when everything so far is with the kernel. Rejects with the AuditError that stopped the writer. */
  async flush(): Promise<void> {
    this.#seal()
    await this.#work
    if (this.#failure) throw this.#failure
  }

  /** Flushes and closes the file. Rejects like `flush`; then the file may end in the middle of a frame. */
  async close(): Promise<void> {
    try {
      await this.flush()
    } finally {
      this.#timer?.[Symbol.dispose]()
      await this.#file.close()
    }
  }

  /** Puts as much of `bytes` as fits in one frame; returns how much that was. */
  #put(bytes: Uint8Array, from: number, now: { time: number; ms: number }): number {
    const joined = this.#join(bytes, from, now.ms)
    if (joined > 0) return joined
    const block = this.#room(HEADER_BYTES + 1)
    const at = block.used
    const length = Math.min(bytes.length - from, MOST_PAYLOAD, roomIn(block) - HEADER_BYTES)
    writeHeader(block.buffer, at, { kind: FRAME.output, time: now.time, length })
    block.buffer.set(bytes.subarray(from, from + length), at + HEADER_BYTES)
    this.#took(block, HEADER_BYTES + length)
    this.#open = { at, ms: now.ms }
    return length
  }

  /** Lets bytes of the same ms join the last frame. */
  #join(bytes: Uint8Array, from: number, ms: number): number {
    const block = this.#block
    if (!block || this.#open?.ms !== ms) return 0
    const payload = block.used - this.#open.at - HEADER_BYTES
    const length = Math.min(bytes.length - from, MOST_PAYLOAD - payload, roomIn(block))
    if (length <= 0) return 0
    block.buffer.set(bytes.subarray(from, from + length), block.used)
    growFrame(block.buffer, this.#open.at, length)
    this.#took(block, length)
    return length
  }

  /** The open block, or a new one when it has no room for `bytes`. */
  #room(bytes: number): Block {
    if (this.#block && roomIn(this.#block) < bytes) {
      this.#filled = true
      this.#seal()
    }
    if (this.#block) return this.#block
    const large = this.#filled || bytes > SMALL_BLOCK - HASH_BYTES - HEADER_BYTES
    this.#block = {
      buffer: this.#options.pool.take(large ? LARGE_BLOCK : SMALL_BLOCK),
      used: HASH_BYTES,
      sealedAt: 0,
    }
    this.#timer = this.#options.clock.after(this.#options.flushMs, () => {
      this.#filled = false
      this.#seal()
    })
    return this.#block
  }

  #took(block: Block, bytes: number): void {
    block.used += bytes
    this.#waiting += bytes
  }

  /** Closes the open block and sees that it is written. */
  #seal(): void {
    this.#timer?.[Symbol.dispose]()
    this.#open = undefined
    if (!this.#block) return
    this.#block.sealedAt = this.#options.time()
    this.#queue.push(this.#block)
    this.#block = undefined
    if (this.#working) return
    this.#working = true
    this.#work = this.#drainQueue()
  }

  async #drainQueue(): Promise<void> {
    for (let block = this.#queue.shift(); block; block = this.#queue.shift()) {
      try {
        if (!this.#failure) await this.#write(block)
      } catch (error) {
        this.#fail(asAuditError(this.#file.path, error))
      }
      this.#options.pool.give(block.buffer)
      this.#waiting -= block.used - HASH_BYTES
      this.#release()
    }
    this.#working = false
  }

  async #write({ buffer, used, sealedAt }: Block): Promise<void> {
    const header = hashHeader(sealedAt)
    buffer.set(this.#hash, 0)
    buffer.set(header, used)
    const [digest] = await Promise.all([
      webcrypto.subtle.digest('SHA-256', buffer.subarray(0, used + header.length)),
      this.#file.append(buffer.subarray(HASH_BYTES, used)),
    ])
    this.#hash = Buffer.from(digest)
    await this.#file.append(Buffer.concat([header, this.#hash]))
  }

  #release(): void {
    if (!this.#held || this.#failure || this.#waiting > this.#options.highMark / 2) return
    this.#held = false
    this.#options.onDrain()
  }

  #fail(error: AuditError): void {
    if (this.#failure) return
    this.#failure = error
    this.#options.onFailure(error)
  }
}

const roomIn = ({ buffer, used }: Block): number => buffer.length - HEADER_BYTES - used
