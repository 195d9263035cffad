import type { Clock } from '../base/clock.ts'
import type { AppService } from '../core/app-service.ts'
import type { CoreSettings } from '../core/model.ts'
import type { Environment } from '../core/proxy.ts'
import type { Log } from '../log.ts'
import { asAuditError } from './append-file.ts'
import type { Audit, Recording, SessionFacts } from './audit.ts'
import { writeFailed } from './audit-error.ts'
import { BlockPool } from './block-pool.ts'
import type { CommandDetectorFactory } from './command-detector.ts'
import { Delivery, type DeliveryStats } from './delivery.ts'
import { type DiskStatus, DiskWatch } from './disk-watch.ts'
import { FileLogOutbox } from './file-log-outbox.ts'
import type { FileLogQueueStats } from './file-log-queue.ts'
import { FileRecording } from './recorder.ts'
import { recover } from './recovery.ts'
import type { RecordKeeper } from './session-delivery.ts'
import { Spool, type SpooledSession } from './spool.ts'
import { type FsyncMode, SpoolSync } from './spool-sync.ts'
import type { StorageStatus } from './storages/storage-state.ts'
import { Storages } from './storages/storages.ts'

export interface FileAuditOptions {
  /** `<DATA_DIR>/sessions`. */
  readonly sessionsDir: string
  /** `<DATA_DIR>/file-logs`. */
  readonly fileLogsDir: string
  /** `<DATA_DIR>/dead-letter`. */
  readonly deadLetterDir: string
  readonly core: RecordKeeper & Pick<AppService, 'sendFileLog'>
  /** Core's settings as they are now, for where records go besides core; absent: nowhere. */
  readonly coreSettings?: () => CoreSettings
  /** `process.env`, for the proxies to those places. */
  readonly environment?: Environment
  readonly detector: CommandDetectorFactory
  readonly clock: Clock
  readonly log: Log
  readonly fsync: FsyncMode
  /** Days for which a session is kept here after all of it is with core; 0: not at all. */
  readonly retentionDays: number
  /** Free bytes below which no session begins; default: the smaller of 5 % of the disk and 1 GB. */
  readonly reserveBytes?: number
  /** Bytes all sessions here may have together; above it the oldest delivered go first. Default: no limit. */
  readonly limitBytes?: number
  /** A session that can no longer be recorded goes on all the same. */
  readonly goOnUnrecorded?: boolean
  /** ms for which a failing write is tried again (default 2,000). */
  readonly graceMs?: number
}

export interface AuditStats extends DeliveryStats {
  readonly fileLogs: FileLogQueueStats
  /** The storages besides core. */
  readonly storages: readonly StorageStatus[]
  /** Undefined before the first look. */
  readonly disk: DiskStatus | undefined
}

const SWEEP_MS = 6 * 3_600_000
const DEFAULTS = { highMark: 8 * 1024 * 1024, flushMs: 500, graceMs: 2_000 }

/** Records sessions in files under `sessionsDir`, and brings them to core. */
export class FileAudit implements Audit {
  readonly #options: FileAuditOptions
  readonly #spool: Spool
  readonly #pool = new BlockPool()
  readonly #sync: SpoolSync
  readonly #live = new Set<string>()
  readonly #storages: Storages
  readonly #disk: DiskWatch
  readonly #delivery: Delivery
  /** Operations on files, of whichever door. */
  readonly fileLogs: FileLogOutbox
  readonly #stop = new AbortController()
  #recovery: Promise<void> = Promise.resolve()
  #sweep: Disposable | undefined

  constructor(options: FileAuditOptions) {
    const { clock, log, core, deadLetterDir: deadLetterRoot } = options
    this.#options = options
    this.#spool = new Spool(options.sessionsDir)
    this.#sync = new SpoolSync({ mode: options.fsync, clock })
    const { coreSettings: settings = () => ({}), environment = {} } = options
    this.#storages = new Storages({ settings, environment, clock, log })
    const isLive = (id: string): boolean => this.#live.has(id)
    this.#delivery = new Delivery({ core, storages: this.#storages, clock, log, deadLetterRoot, isLive })
    this.#disk = new DiskWatch({
      ...{ spool: this.#spool, clock, log, limitBytes: options.limitBytes },
      reserveBytes: options.reserveBytes,
      isBusy: (id) => isLive(id) || this.#delivery.has(id),
    })
    const { fileLogsDir: directory, graceMs = DEFAULTS.graceMs } = options
    this.fileLogs = new FileLogOutbox({ ...options, directory, deadLetterRoot, graceMs, sync: this.#sync })
  }

  /** Begins to send, and in the background to finish what the last run left. DATA_DIR must be locked by now. */
  start(): void {
    this.#delivery.start()
    this.fileLogs.start()
    this.#disk.start()
    this.#look()
  }

  /** Core answers again: what waits is sent now. */
  coreBack(): void {
    this.#delivery.retryNow()
    this.fileLogs.retryNow()
  }

  get stats(): AuditStats {
    const { status: storages } = this.#storages
    return { ...this.#delivery.stats, fileLogs: this.fileLogs.stats, storages, disk: this.#disk.status }
  }

  /** Resolves when the spool has been gone through. */
  async recovered(): Promise<void> {
    await this.#recovery
  }

  async open(facts: SessionFacts): Promise<Recording> {
    const { id, dateStart } = facts.record
    const session = this.#spool.place(id, dateStart)
    if (this.#live.has(id)) throw writeFailed(session.directory, new Error('this session is being recorded'))
    this.#live.add(id) // before its directory is there: recovery must never take it for a left-over
    try {
      return await this.#open(session, facts)
    } catch (error) {
      this.#live.delete(id)
      throw asAuditError(session.directory, error)
    }
  }

  /** To be called when all sessions are over. Sends what can be sent until `deadline` fires. */
  async close(deadline: AbortSignal): Promise<void> {
    this.#stop.abort()
    this.#sweep?.[Symbol.dispose]()
    await this.#recovery
    await this.#disk.close()
    await Promise.all([this.#delivery.close(deadline), this.fileLogs.close(deadline)])
    this.#storages[Symbol.dispose]()
    await this.#sync.close()
  }

  async #open(session: SpooledSession, facts: SessionFacts): Promise<Recording> {
    await this.#spool.make(session)
    try {
      await this.#disk.check()
      return await this.#record(session, facts)
    } catch (error) {
      await this.#spool.remove(session).catch(() => undefined)
      throw error
    }
  }

  async #record(session: SpooledSession, facts: SessionFacts): Promise<Recording> {
    const { clock, log, detector } = this.#options
    return await FileRecording.create(session.directory, facts, {
      ...DEFAULTS,
      ...this.#options,
      clock,
      log,
      detector,
      pool: this.#pool,
      sync: this.#sync,
      onCommand: () => this.#delivery.wake(session, { soon: true }),
      onClosed: (known) => {
        this.#live.delete(session.id)
        if (known) this.#delivery.wake(session)
        else this.#delivery.forget(session.id)
      },
    })
  }

  /** Goes through the spool now, and every six hours for what was kept long enough. */
  #look(): void {
    const { clock, log, retentionDays } = this.#options
    const isLive = (id: string): boolean => this.#live.has(id) || this.#delivery.has(id)
    const onWaiting = (session: SpooledSession): void => this.#delivery.wake(session)
    const options = { spool: this.#spool, clock, log, retentionDays, isLive, onWaiting }
    this.#recovery = this.#recovery.then(() => recover(options, this.#stop.signal))
    this.#sweep = clock.after(SWEEP_MS, () => this.#look())
  }
}
