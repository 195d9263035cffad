import { z } from 'zod'
import type { AppendFile } from './append-file.ts'
import type { TransferRecord } from './audit.ts'
import { type AuditError, newerFormat } from './audit-error.ts'
import { CommandLog } from './command-log.ts'
import { hashOf } from './command-mark.ts'
import { parseLine, readLines } from './lines.ts'

const TRANSFERS_VERSION = 1
const HEAD = `${JSON.stringify({ format: 'cocod-transfers', version: TRANSFERS_VERSION })}\n`

const Mark = z.object({ transfer: z.number().int().positive(), sha256: z.string() })

/** The mark of an operation in the replay: its number from 1 and the hash of its line. */
export type TransferMark = z.output<typeof Mark>

/** Undefined for a mark of another kind. */
export function decodeTransferMark(payload: Buffer): TransferMark | undefined {
  try {
    return Mark.safeParse(JSON.parse(payload.toString())).data
  } catch {
    return undefined
  }
}

/** `line` is without its line end. */
export const encodeTransferMark = (transfer: number, line: Uint8Array): Buffer =>
  Buffer.from(JSON.stringify({ transfer, sha256: hashOf(line) } satisfies TransferMark))

const Head = z.object({ format: z.literal('cocod-transfers'), version: z.number().int() })

/** The lines of the file without their ends, the head not among them. No file means none. Throws `AUDIT_NEWER`. */
export async function* transferLines(path: string): AsyncGenerator<Buffer> {
  for await (const { line, first } of readLines(path, 0)) {
    const head = first ? Head.safeParse(parseLine(line)).data : undefined
    if (head && head.version > TRANSFERS_VERSION) throw newerFormat(path, head.version, TRANSFERS_VERSION)
    if (!head) yield line
  }
}

export interface TransferLogOptions {
  /** Makes `transfers.ndjson`; called at the first of them. */
  readonly create: (path: string) => Promise<AppendFile>
  /** A transfer's mark for the replay, so that its chain covers the line. */
  readonly onMark: (mark: Buffer) => void
  readonly onFailure: (error: AuditError) => void
}

/** `transfers.ndjson` of one session: a head line, then one JSON object for each operation on a file, in order. */
export class TransferLog {
  readonly #log: CommandLog
  readonly #onMark: TransferLogOptions['onMark']
  #count = 0

  constructor(path: string, { create, onMark, onFailure }: TransferLogOptions) {
    this.#log = new CommandLog({ path, head: HEAD, open: () => create(path), onFailure })
    this.#onMark = onMark
  }

  add(record: TransferRecord): void {
    const line = JSON.stringify(record)
    this.#count += 1
    this.#log.append(Buffer.from(`${line}\n`), () => undefined)
    this.#onMark(encodeTransferMark(this.#count, Buffer.from(line)))
  }

  /** Resolves when all lines are with the kernel. Rejects with the AuditError that stopped them. */
  async close(): Promise<void> {
    await this.#log.close()
  }
}
