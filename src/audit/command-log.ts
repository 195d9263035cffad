import { z } from 'zod'
import type { AppendFile } from './append-file.ts'
import { asAuditError } from './append-file.ts'
import { type AuditError, newerFormat } from './audit-error.ts'
import type { DetectedCommand } from './command-detector.ts'
import { parseLine, readLines } from './lines.ts'

/**
 * `commands.ndjson`, version 1: a first line `{"format":"cocod-commands","version":1}`, then one JSON object a line
 * for each command. A line without its line end was cut and does not count.
 */
export const COMMANDS_VERSION = 1
export const COMMANDS_HEAD = `${JSON.stringify({ format: 'cocod-commands', version: COMMANDS_VERSION })}\n`

/** Longest input and output that are kept, in UTF-16 units. Core takes 128 and 1,024 characters. */
const MOST_INPUT = 16_384
const MOST_OUTPUT = 16_384

const Line = z.object({
  input: z.string(),
  output: z.string(),
  at: z.number(),
  confidence: z.enum(['exact', 'screen', 'typed']),
  pasted: z.boolean(),
  hit: z.object({ rule: z.string(), verdict: z.enum(['denied', 'allowed', 'would-deny']) }).optional(),
})
const Head = z.object({ format: z.literal('cocod-commands'), version: z.number().int() })

/** One line of the file, with its line end. */
export function encodeCommand(command: DetectedCommand): Buffer {
  const { input, output, at, confidence, pasted, hit } = command
  const kept = {
    input: input.slice(0, MOST_INPUT),
    output: output.slice(0, MOST_OUTPUT),
    at,
    confidence,
    pasted,
    ...(hit && { hit }),
  }
  return Buffer.from(`${JSON.stringify(kept)}\n`)
}

/** Appends lines (commands, unless `head` says otherwise) at once, in order. Nothing here waits; a failure is told once. */
export class CommandLog {
  readonly #open: () => Promise<AppendFile>
  readonly #onFailure: (error: AuditError) => void
  readonly #path: string
  readonly #head: string
  #file: AppendFile | undefined
  #queue: Buffer[] = []
  #waiting = 0
  #working = false
  #work: Promise<void> = Promise.resolve()
  #failure: AuditError | undefined

  /** `open` makes the file; it is called at the first command. */
  constructor(options: {
    path: string
    /** The first line of the file, with its line end. */
    head?: string
    open: () => Promise<AppendFile>
    onFailure: (error: AuditError) => void
  }) {
    this.#path = options.path
    this.#head = options.head ?? COMMANDS_HEAD
    this.#open = options.open
    this.#onFailure = options.onFailure
  }

  /** Bytes not yet with the kernel. */
  get waiting(): number {
    return this.#waiting
  }

  /** `written` is called when the line is with the kernel. */
  append(line: Buffer, written: () => void): void {
    if (this.#failure) return
    this.#queue.push(line)
    this.#waiting += line.length
    if (this.#working) return
    this.#working = true
    this.#work = this.#drainQueue(written)
  }

  /** Resolves when all of it is with the kernel and the file is closed. Rejects with what stopped the log. */
  async close(): Promise<void> {
    await this.#work
    await this.#file?.close()
    if (this.#failure) throw this.#failure
  }

  async #drainQueue(written: () => void): Promise<void> {
    while (this.#queue.length > 0 && !this.#failure) {
      const bytes = Buffer.concat(this.#queue)
      this.#queue = []
      try {
        await this.#write(bytes)
        written()
      } catch (error) {
        this.#failure = asAuditError(this.#path, error)
        this.#onFailure(this.#failure)
      }
      this.#waiting -= bytes.length
    }
    this.#working = false
  }

  async #write(bytes: Buffer): Promise<void> {
    if (!this.#file) {
      this.#file = await this.#open()
      await this.#file.append(Buffer.from(this.#head))
    }
    await this.#file.append(bytes)
  }
}

/** A command and where the line behind it begins. */
export interface StoredCommand {
  readonly command: DetectedCommand
  /** The line's bytes without its line end. */
  readonly line: Buffer
  readonly next: number
}

/**
 * Reads commands in constant memory, from `offset` (a `next` of before, or 0). No file means no commands. A line that
 * cannot be understood is passed over, the rest of a cut one left out. Throws `AUDIT_NEWER`.
 */
export async function* readCommands(path: string, offset = 0): AsyncGenerator<StoredCommand> {
  for await (const { line, next, first } of readLines(path, offset)) {
    const body = parseLine(line)
    if (first) checkHead(path, body)
    const command = Line.safeParse(body)
    if (command.success) yield { command: command.data, line, next }
  }
}

function checkHead(path: string, body: unknown): void {
  const head = Head.safeParse(body)
  if (head.success && head.data.version > COMMANDS_VERSION) {
    throw newerFormat(path, head.data.version, COMMANDS_VERSION)
  }
}
