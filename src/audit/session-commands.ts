import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import type { Size } from '../terminal/terminal.ts'
import type { AppendFile } from './append-file.ts'
import type { SessionFacts } from './audit.ts'
import type { AuditError } from './audit-error.ts'
import type {
  CommandDetector,
  CommandDetectorFactory,
  DetectedCommand,
  EditedLine,
  JudgedLine,
} from './command-detector.ts'
import { CommandLog, encodeCommand } from './command-log.ts'
import { encodeMark } from './command-mark.ts'
import { ExecCommand } from './exec-command.ts'
import { RuleHits } from './rule-hits.ts'

export interface SessionCommandsOptions {
  readonly clock: Clock
  readonly detector: CommandDetectorFactory
  /** Makes `commands.ndjson`. */
  readonly create: (path: string) => Promise<AppendFile>
  /** A command's mark for the replay, so that an edit of its line shows. */
  readonly onMark: (mark: Buffer) => void
  /** Commands are with the kernel. */
  readonly onWritten: () => void
  readonly onFailure: (error: AuditError) => void
}

/** An exec that runs for long is listed in core after this, with what it printed so far. */
const EXEC_RECORD_MS = 4_000

/**
 * The command records of one session: those a detector finds in a shell, or the one of an exec; both where an exec has
 * a terminal, for it may be a shell (`ssh -t host sudo -i`).
 */
export class SessionCommands {
  readonly #options: SessionCommandsOptions
  readonly #log: CommandLog
  readonly #detector: CommandDetector | undefined
  readonly #timer: Disposable | undefined
  readonly #hits = new RuleHits()
  #exec: ExecCommand | undefined
  #count = 0

  constructor(directory: string, facts: SessionFacts, options: SessionCommandsOptions) {
    const { clock, create, onFailure } = options
    const path = join(directory, 'commands.ndjson')
    this.#options = options
    this.#log = new CommandLog({ path, open: () => create(path), onFailure })
    if (facts.kind === 'exec') {
      this.#exec = new ExecCommand(facts.command ?? '', facts.record.dateStart)
      this.#timer = clock.after(EXEC_RECORD_MS, () => this.#recordExec())
    }
    if (facts.kind === 'shell' || (facts.kind === 'exec' && facts.pty)) {
      const { size, pty } = facts
      this.#detector = options.detector({ size, pty, clock, onCommand: (command) => this.#record(command) })
    }
  }

  /** How many there are. */
  get count(): number {
    return this.#count
  }

  output(bytes: Uint8Array): void {
    this.#detector?.output(bytes)
    this.#exec?.output(bytes)
    if (this.#exec?.full) this.#recordExec()
  }

  input(bytes: Uint8Array): void {
    this.#detector?.input(bytes)
  }

  resize(size: Size): void {
    this.#detector?.resize(size)
  }

  /** The line that is being edited, once all that was handed over so far is seen. */
  async line(): Promise<EditedLine | undefined> {
    return await this.#detector?.line()
  }

  /** A rule spoke of a line: one that was refused is a record of its own, another one's record says so. */
  judged({ text, ...hit }: JudgedLine): void {
    if (hit.verdict !== 'denied') {
      this.#hits.keep(text, hit)
      return
    }
    this.#exec = undefined
    this.#timer?.[Symbol.dispose]()
    const output = `cocod: not run, denied by rule ${hit.rule}`
    const at = this.#options.clock.now()
    for (const input of text.split('\n').filter((line) => line.trim() !== '')) {
      this.#record({ input, output, at, confidence: 'screen', pasted: false, hit })
    }
  }

  /** Finds the last command. Its mark has been given when it resolves. */
  async end(): Promise<void> {
    await this.#detector?.close()
    this.#recordExec()
  }

  /** As `end`, for a session that nobody wants to know of. */
  async drop(): Promise<void> {
    this.#exec = undefined
    await this.end()
  }

  /** Resolves when all lines are with the kernel. Rejects with the AuditError that stopped them. */
  async close(): Promise<void> {
    await this.#log.close()
  }

  #recordExec(): void {
    const record = this.#exec?.record()
    this.#exec = undefined
    this.#timer?.[Symbol.dispose]()
    if (record) this.#record(record)
  }

  #record(found: DetectedCommand): void {
    const hit = found.hit ?? this.#hits.take(found.input)
    const line = encodeCommand(hit ? { ...found, hit } : found)
    this.#count += 1
    this.#log.append(line, this.#options.onWritten)
    this.#options.onMark(encodeMark(this.#count, line.subarray(0, -1)))
  }
}
