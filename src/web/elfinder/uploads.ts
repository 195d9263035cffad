import { randomBytes } from 'node:crypto'
import type { BytePath } from '../../files/byte-path.ts'
import type { FilesClient } from '../../files/files-client.ts'
import { REPLACE } from '../../files/sftp/client.ts'
import { WebError } from '../web-error.ts'

/** One piece of a file, as elFinder's `chunk`, `cid` and `range` describe it. */
export interface Piece {
  /** The same for all pieces of one upload. */
  readonly upload: string
  readonly index: number
  /** The highest index. */
  readonly last: number
  readonly start: number
  readonly total: number
  readonly bytes: Buffer
}

interface Partial {
  readonly path: BytePath
  readonly last: number
  readonly total: number
  readonly handle: Promise<Buffer>
  readonly missing: Set<number>
}

/** Files that are being uploaded in pieces, in one file manager. */
const MOST_PARTIAL = 16
/** Of a piece that is not the last one: smaller ones are no browser's. */
const LEAST_PIECE = 64 * 1024
/** What one write to an asset takes. */
const WRITE = 32 * 1024

/**
 * Uploads in pieces that come in any order: each is written at its own place in the file on the asset, and nothing is
 * kept here. A file is open, for the record as well, from its first piece to its last.
 */
export class Uploads {
  readonly #client: FilesClient
  readonly #mostBytes: number
  readonly #partial = new Map<string, Partial>()
  /** Files that are whole, by the word they are fetched with. */
  readonly #whole = new Map<string, BytePath>()

  constructor(client: FilesClient, mostBytes: number) {
    this.#client = client
    this.#mostBytes = mostBytes
  }

  /** Writes a whole file anew. */
  async write(path: BytePath, bytes: Buffer): Promise<void> {
    await this.#client.writeFile(path, [bytes])
  }

  /**
   * Writes a piece; `before` runs before the first one of its file. A word for `finished` when the file is whole, else
   * undefined. Throws Fault or SftpStatus.
   */
  async piece(path: BytePath, piece: Piece, before: () => Promise<void>): Promise<string | undefined> {
    const partial = this.#of(path, piece, before)
    const handle = await partial.handle.catch((error: unknown) => {
      this.#partial.delete(piece.upload)
      throw error
    })
    await this.#writeAt(handle, piece.start, piece.bytes)
    partial.missing.delete(piece.index)
    if (partial.missing.size > 0 || !this.#partial.delete(piece.upload)) return undefined
    await this.#client.close(handle)
    const word = randomBytes(16).toString('hex')
    if (this.#whole.size >= MOST_PARTIAL) this.#whole.clear()
    this.#whole.set(word, path)
    return word
  }

  /** Where the file of this word is; each word counts once. */
  finished(word: string): BytePath | undefined {
    const path = this.#whole.get(word)
    this.#whole.delete(word)
    return path
  }

  /** The browser has given up: what came of the file is removed. */
  async cancel(upload: string): Promise<void> {
    const partial = this.#partial.get(upload)
    this.#partial.delete(upload)
    if (!partial) return
    await partial.handle.then((handle) => this.#client.close(handle))
    await this.#client.remove(partial.path)
  }

  /** Closes what is open. */
  async abandon(): Promise<void> {
    const open = [...this.#partial.values()]
    this.#partial.clear()
    await Promise.allSettled(open.map(({ handle }) => handle.then((each) => this.#client.close(each))))
  }

  #of(
    path: BytePath,
    { upload, index, last, start, total, bytes }: Piece,
    before: () => Promise<void>,
  ): Partial {
    if (total > this.#mostBytes) throw tooLarge(this.#mostBytes)
    if (index > last || last * LEAST_PIECE > total || start + bytes.length > total) throw wrongPiece()
    const known = this.#partial.get(upload)
    if (known) {
      const same = known.path === path && known.last === last && known.total === total
      if (!same) throw wrongPiece()
      return known
    }
    if (this.#partial.size >= MOST_PARTIAL) throw busy()
    const missing = new Set(Array.from({ length: last + 1 }, (_, at) => at))
    const handle = before().then(() => this.#client.open(path, REPLACE))
    const partial = { path, last, total, missing, handle }
    this.#partial.set(upload, partial)
    return partial
  }

  async #writeAt(handle: Buffer, start: number, bytes: Buffer): Promise<void> {
    const writes: Array<Promise<void>> = []
    for (let at = 0; at < bytes.length; at += WRITE) {
      writes.push(this.#client.write(handle, start + at, bytes.subarray(at, at + WRITE)))
    }
    await Promise.all(writes)
  }
}

export const busy = (): WebError =>
  new WebError('WEB_BUSY', {
    step: 'serve a file manager',
    message: 'too many requests, uploads or pages of one login at a time',
    next: 'wait until some are over',
  })

export const tooLarge = (most: number): WebError =>
  new WebError('WEB_TOO_LARGE', {
    step: 'upload',
    message: `a file or request is larger than ${most} bytes`,
    next: 'upload it with sftp, or raise WEB_UPLOAD_MAX_MB',
    facts: { most: Math.floor(most / 2 ** 20) },
  })

export const wrongPiece = (): WebError =>
  new WebError('WEB_UPLOAD', {
    step: 'upload',
    message: 'a piece of an upload does not belong to what came before',
    next: 'upload the file again',
  })
