import { randomUUID } from 'node:crypto'
import type { FileLogs, Recording, TransferRecord } from '../audit/audit.ts'
import type { Clock } from '../base/clock.ts'
import { escapeControls } from '../base/escape.ts'
import type { FileLogRecord, Target } from '../core/model.ts'
import { auditEvent, type Log } from '../log.ts'
import type { Principal } from '../session/principal.ts'
import { type BytePath, shown } from './byte-path.ts'

/** Something that was done with a file, or refused. */
export interface Operation {
  readonly operate: FileLogRecord['operate']
  readonly path: BytePath
  /** Of a rename or link. */
  readonly to?: BytePath | undefined
  readonly success: boolean
  readonly reason?: string | undefined
  readonly bytes?: number | undefined
  readonly sha256?: string | undefined
  readonly copy?: string | undefined
  /** Monotonic, ms. */
  readonly began: number
}

export interface OperationLogParts {
  /** Keeps entries until core has them. */
  readonly queue: FileLogs
  /** What was done can no longer be recorded: the session with this id must not go on. */
  readonly onUnrecorded: (sessionId: string, cause: unknown) => void
  readonly principal: Principal
  readonly clock: Clock
  readonly log: Log
}

const SHORTEST_NAME = 10

/** Writes each operation of one person to core's file log, to the record of the session, and to the log. */
export class OperationLog {
  readonly #parts: OperationLogParts

  constructor(parts: OperationLogParts) {
    this.#parts = parts
  }

  /**
   * `target` is undefined for what was refused above the assets. `on` is the session in which it was done; there is
   * none when nothing was connected.
   */
  add(
    target: Target | undefined,
    operation: Operation,
    on?: { readonly id: string; readonly recording: Recording; readonly account: string },
  ): void {
    const { queue, principal, log, clock, onUnrecorded } = this.#parts
    const { user, remoteAddr } = principal
    const record = this.#record(operation)
    const { asset = NONE, account = NONE, orgId = '' } = target ? namesOf(target, on?.account) : {}
    on?.recording.transfer(record)
    on?.recording.output(Buffer.from(line(record, clock)))
    const { path, to, operate: _, success: isSuccess, at, ...facts } = record
    const entry: FileLogRecord = {
      id: randomUUID(),
      user: `${user.name} (${user.username})`,
      asset,
      systemUser: account,
      operate: operation.operate,
      filename: to === undefined ? path : `${path}=>${to}`,
      ...{ remoteAddr, isSuccess, at, orgId },
    }
    const where = { user: user.username, asset, account }
    auditEvent(log, 'transfer', { ...where, ...record }, 'file operation')
    queue.add(entry, { ...facts, session: on?.id ?? null }).catch((error: unknown) => {
      log.error({ err: error, operation: entry }, 'an operation on a file could not be recorded')
      if (on) onUnrecorded(on.id, error)
    })
  }

  #record({ operate, path, to, began, ...rest }: Operation): TransferRecord {
    const { principal, clock } = this.#parts
    const { success, reason, bytes, sha256, copy } = rest
    return {
      operate,
      path: shown(path) || '.',
      ...(to !== undefined && { to: shown(to) }),
      success,
      ...(reason !== undefined && { reason }),
      ...(bytes !== undefined && { bytes }),
      ...(sha256 !== undefined && { sha256 }),
      ...(copy !== undefined && { copy }),
      at: clock.now(),
      durationMs: Math.round(clock.monotonic() - began),
      client: escapeControls(principal.client ?? ''),
    }
  }
}

/** Core insists on a word. */
const NONE = '-'

const namesOf = ({ asset, systemUser }: Target, account: string | undefined) => ({
  asset: asset.hostname,
  account: account ?? (systemUser.username || systemUser.name),
  orgId: asset.orgId,
})

/** How a replay of the session shows it. */
function line({ operate, path, to, success, reason, bytes }: TransferRecord, clock: Clock): string {
  const time = new Date(clock.now()).toISOString().slice(11, 19)
  const what = to === undefined ? path : `${path} => ${to}`
  const size = bytes === undefined ? '' : `  ${bytes} bytes`
  return `${time}  ${operate.padEnd(SHORTEST_NAME)}${what}${size}${success ? '' : `  FAILED: ${reason ?? ''}`}\r\n`
}
