import { createReadStream } from 'node:fs'
import { z } from 'zod'
import { reasonOf } from '../base/fault.ts'
import type { Size } from '../terminal/terminal.ts'
import { damaged, newerFormat } from './audit-error.ts'
import { FRAME, type Frame, FrameDecoder, REPLAY_VERSION } from './frames.ts'

const Head = z.object({
  format: z.literal('cocod-replay'),
  version: z.number().int().positive(),
  session: z.string(),
  startedAt: z.number(),
  columns: z.number().int(),
  rows: z.number().int(),
  term: z.string().optional(),
})

/** The first frame of a replay. `startedAt` is ms since the epoch. */
export type ReplayHead = z.output<typeof Head>

export function encodeHead(head: { session: string; startedAt: number; size: Size; term?: string }): Buffer {
  const { session, startedAt, size, term } = head
  const body: ReplayHead = {
    format: 'cocod-replay',
    version: REPLAY_VERSION,
    session,
    startedAt,
    ...size,
    term,
  }
  return Buffer.from(JSON.stringify(body))
}

/** How a replay file ends: whole, in the middle of a frame, or in something that is no frame. */
export type ReplayTail =
  | { readonly kind: 'whole'; readonly bytes: number }
  | { readonly kind: 'cut'; readonly bytes: number; readonly torn: number }
  | { readonly kind: 'damaged'; readonly bytes: number }

/**
 * Reads a replay in constant memory, also one that is being written or was cut at any byte: all whole frames come
 * out, then `tail` says how it ends. Throws AuditError `AUDIT_NEWER` for a newer format, `AUDIT_DAMAGED` when the
 * file does not begin as a replay, and system errors as they are.
 */
export class ReplayFile {
  readonly path: string
  #decoder = new FrameDecoder()

  constructor(path: string) {
    this.path = path
  }

  /** Valid once `frames` is used up. */
  get tail(): ReplayTail {
    const { offset: bytes, pending: torn, damaged } = this.#decoder
    if (damaged) return { kind: 'damaged', bytes }
    return torn > 0 ? { kind: 'cut', bytes, torn } : { kind: 'whole', bytes }
  }

  /** All frames but the head, which is only checked. */
  async *frames(): AsyncGenerator<Frame> {
    for await (const frame of this.all()) {
      if (frame.kind !== FRAME.head) yield frame
    }
  }

  /** All frames, the head first. */
  async *all(): AsyncGenerator<Frame> {
    this.#decoder = new FrameDecoder()
    let checked = false
    for await (const chunk of createReadStream(this.path, { highWaterMark: 256 * 1024 })) {
      if (!Buffer.isBuffer(chunk)) continue
      for (const frame of this.#decoder.push(chunk)) {
        if (!checked) parseHead(this.path, frame)
        checked = true
        yield frame
      }
    }
    if (!checked && this.#decoder.damaged) throw damaged(this.path, 'it does not begin as a replay')
  }

  /** The head; undefined when the file was cut before its end. */
  async head(): Promise<ReplayHead | undefined> {
    for await (const frame of this.all()) return parseHead(this.path, frame)
    return undefined
  }
}

function parseHead(path: string, frame: Frame): ReplayHead {
  if (frame.kind !== FRAME.head) throw damaged(path, 'its first frame is no head')
  const head = Head.safeParse(parseJson(path, frame.payload))
  if (!head.success) throw damaged(path, 'its head is not in order', head.error)
  if (head.data.version > REPLAY_VERSION) throw newerFormat(path, head.data.version, REPLAY_VERSION)
  return head.data
}

function parseJson(path: string, bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch (cause) {
    throw damaged(path, `its head is no JSON (${reasonOf(cause)})`, cause)
  }
}
