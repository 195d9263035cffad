import { mkdir } from 'node:fs/promises'
import { syncDirectory } from '../base/atomic-file.ts'
import { utcDay } from '../base/utc-day.ts'
import { AppendFile, type AppendOptions, asAuditError } from './append-file.ts'
import { outrun } from './audit-error.ts'
import {
  encodeFileLog,
  FILE_LOG_HEAD,
  type FileLogEntry,
  fileLogNumbers,
  fileLogPath,
} from './file-log-file.ts'

interface Waiting {
  readonly bytes: Buffer
  readonly done: () => void
  readonly failed: (error: unknown) => void
}

const MOST_FILE_BYTES = 16 * 1024 * 1024
const MOST_WAITING_BYTES = 8 * 1024 * 1024

/**
 * Appends entries in the order in which they came, all that wait in one write. Begins a new file at its first entry,
 * each UTC day, at 16 MB, and after a failed write: a cut line stays the last of its file.
 */
export class FileLogWriter {
  readonly #directory: string
  readonly #options: AppendOptions
  #file: { readonly day: string; readonly append: AppendFile } | undefined
  #first: number | undefined
  #waiting: Waiting[] = []
  #waitingBytes = 0
  #work: Promise<void> | undefined

  constructor(directory: string, options: AppendOptions) {
    this.#directory = directory
    this.#options = options
  }

  /** Number of the first file that was begun here. */
  get first(): number | undefined {
    return this.#first
  }

  /** Resolves when it is with the kernel. Throws AuditError `AUDIT_WRITE`. */
  add(entry: FileLogEntry): Promise<void> {
    const bytes = encodeFileLog(entry)
    if (this.#waitingBytes + bytes.length > MOST_WAITING_BYTES) return Promise.reject(outrun(this.#directory))
    this.#waitingBytes += bytes.length
    return new Promise((done, failed) => {
      this.#waiting.push({ bytes, done, failed })
      this.#work ??= this.#drain()
    })
  }

  /** Resolves when what came is written and the file is closed. */
  async close(): Promise<void> {
    await this.#work
    await this.#end()
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const all = this.#waiting
      this.#waiting = []
      const bytes = Buffer.concat(all.map((each) => each.bytes))
      try {
        const file = await this.#place(bytes.length)
        await file.append(bytes)
        for (const { done } of all) done()
      } catch (error) {
        await this.#end().catch(() => undefined)
        for (const { failed } of all) failed(asAuditError(this.#directory, error))
      }
      this.#waitingBytes -= bytes.length
    }
    this.#work = undefined // in the same turn as the look at what waits: an entry in between would lie there
  }

  async #place(bytes: number): Promise<AppendFile> {
    const day = utcDay(this.#options.clock.now())
    const file = this.#file
    if (file && file.day === day && file.append.size + bytes <= MOST_FILE_BYTES) return file.append
    await this.#end()
    await mkdir(this.#directory, { recursive: true, mode: 0o700 })
    const number = ((await fileLogNumbers(this.#directory)).at(-1) ?? 0) + 1
    const append = await AppendFile.create(fileLogPath(this.#directory, number), this.#options)
    this.#file = { day, append }
    this.#first ??= number
    await append.append(Buffer.from(FILE_LOG_HEAD))
    await syncDirectory(this.#directory)
    return append
  }

  async #end(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    await file?.append.close()
  }
}
