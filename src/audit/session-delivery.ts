import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { isMissingFile } from '../base/system-error.ts'
import type { AppService } from '../core/app-service.ts'
import { CoreError, type CoreErrorKind } from '../core/core-error.ts'
import { AuditError, damaged } from './audit-error.ts'
import { type CommandBatch, commandCounter, keyOf, readBatch } from './command-batch.ts'
import type { DetectedCommand } from './command-detector.ts'
import { readCommands } from './command-log.ts'
import type { DeadLetters } from './dead-letter.ts'
import { type DeliveryState, NOTHING_SENT, readDelivery, writeDelivery } from './delivery-file.ts'
import { type Alone, convertReplay } from './replay-conversion.ts'
import { sealCut } from './seal.ts'
import { readSession, type SessionState } from './session-file.ts'
import type { SpooledSession } from './spool.ts'

/** The part of core that keeps records. */
export type RecordKeeper = Pick<
  AppService,
  'createSession' | 'finishSession' | 'sendCommands' | 'commandsStored' | 'uploadReplay' | 'markReplay'
>

export interface SessionDeliveryOptions {
  readonly core: RecordKeeper
  readonly clock: Clock
  readonly deadLetters: DeadLetters
  /** True while a recorder of this process writes the session. */
  readonly isLive: (id: string) => boolean
  /** Runs one conversion at a time: gzip would take all threads from the recorders. */
  readonly alone: Alone
}

const BATCH = 100
const FOR_GOOD: readonly CoreErrorKind[] = ['refused', 'missing']

/**
 * Brings one session to core as far as it can be brought now: create, commands, finish, replay, has_replay. Every
 * step may be cut off at any point and is then done again; only commands are not safe to repeat, so what is about to
 * be sent is noted before, and after a crash or a lost answer core is asked which of them it has.
 */
export class SessionDelivery {
  readonly #session: SpooledSession
  readonly #options: SessionDeliveryOptions
  /** What is on disk, or newer. */
  #state: DeliveryState = NOTHING_SENT
  #loaded = false
  /** Core knows the session, its commands and its end. */
  #told = false
  #signal: AbortSignal = AbortSignal.abort()

  constructor(session: SpooledSession, options: SessionDeliveryOptions) {
    this.#session = session
    this.#options = options
  }

  /**
   * One run at a time. `open`: all there is so far is sent; `replay`: all but the replay, which the next run sends.
   * Throws CoreError, AuditError and system errors: to be tried again.
   */
  async run(signal: AbortSignal): Promise<'open' | 'replay' | 'done'> {
    const { directory, id } = this.#session
    this.#signal = signal
    const facts = this.#options.isLive(id) ? await readSession(directory) : await sealCut(directory)
    if (!facts.known) return 'open'
    if (!this.#loaded) this.#state = await readDelivery(directory)
    this.#loaded = true
    return this.#state.done === undefined ? await this.#deliver(facts) : 'done'
  }

  async #deliver(facts: SessionState): Promise<'open' | 'replay' | 'done'> {
    if (this.#told) {
      await this.#replay(facts)
    } else {
      if (!(await this.#create(facts))) return 'done'
      await this.#commands(facts)
      if (!facts.end) return 'open'
      this.#told = await this.#finish(facts.record.id, facts.end.at)
      if (this.#told) return 'replay'
    }
    await this.#save({ done: this.#options.clock.now() })
    return 'done'
  }

  /** False when core does not want the session. */
  async #create({ record }: SessionState): Promise<boolean> {
    if (this.#state.created) return true
    const { core } = this.#options
    const error = await outcome(() => core.createSession(record, this.#signal), FOR_GOOD)
    if (!error) {
      this.#state = { ...this.#state, created: true }
      return true
    }
    await this.#refused('create', record, error)
    await this.#save({ done: this.#options.clock.now() })
    return false
  }

  async #commands(facts: SessionState): Promise<void> {
    const path = join(this.#session.directory, 'commands.ndjson')
    if (this.#state.commands.unsure > 0) await this.#settle(facts, path)
    for (;;) {
      const batch = await readBatch(path, this.#state.commands.offset, BATCH)
      if (batch.commands.length === 0) return
      await this.#save({ commands: { ...this.#state.commands, unsure: batch.commands.length } })
      await this.#send(facts, batch.commands)
      this.#passed(batch)
    }
  }

  /** After a crash or a lost answer: sends those of the noted batch that core does not have. */
  async #settle(facts: SessionState, path: string): Promise<void> {
    const { sent, offset, unsure } = this.#state.commands
    const batch = await readBatch(path, offset, unsure)
    if (batch.commands.length === 0) return this.#passed(batch)
    const stored = commandCounter(await this.#stored(facts.record, batch.commands))
    let left = sent
    for await (const { command } of readCommands(path)) {
      if (left-- <= 0) break
      stored.take(keyOf(command))
    }
    const missing = batch.commands.filter((command) => !stored.take(keyOf(command)))
    if (missing.length > 0) await this.#send(facts, missing)
    this.#passed(batch)
  }

  /** A core that cannot list commands gets them again rather than not at all. */
  async #stored(
    record: SessionState['record'],
    commands: readonly DetectedCommand[],
  ): Promise<ReadonlyArray<{ input: string; timestamp: number }>> {
    try {
      return await this.#options.core.commandsStored(record, commands, this.#signal)
    } catch (error) {
      if (isKind(error, FOR_GOOD)) return []
      throw error
    }
  }

  /** A refused batch is sent one by one, so that only what core really does not take is left out. */
  async #send(facts: SessionState, commands: readonly DetectedCommand[]): Promise<void> {
    const { core } = this.#options
    const error = await outcome(() => core.sendCommands(facts.record, commands, this.#signal), FOR_GOOD)
    if (!error) return
    if (commands.length === 1) return await this.#refused('command', commands[0], error)
    for (const command of commands) await this.#send(facts, [command])
  }

  #passed({ commands, next }: CommandBatch): void {
    const sent = this.#state.commands.sent + commands.length
    this.#state = { ...this.#state, commands: { sent, offset: next, unsure: 0 } }
  }

  /** False when core has deleted the session. */
  async #finish(id: string, at: number): Promise<boolean> {
    const { core } = this.#options
    const error = await outcome(() => core.finishSession(id, at, this.#signal), FOR_GOOD)
    if (error?.kind === 'refused') await this.#refused('finish', { at }, error)
    return error?.kind !== 'missing'
  }

  async #replay({ record: { id } }: SessionState): Promise<void> {
    const { core } = this.#options
    const error = this.#state.uploaded ? undefined : await this.#upload(id)
    const last = error ?? (await outcome(() => core.markReplay(id, this.#signal), FOR_GOOD))
    if (last && !isKind(last, ['missing']))
      await this.#refused('replay', { directory: this.#session.directory }, last)
  }

  async #upload(id: string): Promise<CoreError | AuditError | undefined> {
    const path = join(this.#session.directory, 'core.replay.gz')
    const source = join(this.#session.directory, 'replay.log')
    try {
      const bytes = await convertReplay({ source, target: path }, this.#signal, this.#options.alone)
      await this.#options.core.uploadReplay(id, { path, bytes }, this.#signal)
      await this.#save({ uploaded: true })
      return undefined
    } catch (error) {
      if (isKind(error, FOR_GOOD) || error instanceof AuditError) return error
      if (isMissingFile(error)) return damaged(this.#session.directory, 'the replay is not there', error)
      throw error
    } finally {
      await rm(path, { force: true })
    }
  }

  async #refused(what: string, body: unknown, error: CoreError | AuditError): Promise<void> {
    await this.#options.deadLetters.add(this.#session.id, { what, body, error })
    this.#state = { ...this.#state, refused: true }
  }

  async #save(change: Partial<DeliveryState>): Promise<void> {
    this.#state = { ...this.#state, ...change }
    await writeDelivery(this.#session.directory, this.#state)
  }
}

const isKind = (error: unknown, kinds: readonly CoreErrorKind[]): error is CoreError =>
  error instanceof CoreError && kinds.includes(error.kind)

/** The error when it is of one of these kinds, undefined when there was none; throws any other. */
async function outcome(
  call: () => Promise<void>,
  kinds: readonly CoreErrorKind[],
): Promise<CoreError | undefined> {
  try {
    await call()
    return undefined
  } catch (error) {
    if (isKind(error, kinds)) return error
    throw error
  }
}
