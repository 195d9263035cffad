import { reasonOf } from '../base/fault.ts'
import type { BytePath } from './byte-path.ts'
import { REPLACE, SftpClient } from './sftp/client.ts'
import type { PacketLink } from './sftp/packet-link.ts'
import { OPEN } from './sftp/protocol.ts'

const PIECE = 32 * 1024
/** Requests under way at a time: with the pieces, what a stream holds at most. */
const AHEAD = 16

export interface FilesClientParts {
  readonly close: () => Promise<void>
  /** An open file is not what it should be, although every request was answered: so it goes on record. */
  readonly failed: (handle: Buffer, reason: string) => void
}

/** A person's files for the rooms above. Paths are bytes: `pathFromText` makes one, `shown` makes it readable. */
export class FilesClient extends SftpClient implements AsyncDisposable {
  readonly #parts: FilesClientParts

  constructor(link: PacketLink, parts: FilesClientParts) {
    super(link)
    this.#parts = parts
  }

  /** Closes what is open, and the connections nobody else uses. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#parts.close()
  }

  /** The content of a file from `offset`, in pieces, some requests ahead of the reader and no more. */
  async *readFile(path: BytePath, offset = 0): AsyncGenerator<Buffer> {
    const handle = await this.open(path, OPEN.read)
    try {
      yield* this.#pieces(handle, offset)
    } finally {
      await this.close(handle)
    }
  }

  /** Writes a file anew. Resolves when the asset has all of it. What was written stays when it fails. */
  async writeFile(path: BytePath, content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    const handle = await this.open(path, REPLACE)
    const writes: Array<Promise<void>> = []
    let at = 0
    try {
      for await (const chunk of content) {
        for (let from = 0; from < chunk.length; from += PIECE) {
          const piece = Buffer.from(chunk.subarray(from, from + PIECE))
          const write = this.write(handle, at, piece)
          write.catch(() => undefined) // told when it is waited for
          writes.push(write)
          at += piece.length
          if (writes.length >= AHEAD) await writes.shift()
        }
      }
      await Promise.all(writes)
    } catch (error) {
      this.#parts.failed(handle, reasonOf(error))
      throw error
    } finally {
      await Promise.allSettled(writes)
      await this.close(handle)
    }
  }

  /** Some servers answer with less than was asked for: then the rest is asked for, and what came after it again. */
  async *#pieces(handle: Buffer, offset: number): AsyncGenerator<Buffer> {
    let asked = offset
    let given = offset
    const reads: Array<Promise<Buffer | undefined>> = []
    const ask = (): void => {
      const read = this.read(handle, asked, PIECE)
      read.catch(() => undefined) // told when it is waited for
      reads.push(read)
      asked += PIECE
    }
    for (;;) {
      while (reads.length < AHEAD) ask()
      const piece = await reads.shift()
      if (piece === undefined) break
      yield piece
      given += piece.length
      if (piece.length === PIECE) continue
      await Promise.allSettled(reads.splice(0))
      asked = given
    }
    await Promise.allSettled(reads)
  }
}
