import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { auditEvent, type Log } from '../log.ts'
import type { Size } from '../terminal/terminal.ts'
import { AppendFile, type AppendOptions, asAuditError } from './append-file.ts'
import {
  type LiveReplay,
  NOT_BEGUN,
  type Recording,
  type SessionEnd,
  type SessionFacts,
  type TransferRecord,
} from './audit.ts'
import type { AuditError } from './audit-error.ts'
import type { BlockPool } from './block-pool.ts'
import { BlockWriter } from './block-writer.ts'
import type { CommandDetectorFactory, EditedLine, JudgedLine } from './command-detector.ts'
import { encodeSize, FRAME } from './frames.ts'
import { encodeEnd } from './replay-end.ts'
import { encodeHead } from './replay-file.ts'
import { sealCut } from './seal.ts'
import { SessionCommands } from './session-commands.ts'
import { encodeEvent, type SessionEvent } from './session-event.ts'
import { initialState, type SessionState, writeSession } from './session-file.ts'
import type { SpoolSync } from './spool-sync.ts'
import { TransferLog } from './transfer-log.ts'

export interface RecorderOptions {
  readonly clock: Clock
  readonly log: Log
  readonly pool: BlockPool
  readonly sync: SpoolSync
  readonly detector: CommandDetectorFactory
  /** Bytes not yet written above which the asset is stopped. */
  readonly highMark: number
  /** ms after which what was recorded is handed to the kernel; under 1,000. */
  readonly flushMs: number
  /** ms for which a failing write is tried again while the asset is stopped. */
  readonly graceMs: number
  /** What can no longer be recorded goes on all the same; the log has it. */
  readonly goOnUnrecorded?: boolean
  /** News for the delivery. */
  readonly onCommand: () => void
  /** The session is over and sealed, or was given up: `known` says whether core is to hear of it. */
  readonly onClosed: (known: boolean) => void
}

/** One session's files while it runs. */
export class FileRecording implements Recording {
  readonly #directory: string
  readonly #options: RecorderOptions
  readonly #state: SessionState
  readonly #blocks: BlockWriter
  readonly #replay: AppendFile
  readonly #commands: SessionCommands
  readonly #transfers: TransferLog
  readonly #failed = new AbortController()
  readonly #drains = new Set<() => void>()
  #known = false
  /** It goes on although nothing of it is kept any more. */
  #lost = false
  #closed: Promise<void> | undefined
  /** Rewrites of session.json, one after the other. */
  #writes: Promise<void> = Promise.resolve()

  private constructor(parts: {
    directory: string
    facts: SessionFacts
    replay: AppendFile
    options: RecorderOptions
  }) {
    const { directory, facts, replay, options } = parts
    this.#directory = directory
    this.#options = options
    this.#state = initialState(facts)
    this.#replay = replay
    this.#blocks = this.#blockWriter(facts)
    this.#commands = this.#sessionCommands(facts)
    this.#transfers = this.#transferLog()
  }

  /** Makes the files in an existing, empty directory. Throws AuditError. */
  static async create(
    directory: string,
    facts: SessionFacts,
    options: RecorderOptions,
  ): Promise<FileRecording> {
    await writeSession(directory, initialState(facts))
    let recording: FileRecording | undefined // there is nothing to write, so nothing to fail, before it is there
    const replay = await AppendFile.create(join(directory, 'replay.log'), {
      ...appendOptions(options),
      onTrouble: () => {
        if (recording) recording.#blocks.hold()
      },
      onLost: (error) => {
        if (recording) recording.#fail(error)
      },
    })
    recording = new FileRecording({ directory, facts, replay, options })
    return recording
  }

  get failed(): AbortSignal {
    return this.#failed.signal
  }

  output(bytes: Uint8Array): boolean {
    if (this.#closed) return true
    const more = this.#blocks.output(bytes)
    this.#commands.output(bytes)
    return more || this.#lost
  }

  input(bytes: Uint8Array): void {
    if (!this.#closed) this.#commands.input(bytes)
  }

  resize(size: Size): void {
    if (this.#closed) return
    this.#blocks.frame(FRAME.resize, encodeSize(size.columns, size.rows))
    this.#commands.resize(size)
  }

  async line(): Promise<EditedLine | undefined> {
    return this.#closed ? undefined : await this.#commands.line()
  }

  judged(line: JudgedLine): void {
    if (!this.#closed) this.#commands.judged(line)
  }

  event(event: SessionEvent): void {
    if (!this.#closed) this.#blocks.frame(FRAME.event, encodeEvent(event))
  }

  get replay(): LiveReplay {
    return { path: this.#replay.path, flush: () => this.#blocks.flush() }
  }

  transfer(record: TransferRecord): void {
    if (!this.#closed) this.#transfers.add(record)
  }

  onDrain(listener: () => void): Disposable {
    this.#drains.add(listener)
    return { [Symbol.dispose]: () => this.#drains.delete(listener) }
  }

  /** Throws AuditError, and is discarded, when that cannot be noted: then core must not be asked. */
  async known(): Promise<void> {
    try {
      await this.#save({ ...this.#state, known: true })
      this.#known = true
    } catch (error) {
      await this.discard()
      throw asAuditError(this.#directory, error)
    }
  }

  close(end: SessionEnd): Promise<void> {
    this.#closed ??= this.#known ? this.#close(end) : this.#discard()
    return this.#closed
  }

  async discard(): Promise<void> {
    this.#closed ??= this.#discard()
    await this.#closed
  }

  async #close(end: SessionEnd): Promise<void> {
    try {
      const { exit, reason, detail, at } = end
      await (reason === NOT_BEGUN ? this.#commands.drop() : this.#commands.end())
      this.#blocks.frame(FRAME.end, encodeEnd({ reason, detail, exit, at, cut: false }))
      await this.#closeFiles()
      await this.#save({ ...this.#state, known: true, end: this.#seal(end) })
    } catch (error) {
      await this.#closeCut(end, error)
    }
    this.#options.onClosed(true)
  }

  /** Not all could be written. What was is sealed now if there is room for that, else before it is delivered. */
  async #closeCut(end: SessionEnd, err: unknown): Promise<void> {
    const { log } = this.#options
    const session = this.#state.record.id
    log.error({ err, session }, 'a record ends before its session')
    try {
      await sealCut(this.#directory, end)
    } catch (error) {
      log.warn({ err: error, session }, 'that record could not be sealed yet')
    }
  }

  async #discard(): Promise<void> {
    await this.#commands.drop()
    await this.#closeFiles().catch(() => undefined)
    await this.#writes
    await rm(this.#directory, { recursive: true, force: true })
    this.#options.onClosed(false)
  }

  /** Both are closed, also when one fails; the first failure is thrown. */
  async #closeFiles(): Promise<void> {
    const closing = [this.#blocks.close(), this.#commands.close(), this.#transfers.close()]
    for (const each of await Promise.allSettled(closing)) if (each.status === 'rejected') throw each.reason
  }

  #seal({ reason, detail, exit, at }: SessionEnd): SessionState['end'] {
    const hash = this.#blocks.hash.toString('hex')
    const { count: commands } = this.#commands
    return { reason, detail, exit, at, cut: false, bytes: this.#replay.size, hash, commands }
  }

  #save(state: SessionState): Promise<void> {
    const write = this.#writes.then(() => writeSession(this.#directory, state))
    this.#writes = write.catch(() => undefined)
    return write
  }

  #blockWriter(facts: SessionFacts): BlockWriter {
    const { clock, pool, highMark, flushMs } = this.#options
    const start = clock.monotonic()
    const blocks = new BlockWriter(this.#replay, {
      clock,
      pool,
      highMark,
      flushMs,
      time: () => Math.max(0, Math.round((clock.monotonic() - start) * 1000)),
      onDrain: () => {
        for (const listener of [...this.#drains]) listener()
      },
      onFailure: (error) => this.#fail(error),
    })
    const { record, size, pty } = facts
    const head = {
      session: record.id,
      startedAt: record.dateStart,
      size,
      ...(pty ? { term: pty.term.slice(0, 256) } : {}),
    }
    blocks.frame(FRAME.head, encodeHead(head))
    return blocks
  }

  #sessionCommands(facts: SessionFacts): SessionCommands {
    const { clock, detector, onCommand: onWritten } = this.#options
    const onFailure = (error: AuditError): void => this.#fail(error)
    return new SessionCommands(this.#directory, facts, {
      clock,
      detector,
      onWritten,
      onFailure,
      onMark: (mark) => this.#blocks.frame(FRAME.mark, mark),
      create: (path) => AppendFile.create(path, { ...appendOptions(this.#options), onLost: onFailure }),
    })
  }

  #transferLog(): TransferLog {
    const onFailure = (error: AuditError): void => this.#fail(error)
    return new TransferLog(join(this.#directory, 'transfers.ndjson'), {
      onFailure,
      onMark: (mark) => this.#blocks.frame(FRAME.mark, mark),
      create: (path) => AppendFile.create(path, { ...appendOptions(this.#options), onLost: onFailure }),
    })
  }

  #fail(error: AuditError): void {
    if (this.#options.goOnUnrecorded) this.#goOn(error)
    else this.#failed.abort(error)
  }

  #goOn(error: AuditError): void {
    if (this.#lost) return
    this.#lost = true
    const { code, message } = error
    const facts = { session: this.#state.record.id, code, reason: message }
    auditEvent(this.#options.log, 'record-lost', facts, 'a session goes on unrecorded')
    for (const listener of [...this.#drains]) listener()
  }
}

function appendOptions({ clock, sync, graceMs }: RecorderOptions): Omit<AppendOptions, 'onLost'> {
  return { clock, sync, graceMs }
}
