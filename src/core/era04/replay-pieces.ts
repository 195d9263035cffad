import { createReadStream } from 'node:fs'
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'

/** A piece of output, and when it came. */
export interface ReplayPiece {
  /** Since the start of the session. */
  readonly seconds: number
  readonly text: string
}

/** `"seconds":"output"` and what is behind it. */
const ENTRY = /\s*"([\d.]+)"\s*:\s*("[^"\\]*(?:\\.[^"\\]*)*")\s*([,}])/y
/** One entry holds at most 64 KB of output, each byte of which may be six characters of JSON. */
const MOST_ENTRY = 1024 * 1024

const MOST_PIECES = 200
const MOST_CHARACTERS = 128 * 1024

/**
 * The pieces of a replay file (gzip, the JSON object core 1.x takes), in constant memory. The empty one that ends it is
 * left out. Throws for a file that is not one.
 */
export async function* replayPieces(path: string): AsyncGenerator<ReplayPiece> {
  let rest = ''
  let begun = false
  for await (const text of textOf(path)) {
    rest += text
    if (!begun && rest !== '') {
      if (!rest.startsWith('{')) throw new Error(`${path} is no replay`)
      rest = rest.slice(1)
      begun = true
    }
    ENTRY.lastIndex = 0
    let end = 0
    const found: ReplayPiece[] = []
    for (let match = ENTRY.exec(rest); match; match = ENTRY.exec(rest)) {
      end = ENTRY.lastIndex
      const piece: unknown = JSON.parse(match[2] ?? '""')
      if (typeof piece === 'string' && piece !== '') found.push({ seconds: Number(match[1]), text: piece })
    }
    rest = rest.slice(end)
    if (rest.length > MOST_ENTRY) throw new Error(`${path} has an entry that is too long`)
    yield* found
  }
}

/** Pieces to be sent together, without the first `skip`. */
export async function* batches(
  pieces: AsyncIterable<ReplayPiece>,
  skip: number,
): AsyncGenerator<readonly ReplayPiece[]> {
  let batch: ReplayPiece[] = []
  let characters = 0
  let left = skip
  for await (const piece of pieces) {
    if (left-- > 0) continue
    if (
      batch.length === MOST_PIECES ||
      (batch.length > 0 && characters + piece.text.length > MOST_CHARACTERS)
    ) {
      yield batch
      batch = []
      characters = 0
    }
    batch.push(piece)
    characters += piece.text.length
  }
  if (batch.length > 0) yield batch
}

async function* textOf(path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  const unpacked = new PassThrough()
  const done = pipeline(createReadStream(path), createGunzip(), unpacked)
  // Its failure is also the one of the loop below.
  done.catch(() => undefined)
  const chunks: AsyncIterable<Buffer> = unpacked
  for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true })
  await done
}
