import { createHash } from 'node:crypto'
import type { Readable, Writable } from 'node:stream'
import type { Clock } from '../../base/clock.ts'
import { type BytePath, joined, nameOf, parentOf, pathOf } from '../byte-path.ts'
import type { Operation } from '../operation-log.ts'
import { BadPacket } from '../sftp/cursor.ts'
import { ByteReader } from './byte-reader.ts'

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
  readonly clock: Clock
}

const ENTRY = /^[CD]([0-7]{3,5}) (\d{1,18}) ([^\n]+)\n$/

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
        this.#directories.pop()
        return (await this.#forward(line)) !== undefined
      case 'T':
        return (await this.#forward(line)) !== undefined
      case '\x01': // the source could not read something, and goes on
        await write(this.#parts.sink.to, line)
        return true
      case '\x02':
        await write(this.#parts.sink.to, line)
        return false
      default:
        throw new BadPacket('a line that is no scp')
    }
  }

  async #directory(line: Buffer): Promise<boolean> {
    const { name } = entryOf(line)
    const path = this.#pathOf(name)
    if (!(await this.#granted(path))) return true
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
    const { reason, bytes, sha256 } = await this.#content(size)
    const success = reason === undefined
    this.#record({ path, success, reason, bytes, sha256: success ? sha256 : undefined, began })
    return reason !== LOST
  }

  /** The bytes, the word of the source on whether they were all right, and the answer of the sink. */
  async #content(size: number): Promise<{ reason?: string; bytes: number; sha256: string }> {
    const hash = createHash('sha256')
    let bytes = 0
    const whole = await this.#source.pass(size, async (piece) => {
      hash.update(piece)
      bytes += piece.length
      await write(this.#parts.sink.to, piece)
    })
    const status = whole ? await this.#source.status() : undefined
    const answer = status && (await this.#forward(status))
    const sha256 = hash.digest('hex')
    if (!answer) return { reason: LOST, bytes, sha256 }
    const failed = [status, answer].find((each) => each[0] !== 0)
    return { ...(failed && { reason: reasonIn(failed) }), bytes, sha256 }
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
    if (answer) await write(this.#parts.source.to, answer)
    return answer
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
