import { createHash } from 'node:crypto'
import type { Readable, Writable } from 'node:stream'
import type { Clock } from '../../base/clock.ts'
import { reasonOf } from '../../base/fault.ts'
import { type BytePath, joined, nameOf, parentOf, pathOf } from '../byte-path.ts'
import type { Operation } from '../operation-log.ts'
import { BadPacket } from '../sftp/cursor.ts'
import { ByteReader } from './byte-reader.ts'
import type { Notes } from './notes.ts'

export interface RelayParts {
  /** Whoever has the files: what it sends, and where it reads answers. */
  readonly source: { readonly from: Readable; readonly to: Writable }
  /** Whoever gets them. */
  readonly sink: { readonly from: Readable; readonly to: Writable }
  readonly operate: 'Upload' | 'Download'
  /** Where names are below, or undefined: a single file has this path. */
  readonly path: BytePath
  readonly directory: boolean
  /** The sentence of a refusal; undefined: it is granted. Asked for every file and directory. */
  readonly refusal: (path: BytePath) => Promise<string | undefined>
  readonly record: (operation: Operation) => void
  /** Throws when the grant was withdrawn. Asked before each piece of a file. */
  readonly insist: (path: BytePath) => void
  /** What is said beside files. */
  readonly notes: Notes
  readonly clock: Clock
}

const ENTRY = /^[CD]([0-7]{3,5}) (\d{1,15}) ([^\n]+)\n$/
/** Seconds and microseconds of the last change, then of the last access. */
const TIMES = /^T\d{1,20} \d{1,6} \d{1,20} \d{1,6}\n$/

/**
 * Passes the old scp protocol between both sides. It goes by turns (a line or a file, then an answer), so it is followed
 * by turns: what is refused never reaches the other side, and is answered as a file that could not be had.
 */
export class ScpRelay {
  readonly #parts: RelayParts
  readonly #source: ByteReader
  readonly #sink: ByteReader
  readonly #directories: BytePath[] = []

  constructor(parts: RelayParts) {
    this.#parts = parts
    this.#source = new ByteReader(parts.source.from)
    this.#sink = new ByteReader(parts.sink.from)
  }

  /** Ends the waiting for both sides; what came from them can still be passed on. */
  stop(): void {
    this.#source.stop()
    this.#sink.stop()
  }

  /** Resolves when one side has ended. Throws BadPacket for what is no scp. */
  async run(): Promise<void> {
    if (!(await this.#answer())) return
    for (let line = await this.#source.line(); line; line = await this.#source.line()) {
      if (!(await this.#line(line))) return
    }
  }

  /** False: it is over. */
  async #line(line: Buffer): Promise<boolean> {
    switch (line.toString('latin1', 0, 1)) {
      case 'C':
        return await this.#file(line)
      case 'D':
        return await this.#directory(line)
      case 'E':
        if (line.length !== 2) throw new BadPacket('a line that is no scp')
        this.#directories.pop()
        return (await this.#forward(line)) !== undefined
      case 'T':
        if (!TIMES.test(pathOf(line))) throw new BadPacket('times that are no times')
        return (await this.#forward(line)) !== undefined
      case '\x01': // the source could not read something, and goes on
      case '\x02':
        this.#note(line)
        await write(this.#parts.sink.to, line)
        return line[0] === 1
      default:
        throw new BadPacket('a line that is no scp')
    }
  }

  async #directory(line: Buffer): Promise<boolean> {
    const { name } = entryOf(line)
    const path = this.#pathOf(name)
    if (!(await this.#granted(path))) return true
    this.#note(line)
    const answer = await this.#forward(line)
    if (answer?.[0] === 0) this.#directories.push(path)
    return answer !== undefined
  }

  async #file(line: Buffer): Promise<boolean> {
    const { name, size } = entryOf(line)
    const path = this.#pathOf(name)
    const began = this.#parts.clock.monotonic()
    if (!(await this.#granted(path))) return true
    const answer = await this.#forward(line)
    if (answer?.[0] !== 0) {
      this.#record({ path, success: false, reason: reasonIn(answer), began })
      return answer !== undefined
    }
    const content = new Content()
    try {
      const reason = await this.#content(path, size, content)
      const success = reason === undefined
      const { bytes, sha256 } = content
      this.#record({ path, success, reason, bytes, sha256: success ? sha256() : undefined, began })
      return reason !== LOST
    } catch (error) {
      this.#record({ path, success: false, reason: reasonOf(error), bytes: content.bytes, began })
      throw error
    }
  }

  /** The bytes, the word of the source on whether they were all right, and the answer of the sink. Why it failed. */
  async #content(path: BytePath, size: number, content: Content): Promise<string | undefined> {
    const whole = await this.#source.pass(size, async (piece) => {
      this.#parts.insist(path)
      content.pass(piece)
      await write(this.#parts.sink.to, piece)
    })
    const status = whole ? await this.#source.status() : undefined
    if (status) this.#note(status)
    const answer = status && (await this.#forward(status))
    if (!answer) return LOST
    const failed = [status, answer].find((each) => each[0] !== 0)
    return failed && reasonIn(failed)
  }

  /** True: granted. Else both sides were told, and it is on record. */
  async #granted(path: BytePath): Promise<boolean> {
    const { refusal, source, sink, clock, operate } = this.#parts
    const began = clock.monotonic()
    const sentence = await refusal(path)
    if (sentence === undefined) return true
    const line = Buffer.from(`\x01cocod: ${sentence}\n`)
    await write(source.to, line)
    // The receiver waits for the next file: an error in its place is told, and nothing is answered.
    if (operate === 'Download') await write(sink.to, line)
    this.#record({ path, success: false, reason: sentence, began })
    return false
  }

  /** Sends to the sink and brings its answer back. Undefined: it is gone. */
  async #forward(bytes: Buffer): Promise<Buffer | undefined> {
    await write(this.#parts.sink.to, bytes)
    return await this.#answer()
  }

  async #answer(): Promise<Buffer | undefined> {
    const answer = await this.#sink.status()
    if (answer) this.#note(answer)
    if (answer) await write(this.#parts.source.to, answer)
    return answer
  }

  /** Words go on record before they pass; a NUL says nothing. */
  #note(line: Buffer): void {
    const text = line.subarray(line[0] === 1 || line[0] === 2 ? 1 : 0)
    if (line[0] === 0 || this.#parts.notes.take(text)) return
    throw new BadPacket('more is said than files are sent')
  }

  #pathOf(name: BytePath): BytePath {
    const { path, directory, operate } = this.#parts
    const within = this.#directories.at(-1)
    if (within !== undefined) return joined(within, name)
    // A pattern may have named several files: they are where it is.
    if (operate === 'Download') return nameOf(path) === name ? path : joined(parentOf(path), name)
    return directory ? joined(path, name) : path
  }

  #record(operation: Omit<Operation, 'operate'>): void {
    const { operate, record } = this.#parts
    record({ operate, ...operation })
  }
}

/** What passed of one file. */
class Content {
  readonly #hash = createHash('sha256')
  bytes = 0

  pass(piece: Buffer): void {
    this.#hash.update(piece)
    this.bytes += piece.length
  }

  readonly sha256 = (): string => this.#hash.digest('hex')
}

const LOST = 'the connection was lost before the file was complete (a partial file may be left)'

const reasonIn = (answer: Buffer | undefined): string =>
  answer ? answer.toString('utf8', 1).trim() || 'refused' : LOST

function entryOf(line: Buffer): { readonly name: BytePath; readonly size: number } {
  const [, , size = '', name = ''] = ENTRY.exec(pathOf(line)) ?? []
  if (name === '' || name.includes('/') || name === '.' || name === '..')
    throw new BadPacket('a name that is no name')
  return { name, size: Number(size) }
}

/** Resolves when the stream can take more; at once when it is gone. */
function write(stream: Writable, bytes: Buffer): Promise<void> {
  if (!stream.writable || stream.write(bytes)) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done).off('close', done)
      resolve()
    }
    stream.on('drain', done).on('close', done)
  })
}
