import { createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { FRAME, type Frame } from './frames.ts'

/** Text is handed on in pieces of about this many characters: gzip calls cost more than they should. */
const PIECE = 64 * 1024

/**
 * Core's replay as text: one JSON object from seconds since the start to output, in order, ended by `"0":""`
 * (POST /api/terminal/v1/sessions/<id>/replay/). Written by hand: a JavaScript object would put integer-like keys
 * first, and keys must be unique, or all players drop all but the last. Constant memory.
 */
export async function* coreReplay(frames: AsyncIterable<Frame>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const keys = new Keys()
  let piece = '{'
  let last = 0
  for await (const { kind, time, payload } of frames) {
    if (kind !== FRAME.output) continue
    last = time
    const text = decoder.decode(payload, { stream: true })
    if (text !== '') piece += `${keys.next(time)}:${JSON.stringify(text)},`
    if (piece.length < PIECE) continue
    yield piece
    piece = ''
  }
  const rest = decoder.decode()
  if (rest !== '') piece += `${keys.next(last)}:${JSON.stringify(rest)},`
  yield `${piece}"0":""}`
}

/** Rising keys of six decimals, so none is integer-like; frames of one instant go a µs apart. */
class Keys {
  #last = 0

  next(time: number): string {
    this.#last = Math.max(time, this.#last + 1)
    return `"${seconds(this.#last)}"`
  }
}

/** µs as seconds with six decimals. */
export const seconds = (time: number): string =>
  `${Math.floor(time / 1e6)}.${String(time % 1e6).padStart(6, '0')}`

/** Writes `text` to a new gzip file at `path`; resolves with its size in bytes. */
export async function writeGzip(
  text: AsyncIterable<string>,
  path: string,
  signal?: AbortSignal,
): Promise<number> {
  await pipeline(
    Readable.from(text, { objectMode: true, highWaterMark: 1 }),
    createGzip(),
    createWriteStream(path, { mode: 0o600 }),
    signal ? { signal } : {},
  )
  return (await stat(path)).size
}
