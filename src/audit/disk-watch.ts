import { mkdir, statfs } from 'node:fs/promises'
import type { Clock } from '../base/clock.ts'
import { auditEvent, type Log } from '../log.ts'
import { AuditError } from './audit-error.ts'
import type { Spool } from './spool.ts'
import { makeRoom, spoolBytes } from './spool-room.ts'

/** `low`: free space is under twice the reserve, or nine tenths of the limit are used. `full`: no session may begin. */
export type DiskState = 'ok' | 'low' | 'full'

export interface DiskStatus {
  readonly state: DiskState
  readonly freeBytes: number
  readonly reserveBytes: number
  /** Of all recordings, as last counted; undefined without a limit. */
  readonly usedBytes: number | undefined
  readonly limitBytes: number | undefined
}

export interface DiskWatchOptions {
  readonly spool: Spool
  readonly clock: Clock
  readonly log: Log
  /** Free bytes below which no session begins; undefined: the smaller of 5 % of the disk and 1 GB. */
  readonly reserveBytes: number | undefined
  /** Bytes all recordings may have together. */
  readonly limitBytes: number | undefined
  /** Somebody has it in hand: it is not removed. */
  readonly isBusy: (id: string) => boolean
}

const GIGABYTE = 1e9
const LOOK_MS = 60_000
/** Counting goes through every file of the spool. */
const LOOKS_A_COUNT = 10

/**
 * Looks at the disk under the spool every minute, and says before it is full. Above the limit for all recordings the
 * oldest that are delivered go before their time; what is not delivered is never removed.
 */
export class DiskWatch {
  readonly #options: DiskWatchOptions
  readonly #stop = new AbortController()
  #status: DiskStatus | undefined
  #used: number | undefined
  #looks = 0
  #timer: Disposable | undefined
  #work: Promise<void> = Promise.resolve()

  constructor(options: DiskWatchOptions) {
    this.#options = options
  }

  /** As last seen; undefined before the first look. */
  get status(): DiskStatus | undefined {
    return this.#status
  }

  /** Looks now, and then every minute until `close`. */
  start(): void {
    if (this.#stop.signal.aborted) return
    this.#timer = this.#options.clock.after(LOOK_MS, () => this.start())
    this.#work = this.#work.then(() => this.#lookQuietly())
  }

  async close(): Promise<void> {
    this.#stop.abort()
    this.#timer?.[Symbol.dispose]()
    await this.#work
  }

  /** A session wants to begin. Throws AuditError `AUDIT_DISK_RESERVE` or `AUDIT_DISK_LIMIT`, and system errors. */
  async check(): Promise<void> {
    const { state, freeBytes, reserveBytes, usedBytes = 0, limitBytes = 0 } = await this.#measure()
    if (state !== 'full') return
    if (freeBytes < reserveBytes) throw belowReserve(freeBytes, reserveBytes)
    throw aboveLimit(usedBytes, limitBytes)
  }

  async #lookQuietly(): Promise<void> {
    try {
      if (this.#looks++ % LOOKS_A_COUNT === 0) await this.#count()
      await this.#measure()
    } catch (err) {
      this.#options.log.error({ err }, 'the disk of the recordings could not be looked at')
    }
  }

  async #count(): Promise<void> {
    const { spool, limitBytes, isBusy } = this.#options
    if (limitBytes === undefined) return
    const used = await spoolBytes(spool, this.#stop.signal)
    const excess = used - limitBytes
    const freed = excess > 0 ? await makeRoom(spool, { bytes: excess, isBusy, signal: this.#stop.signal }) : 0
    this.#used = used - freed
    if (freed > 0)
      this.#options.log.warn({ freed, limitBytes }, 'delivered recordings were removed before their time')
  }

  async #measure(): Promise<DiskStatus> {
    const { spool, limitBytes, reserveBytes: wanted } = this.#options
    await mkdir(spool.root, { recursive: true, mode: 0o700 })
    const { bavail, bsize, blocks } = await statfs(spool.root)
    const reserveBytes = Math.round(wanted ?? Math.min(GIGABYTE, blocks * bsize * 0.05))
    const freeBytes = bavail * bsize
    const usedBytes = this.#used
    const share = usedBytes === undefined || limitBytes === undefined ? 0 : usedBytes / limitBytes
    const state = stateOf(freeBytes / reserveBytes, share)
    const status = { state, freeBytes, reserveBytes, usedBytes, limitBytes }
    const before = this.#status?.state ?? 'ok'
    this.#status = status
    if (state !== before) this.#tell(status)
    return status
  }

  #tell({ state, freeBytes, reserveBytes, usedBytes, limitBytes }: DiskStatus): void {
    const facts = { freeBytes, reserveBytes, usedBytes, limitBytes }
    auditEvent(this.#options.log, `disk-${state}`, facts, WORDS[state])
  }
}

const WORDS: Readonly<Record<DiskState, string>> = {
  ok: 'there is room for recordings again',
  low: 'there is little room left for recordings: make some before no session can begin',
  full: 'there is no room left for recordings: no session can begin',
}

/** `free` in reserves (NaN or infinite without one), `share` of the limit. */
function stateOf(free: number, share: number): DiskState {
  if (free < 1 || share >= 1) return 'full'
  return free < 2 || share >= 0.9 ? 'low' : 'ok'
}

const belowReserve = (free: number, reserve: number): AuditError =>
  new AuditError('AUDIT_DISK_RESERVE', {
    step: 'open record',
    message: `${free} bytes are free for records, ${reserve} are the reserve`,
    next: 'make room on the disk of DATA_DIR, or lower the reserve or RETENTION_DAYS',
    facts: { free, reserve },
  })

const aboveLimit = (used: number, limit: number): AuditError =>
  new AuditError('AUDIT_DISK_LIMIT', {
    step: 'open record',
    message: `the records have ${used} bytes, ${limit} are the limit, and nothing more of them is delivered`,
    next: 'look why records are not delivered (cocod status), or raise MAX_RECORDINGS_MB',
    facts: { used, limit },
  })
