import type { BytePath } from './byte-path.ts'
import { FilesError } from './files-error.ts'
import type { Mount, Mounted } from './mount.ts'
import type { Transfer } from './transfer.ts'

/** Something a client has open. */
export type Handle =
  /** A directory of the tree itself; `at` is how far it was read. */
  { readonly kind: 'names'; readonly names: readonly BytePath[]; at: number } | OpenFile

/** A file or directory that is open on an asset. */
export interface OpenFile {
  readonly kind: 'file' | 'directory'
  readonly mount: Mount
  readonly mounted: Mounted
  /** The asset's own. */
  readonly path: BytePath
  /** The asset's handle. */
  readonly handle: Buffer
  /** Of a file. */
  readonly transfer: Transfer | undefined
  /** Keeps the connection. */
  readonly hold: Disposable
}

/** Length of the handles that clients are given. OpenSSH's are as long, so that they can be exchanged in place. */
export const HANDLE_LENGTH = 4

/** What one channel has open. Bounded: a client that never closes anything is refused the next. */
export class Handles {
  readonly #most: number
  readonly #open = new Map<number, Handle>()
  #reserved = 0
  #last = 0

  constructor(most: number) {
    this.#most = most
  }

  get size(): number {
    return this.#open.size
  }

  /** Takes a place before the asset is asked; `add` or `release` gives it back. Throws FilesError FILES_HANDLES. */
  reserve(): void {
    if (this.#open.size + this.#reserved < this.#most) {
      this.#reserved += 1
      return
    }
    throw new FilesError('FILES_HANDLES', {
      step: 'open file',
      message: `${this.#most} files are open on this channel`,
      next: 'close some',
      facts: { most: this.#most },
    })
  }

  release(): void {
    this.#reserved -= 1
  }

  /** In the place that was reserved. Gives the handle for the client. */
  add(handle: Handle): Buffer {
    this.#reserved -= 1
    do this.#last = (this.#last + 1) >>> 0
    while (this.#open.has(this.#last))
    this.#open.set(this.#last, handle)
    const bytes = Buffer.allocUnsafe(HANDLE_LENGTH)
    bytes.writeUInt32BE(this.#last)
    return bytes
  }

  get(handle: number): Handle | undefined {
    return this.#open.get(handle)
  }

  delete(handle: number): void {
    this.#open.delete(handle)
  }

  /** Takes away those that are open on a connection that is gone, or all. */
  *takeAll(of?: Mounted): Generator<OpenFile> {
    for (const [id, handle] of this.#open) {
      if (handle.kind === 'names' || (of && handle.mounted !== of)) continue
      // A file of a lost connection stays in the table, so that the client can still close it.
      if (!of) this.#open.delete(id)
      yield handle
    }
  }
}
