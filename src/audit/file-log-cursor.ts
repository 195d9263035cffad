import { readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { writeFileAtomic } from '../base/atomic-file.ts'
import { isMissingFile } from '../base/system-error.ts'
import { AuditError } from './audit-error.ts'
import { type FileLogPlace, fileLogNumbers, fileLogPath, readFileLogs } from './file-log-file.ts'
import { parseVersioned } from './session-file.ts'

const CURSOR_VERSION = 1
const CursorFile = z.object({
  format: z.literal('cocod-file-log-delivery'),
  version: z.number().int(),
  file: z.number().int(),
  offset: z.number().int(),
})

const DAY_MS = 86_400_000

/** How far core has the file logs of a directory: `delivery.json` there. */
export class FileLogCursor {
  readonly #directory: string
  readonly #path: string
  #place: FileLogPlace = { file: 0, offset: 0 }
  #saved: FileLogPlace = this.#place

  constructor(directory: string) {
    this.#directory = directory
    this.#path = join(directory, 'delivery.json')
  }

  /** Where the next entry of a file begins that core may not have; undefined when it has all of that file. */
  startOf(file: number): FileLogPlace | undefined {
    if (file < this.#place.file) return undefined
    return file === this.#place.file ? this.#place : { file, offset: 0 }
  }

  move(place: FileLogPlace): void {
    this.#place = place
  }

  /** No file, or one that cannot be understood: from the beginning, which core sees through by the ids. */
  async load(): Promise<void> {
    try {
      const text = await readFile(this.#path, 'utf8')
      const { file, offset } = parseVersioned({
        ...{ path: this.#path, text },
        ...{ schema: CursorFile, known: CURSOR_VERSION },
      })
      this.#place = { file, offset }
      this.#saved = this.#place
    } catch (error) {
      const isDamaged = error instanceof AuditError && error.code === 'AUDIT_DAMAGED'
      if (!isMissingFile(error) && !isDamaged) throw error
    }
  }

  get isSaved(): boolean {
    return this.#place === this.#saved
  }

  async save(): Promise<void> {
    const place = this.#place
    if (this.isSaved) return
    const content = { format: 'cocod-file-log-delivery', version: CURSOR_VERSION, ...place }
    await writeFileAtomic(this.#path, `${JSON.stringify(content)}\n`)
    this.#saved = place
  }

  /** What core may not have, in the files before `end`: how many, and when the first was made. */
  async count(end: () => number): Promise<{ entries: number; oldest: number | undefined }> {
    let [entries, oldest]: [number, number | undefined] = [0, undefined]
    for (const file of await fileLogNumbers(this.#directory)) {
      const start = this.startOf(file)
      if (!start || file >= end()) continue
      for await (const { entry } of readFileLogs(this.#directory, start)) {
        oldest ??= entry?.record.at
        entries += 1
      }
    }
    return { entries, oldest }
  }

  /** Removes the files all of which core has had for `days`. */
  async tidy(days: number, now: number): Promise<void> {
    for (const file of await fileLogNumbers(this.#directory)) {
      if (this.startOf(file)) return
      const path = fileLogPath(this.#directory, file)
      const { mtimeMs } = await stat(path)
      if (mtimeMs + days * DAY_MS <= now) await rm(path)
    }
  }
}
