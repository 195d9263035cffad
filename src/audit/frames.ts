/**
 * The replay's file format, version 1. A file is a row of frames; each is
 *
 *     u32  payload length, little endian
 *     u48  time in µs since the start of the recording, little endian
 *     u8   kind
 *     payload
 *
 * An `event` is a JSON object of what happened beside the screen (`session-event.ts`).
 *
 * The first frame is a `head`. Frames between two `hash` frames are a block; a hash frame holds
 * sha256(previous hash, bytes of the block, its own header), the first block's previous hash being 32 zero bytes.
 */
export const FRAME = { head: 1, output: 2, resize: 3, mark: 4, end: 5, hash: 6, event: 7 } as const

export type FrameKind = (typeof FRAME)[keyof typeof FRAME]

export const REPLAY_VERSION = 1
export const HEADER_BYTES = 11
export const HASH_BYTES = 32
/** Longest payload that is written; a cut loses at most this much of what is behind it. */
export const MOST_PAYLOAD = 64 * 1024

const TIME_AT = 4
const KIND_AT = 10
const MOST_TIME = 2 ** 48 - 1

export interface Frame {
  readonly kind: FrameKind
  /** µs since the start. */
  readonly time: number
  readonly payload: Buffer
  /** Header and payload as they are in the file. */
  readonly raw: Buffer
  /** Where the frame begins in the file. */
  readonly offset: number
}

/** Writes a frame's header at `at`; the payload goes behind it. */
export function writeHeader(
  into: Buffer,
  at: number,
  frame: { kind: FrameKind; time: number; length: number },
): void {
  into.writeUInt32LE(frame.length, at)
  into.writeUIntLE(Math.min(frame.time, MOST_TIME), at + TIME_AT, 6)
  into[at + KIND_AT] = frame.kind
}

/** The header of the hash frame that ends a block: the hash covers it too. */
export function hashHeader(time: number): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES)
  writeHeader(header, 0, { kind: FRAME.hash, time, length: HASH_BYTES })
  return header
}

/** Makes the length of the frame that begins at `at` longer by `bytes`, whose payload was just put behind it. */
export const growFrame = (into: Buffer, at: number, bytes: number): number =>
  into.writeUInt32LE(into.readUInt32LE(at) + bytes, at)

export function encodeFrame(kind: FrameKind, time: number, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + payload.length)
  writeHeader(frame, 0, { kind, time, length: payload.length })
  frame.set(payload, HEADER_BYTES)
  return frame
}

export function encodeSize(columns: number, rows: number): Buffer {
  const payload = Buffer.allocUnsafe(4)
  payload.writeUInt16LE(columns, 0)
  payload.writeUInt16LE(rows, 2)
  return payload
}

/** Undefined for a payload that is not a size. */
export function decodeSize(payload: Buffer): { columns: number; rows: number } | undefined {
  if (payload.length !== 4) return undefined
  return { columns: payload.readUInt16LE(0), rows: payload.readUInt16LE(2) }
}

/** Takes a file apart, whatever pieces it comes in. */
export class FrameDecoder {
  #rest: Buffer = Buffer.alloc(0)
  #offset = 0
  #damaged = false

  /** Where the first byte that is not yet part of a whole frame is in the file. */
  get offset(): number {
    return this.#offset
  }

  /** Bytes of a frame that is not whole yet. */
  get pending(): number {
    return this.#rest.length
  }

  /** What stands at `offset` is no frame: nothing behind it can be read. */
  get damaged(): boolean {
    return this.#damaged
  }

  /** The frames that became whole. Their buffers are views of what was read. */
  *push(chunk: Buffer): Generator<Frame> {
    if (this.#damaged) return
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    for (;;) {
      const length = this.#lengthOf(bytes)
      if (length === undefined || bytes.length < length) break
      const raw = bytes.subarray(0, length)
      const offset = this.#offset
      bytes = bytes.subarray(length)
      this.#rest = bytes
      this.#offset += length
      yield this.#frame(raw, offset)
    }
    this.#rest = bytes
  }

  /** Length of the frame at the start of `bytes`; undefined while its header is not whole, or is none. */
  #lengthOf(bytes: Buffer): number | undefined {
    if (bytes.length < HEADER_BYTES) return undefined
    const payload = bytes.readUInt32LE(0)
    this.#damaged = payload > MOST_PAYLOAD || kindOf(bytes[KIND_AT]) === undefined
    return this.#damaged ? undefined : HEADER_BYTES + payload
  }

  #frame(raw: Buffer, offset: number): Frame {
    return {
      kind: kindOf(raw[KIND_AT]) ?? FRAME.mark,
      time: raw.readUIntLE(TIME_AT, 6),
      payload: raw.subarray(HEADER_BYTES),
      raw,
      offset,
    }
  }
}

const KINDS: ReadonlyMap<number | undefined, FrameKind> = new Map(
  Object.values(FRAME).map((kind) => [kind, kind]),
)
const kindOf = (byte: number | undefined): FrameKind | undefined => KINDS.get(byte)
