import { Backoff } from '../base/backoff.ts'
import { type Clock, sleep } from '../base/clock.ts'
import type { AppService } from '../core/app-service.ts'
import { CoreError } from '../core/core-error.ts'
import type { Log } from '../log.ts'
import { AuditError } from './audit-error.ts'
import type { DeadLetters } from './dead-letter.ts'
import { FileLogCursor } from './file-log-cursor.ts'
import { type FileLogEntry, type FileLogPlace, fileLogNumbers, readFileLogs } from './file-log-file.ts'

export interface FileLogQueueOptions {
  readonly directory: string
  readonly core: Pick<AppService, 'sendFileLog'>
  readonly clock: Clock
  readonly log: Log
  readonly deadLetters: DeadLetters
  /** Days for which a file is kept after all of it is with core. */
  readonly retentionDays: number
  /** The first file that this process wrote: `added` tells of what is in it and behind. */
  readonly firstOwn: () => number | undefined
  /** Puts an entry at the end once more. */
  readonly again: (entry: FileLogEntry) => Promise<void>
}

export interface FileLogQueueStats {
  /** Entries that core does not have yet. */
  readonly waiting: number
  /** When the first of them was made, in ms since the epoch. */
  readonly oldest: number | undefined
  /** Entries core refused for good since the start. */
  readonly refused: number
}

/** How often it is looked for what was kept long enough. */
const IDLE_MS = 6 * 3_600_000
/** Entries between two notes of how far it has come. What a kill makes it send twice core knows by its id. */
const NOTE_EVERY = 100
/** Time between two notes while entries come one by one: each costs the disk more than the entry itself. */
const NOTE_MS = 1_000
/** How often it is looked for files that were kept for long enough, while entries come. */
const TIDY_MS = 60_000
/** Tries of one entry that core fails on before others may go first. */
const TRIES_IN_FRONT = 5

/**
 * Brings entries to core one by one in their order, for ever: what fails is tried again with growing pauses. One that
 * core refuses is put aside, one on which core fails again and again goes to the end: neither holds up the others.
 */
export class FileLogQueue {
  readonly #options: FileLogQueueOptions
  readonly #cursor: FileLogCursor
  readonly #backoff = new Backoff({ first: 1_000, most: 300_000 })
  readonly #stop = new AbortController()
  #wake = new AbortController()
  #closing = false
  #counted = false
  /** Entries came since it was last looked. */
  #more = false
  #waiting = 0
  #oldest: number | undefined
  #failing = false
  /** Monotonic, ms. */
  #notedAt = Number.NEGATIVE_INFINITY
  #tidiedAt = Number.NEGATIVE_INFINITY
  #running: Promise<void> | undefined

  constructor(options: FileLogQueueOptions) {
    this.#options = options
    this.#cursor = new FileLogCursor(options.directory)
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** There is one more, made at `at`. */
  added(at: number): void {
    this.#waiting += 1
    this.#oldest ??= at
    this.#more = true
    if (!this.#failing) this.wake()
  }

  /** What rests is tried at once. */
  wake(): void {
    this.#wake.abort()
  }

  get stats(): FileLogQueueStats {
    const oldest = this.#waiting > 0 ? this.#oldest : undefined
    return { waiting: this.#waiting, oldest, refused: this.#options.deadLetters.count }
  }

  /** Sends what is there until core turns out to be away or `deadline` fires. Nothing runs any more then. */
  async close(deadline: AbortSignal): Promise<void> {
    this.#closing = true
    const abort = (): void => this.#stop.abort(deadline.reason)
    if (deadline.aborted) abort()
    else deadline.addEventListener('abort', abort, { once: true })
    this.wake()
    await this.#running
    deadline.removeEventListener('abort', abort)
  }

  async #run(): Promise<void> {
    for (let isAway = false; !this.#stop.signal.aborted && !isAway; ) {
      this.#more = false
      const round = await this.#round()
      isAway = this.#closing && (round !== 'sent' || !this.#more)
      if (isAway || (round === 'sent' && this.#more)) continue
      await this.#rest(round === 'trouble' ? this.#backoff.next() : IDLE_MS)
    }
  }

  async #round(): Promise<'sent' | 'stopped' | 'trouble'> {
    try {
      if (!this.#counted) await this.#count()
      if (!(await this.#sendAll())) return 'stopped'
      await this.#tidy()
      return 'sent'
    } catch (error) {
      this.#options.log.error({ err: error }, 'file logs could not be read or noted, it is tried again')
      return 'trouble'
    }
  }

  /** What earlier runs left, which nobody told of. */
  async #count(): Promise<void> {
    await this.#cursor.load()
    const end = (): number => this.#options.firstOwn() ?? Number.POSITIVE_INFINITY
    const { entries, oldest } = await this.#cursor.count(end)
    this.#waiting += entries
    this.#oldest = oldest ?? this.#oldest
    this.#counted = true
  }

  /** False: core is away, or all is to end. */
  async #sendAll(): Promise<boolean> {
    try {
      for (const file of await fileLogNumbers(this.#options.directory)) {
        const start = this.#cursor.startOf(file)
        if (start && !(await this.#sendFile(start))) return false
      }
      return true
    } finally {
      await this.#note()
    }
  }

  async #note(): Promise<void> {
    const now = this.#options.clock.monotonic()
    if (this.#cursor.isSaved || (!this.#closing && now - this.#notedAt < NOTE_MS)) return
    this.#notedAt = now
    await this.#cursor.save()
  }

  async #tidy(): Promise<void> {
    const { clock, retentionDays } = this.#options
    const now = clock.monotonic()
    if (now - this.#tidiedAt < TIDY_MS) return
    this.#tidiedAt = now
    await this.#cursor.tidy(retentionDays, clock.now())
  }

  async #sendFile(start: FileLogPlace): Promise<boolean> {
    let sent = 0
    try {
      for await (const { entry, next } of readFileLogs(this.#options.directory, start)) {
        if (!(await this.#settle(entry))) return false
        this.#waiting = Math.max(0, this.#waiting - 1)
        this.#cursor.move(next)
        sent += 1
        if (sent % NOTE_EVERY === 0) await this.#cursor.save()
      }
    } catch (error) {
      if (!(error instanceof AuditError) || error.code !== 'AUDIT_DAMAGED') throw error
      this.#options.log.error({ err: error }, 'a file of file logs is damaged, the rest of it is passed over')
      this.#cursor.move({ file: start.file + 1, offset: 0 })
    }
    return true
  }

  /** True when the entry needs nothing more at its place. */
  async #settle(entry: FileLogEntry | undefined): Promise<boolean> {
    if (!entry) {
      this.#options.log.error('a line of the file logs cannot be understood, it is passed over')
      return true
    }
    this.#oldest = entry.record.at
    for (let tries = 1; !this.#stop.signal.aborted; tries += 1) {
      const error = await this.#send(entry)
      if (error === undefined) return true
      if (this.#closing) return false
      const isItsOwn = error instanceof CoreError && error.status === 500 && tries >= TRIES_IN_FRONT
      if (isItsOwn && this.#waiting > 1) return await this.#putBehind(entry)
      await this.#rest(this.#backoff.next())
    }
    return false
  }

  /** The error that a further try may mend. */
  async #send({ record }: FileLogEntry): Promise<unknown> {
    try {
      await this.#options.core.sendFileLog(record, this.#stop.signal)
    } catch (error) {
      const isFinal = error instanceof CoreError && (error.kind === 'refused' || error.kind === 'missing')
      if (!isFinal) return this.#failed(error)
      await this.#options.deadLetters.add('file-logs', { what: 'file log', body: record, error })
    }
    this.#failing = false
    this.#backoff.reset()
    return undefined
  }

  #failed(error: unknown): unknown {
    if (!this.#failing && !this.#stop.signal.aborted)
      this.#options.log.warn({ err: error }, 'file logs are not with core yet')
    this.#failing = true
    return error
  }

  async #putBehind(entry: FileLogEntry): Promise<boolean> {
    await this.#options.again({ ...entry, again: true })
    this.#waiting += 1
    this.#more = true
    return true
  }

  async #rest(ms: number): Promise<void> {
    await sleep(this.#options.clock, ms, AbortSignal.any([this.#stop.signal, this.#wake.signal]))
    this.#wake = new AbortController()
  }
}
