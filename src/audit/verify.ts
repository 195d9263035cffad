import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { isMissingFile } from '../base/system-error.ts'
import { AuditError } from './audit-error.ts'
import { readCommands } from './command-log.ts'
import { type CommandMark, decodeMark, hashOf } from './command-mark.ts'
import { FRAME, type Frame, HASH_BYTES, HEADER_BYTES } from './frames.ts'
import { ReplayFile } from './replay-file.ts'
import { readSession, type SealedEnd } from './session-file.ts'
import { decodeTransferMark, type TransferMark, transferLines } from './transfer-log.ts'

/**
 * What became of a record:
 * - `whole`: every block is as it was written, and nothing is missing; `cut` when recovery had to end it
 * - `running`: the same as far as it goes; the session is not over
 * - `broken`: `block` (from 1) is the first that is not; `time` is µs since the start, `why` a sentence's end
 */
export type Verdict =
  | { readonly kind: 'whole'; readonly blocks: number; readonly cut: boolean }
  | { readonly kind: 'running'; readonly blocks: number }
  | {
      readonly kind: 'broken'
      readonly block: number
      readonly offset: number
      readonly time: number
      readonly why: string
    }

/** Where the check has come to: the start of the block that is being read. */
interface Place {
  block: number
  offset: number
  time: number
}

/**
 * Checks a session's replay, commands and transfers against the hash chain and the hash in session.json. Throws AuditError
 * when session.json cannot be read.
 */
export async function verifySession(directory: string): Promise<Verdict> {
  const { end } = await readSession(directory)
  const file = new ReplayFile(join(directory, 'replay.log'))
  const place: Place = { block: 1, offset: 0, time: 0 }
  const chain = new Chain()
  const lines = checksOf(directory, end?.cut ?? false)
  const broken = (why: string): Verdict => ({ kind: 'broken', ...place, why })
  try {
    for await (const frame of file.all()) {
      const why = (await lines.see(frame)) ?? chain.see(frame)
      if (why) return broken(why)
      if (frame.kind !== FRAME.hash) continue
      Object.assign(place, {
        block: place.block + 1,
        offset: frame.offset + frame.raw.length,
        time: frame.time,
      })
    }
    const why = end ? ((await lines.atEnd()) ?? atEnd(end, file, chain)) : whileRunning(file)
    if (why) return broken(why)
  } catch (error) {
    if (error instanceof AuditError) return broken(error.message)
    if (isMissingFile(error)) return broken('the file is not there')
    throw error
  } finally {
    await lines.close()
  }
  const blocks = place.block - 1
  return end ? { kind: 'whole', blocks, cut: end.cut } : { kind: 'running', blocks }
}

class Chain {
  #hash: Buffer = Buffer.alloc(HASH_BYTES)
  #open = createHash('sha256').update(this.#hash)
  #unsealed = 0

  get last(): string {
    return this.#hash.toString('hex')
  }

  get unsealed(): boolean {
    return this.#unsealed > 0
  }

  see({ kind, payload, raw }: Frame): string | undefined {
    if (kind !== FRAME.hash) {
      this.#open.update(raw)
      this.#unsealed += raw.length
      return undefined
    }
    if (!this.#open.update(raw.subarray(0, HEADER_BYTES)).digest().equals(payload))
      return 'its bytes are not those that were recorded'
    this.#hash = Buffer.from(payload)
    this.#open = createHash('sha256').update(this.#hash)
    this.#unsealed = 0
    return undefined
  }
}

/** Both files, each followed on its own. */
function checksOf(directory: string, cut: boolean) {
  const commands = new LinesCheck(
    {
      mark: (payload) => numbered(decodeMark(payload)),
      lines: commandLines(join(directory, 'commands.ndjson')),
      noun: 'command',
    },
    false,
  )
  const transfers = new LinesCheck(
    {
      mark: (payload) => numbered(decodeTransferMark(payload)),
      lines: transferLines(join(directory, 'transfers.ndjson')),
      noun: 'transfer',
    },
    cut,
  )
  return {
    see: async (frame: Frame) => (await commands.see(frame)) ?? (await transfers.see(frame)),
    atEnd: async () => (await commands.atEnd()) ?? (await transfers.atEnd()),
    close: async () => {
      await commands.close()
      await transfers.close()
    },
  }
}

const numbered = (mark: CommandMark | TransferMark | undefined) =>
  mark && { number: 'command' in mark ? mark.command : mark.transfer, sha256: mark.sha256 }

async function* commandLines(path: string): AsyncGenerator<Buffer> {
  for await (const { line } of readCommands(path)) yield line
}

interface Marked {
  /** The number and hash that a frame tells of a line; undefined: it is another frame. */
  readonly mark: (payload: Buffer) => { readonly number: number; readonly sha256: string } | undefined
  readonly lines: AsyncGenerator<Buffer>
  /** What a line is, in a sentence. */
  readonly noun: string
}

/** Follows a file of lines along with their marks in the replay. */
class LinesCheck {
  readonly #marked: Marked
  /** A killed process may have written a mark and not its line: of a record that was cut, the last ones may miss. */
  readonly #cut: boolean
  #at = 0

  constructor(marked: Marked, cut: boolean) {
    this.#marked = marked
    this.#cut = cut
  }

  async see({ kind, payload }: Frame): Promise<string | undefined> {
    const { mark: markIn, lines, noun } = this.#marked
    const mark = kind === FRAME.mark ? markIn(payload) : undefined
    if (!mark) return undefined
    this.#at += 1
    const line = await lines.next()
    const isRight = line.done ? this.#cut : hashOf(line.value) === mark.sha256
    return isRight && mark.number === this.#at
      ? undefined
      : `${noun} ${mark.number} is not the one that was recorded`
  }

  async atEnd(): Promise<string | undefined> {
    const line = await this.#marked.lines.next()
    return line.done ? undefined : `there are ${this.#marked.noun}s that were not recorded`
  }

  async close(): Promise<void> {
    await this.#marked.lines.return(undefined)
  }
}

function atEnd(end: SealedEnd, { tail }: ReplayFile, chain: Chain): string | undefined {
  if (tail.kind === 'damaged') return 'what stands there is no recording'
  if (tail.kind === 'cut') return 'the file was cut there'
  if (chain.unsealed) return 'its hash is missing'
  if (chain.last !== end.hash || tail.bytes !== end.bytes) return 'the file does not end as the session did'
  return undefined
}

const whileRunning = ({ tail }: ReplayFile): string | undefined =>
  tail.kind === 'damaged' ? 'what stands there is no recording' : undefined
