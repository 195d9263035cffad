import { createHash } from 'node:crypto'
import type { AppendFile } from './append-file.ts'
import type { TransferRecord } from './audit.ts'
import type { AuditError } from './audit-error.ts'
import { CommandLog } from './command-log.ts'

const TRANSFERS_VERSION = 1
const HEAD = `${JSON.stringify({ format: 'cocod-transfers', version: TRANSFERS_VERSION })}\n`

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
    const sha256 = createHash('sha256').update(line).digest('hex')
    this.#onMark(Buffer.from(JSON.stringify({ transfer: this.#count, sha256 })))
  }

  /** Resolves when all lines are with the kernel. Rejects with the AuditError that stopped them. */
  async close(): Promise<void> {
    await this.#log.close()
  }
}
