import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { isMissingFile } from '../base/system-error.ts'
import { FILE_OPERATIONS, type FileLogRecord } from '../core/model.ts'
import type { FileLogFacts } from './audit.ts'
import { newerFormat } from './audit-error.ts'
import { parseLine, readLines } from './lines.ts'

/**
 * `<number>.ndjson`, version 1: a first line `{"format":"cocod-file-log","version":1}`, then one JSON object a line for
 * each operation. A line without its line end was cut and does not count. Numbers only grow.
 */
export const FILE_LOG_VERSION = 1
export const FILE_LOG_HEAD = `${JSON.stringify({ format: 'cocod-file-log', version: FILE_LOG_VERSION })}\n`

/** Longest text of a field that is kept, in UTF-16 units. */
const MOST_TEXT = 16_384

const Record = z.object({
  id: z.string(),
  user: z.string(),
  asset: z.string(),
  systemUser: z.string(),
  orgId: z.string(),
  remoteAddr: z.string(),
  operate: z.enum(FILE_OPERATIONS),
  filename: z.string(),
  isSuccess: z.boolean(),
  at: z.number(),
})

const Entry = z.object({
  record: Record,
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
  /** It stands further up too: core could not store it when it was its turn. */
  again: z.literal(true).optional(),
})

export interface FileLogEntry {
  readonly record: FileLogRecord
  readonly facts?: FileLogFacts | undefined
  readonly again?: true | undefined
}

/** Where the next entry to be sent begins. */
export interface FileLogPlace {
  readonly file: number
  readonly offset: number
}

export interface StoredFileLog {
  /** Undefined: a line that cannot be understood. */
  readonly entry: FileLogEntry | undefined
  readonly next: FileLogPlace
}

/** One line of the file, with its line end. */
export function encodeFileLog({ record, facts, again }: FileLogEntry): Buffer {
  const short = (_: string, value: unknown) => (typeof value === 'string' ? value.slice(0, MOST_TEXT) : value)
  return Buffer.from(`${JSON.stringify({ record, facts, again }, short)}\n`)
}

export const fileLogPath = (directory: string, file: number): string =>
  join(directory, `${String(file).padStart(8, '0')}.ndjson`)

/** The numbers of the files there, in their order. */
export async function fileLogNumbers(directory: string): Promise<number[]> {
  try {
    const names = await readdir(directory)
    const numbers = names.flatMap((name) => /^(\d{8})\.ndjson$/.exec(name)?.[1] ?? [])
    return numbers.map(Number).sort((one, other) => one - other)
  } catch (error) {
    if (isMissingFile(error)) return []
    throw error
  }
}

/** The entries of one file from a place in it, in constant memory. Throws `AUDIT_NEWER`. */
export async function* readFileLogs(directory: string, at: FileLogPlace): AsyncGenerator<StoredFileLog> {
  const path = fileLogPath(directory, at.file)
  for await (const { line, next, first } of readLines(path, at.offset)) {
    const body = parseLine(line)
    if (first && isHead(path, body)) continue
    yield { entry: Entry.safeParse(body).data, next: { file: at.file, offset: next } }
  }
}

const Head = z.object({ format: z.literal('cocod-file-log'), version: z.number().int() })

function isHead(path: string, body: unknown): boolean {
  const head = Head.safeParse(body)
  if (head.success && head.data.version > FILE_LOG_VERSION)
    throw newerFormat(path, head.data.version, FILE_LOG_VERSION)
  return head.success
}
