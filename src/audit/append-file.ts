import { type FileHandle, open } from 'node:fs/promises'
import { type Clock, sleep } from '../base/clock.ts'
import { AuditError, writeFailed } from './audit-error.ts'
import type { SpoolSync } from './spool-sync.ts'

export interface AppendOptions {
  readonly clock: Clock
  readonly sync: SpoolSync
  /** ms for which a write that fails is tried again before it counts as failed (security.md's R5). */
  readonly graceMs: number
  /** Called when a write fails for the first time; the write itself is still being tried. */
  readonly onTrouble?: () => void
  /** Called when what was written could not be brought to the disk. */
  readonly onLost: (error: AuditError) => void
}

const RETRY_MS = 100

/**
 * A file that only grows. One write at a time; a write that was taken in part goes on where it stopped, one that
 * fails is tried again for the grace. Throws AuditError `AUDIT_WRITE`.
 */
export class AppendFile {
  readonly path: string
  readonly #file: FileHandle
  readonly #options: AppendOptions
  #size: number

  private constructor(path: string, file: FileHandle, size: number, options: AppendOptions) {
    this.path = path
    this.#file = file
    this.#size = size
    this.#options = options
  }

  /** Makes the file; 0600. */
  static async create(path: string, options: AppendOptions): Promise<AppendFile> {
    return new AppendFile(path, await open(path, 'wx', 0o600), 0, options)
  }

  /** Bytes that are with the kernel. */
  get size(): number {
    return this.#size
  }

  /** Resolves when all of it is with the kernel, in strict mode on the disk. */
  async append(bytes: Uint8Array): Promise<void> {
    await this.#insist(bytes)
    try {
      await this.#options.sync.written(this.#file, (cause) =>
        this.#options.onLost(writeFailed(this.path, cause)),
      )
    } catch (cause) {
      throw writeFailed(this.path, cause)
    }
  }

  /** Nothing more is appended. What is with the kernel by now goes to the disk as the mode asks. */
  async close(): Promise<void> {
    await this.#options.sync.finish(this.#file)
  }

  async #insist(bytes: Uint8Array): Promise<void> {
    const { clock, graceMs, onTrouble } = this.#options
    let written = 0
    let failingSince: number | undefined
    while (written < bytes.length) {
      try {
        const taken = await this.#file.write(bytes, written, bytes.length - written, this.#size)
        written += taken.bytesWritten
        this.#size += taken.bytesWritten
        if (taken.bytesWritten > 0) failingSince = undefined
      } catch (cause) {
        if (failingSince === undefined) onTrouble?.()
        failingSince ??= clock.monotonic()
        if (clock.monotonic() - failingSince >= graceMs) throw writeFailed(this.path, cause)
        await sleep(clock, RETRY_MS)
      }
    }
  }
}

export const asAuditError = (path: string, error: unknown): AuditError =>
  error instanceof AuditError ? error : writeFailed(path, error)
