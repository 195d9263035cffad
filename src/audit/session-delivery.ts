import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { utcDay } from '../base/utc-day.ts'
import type { AppService } from '../core/app-service.ts'
import { CoreError, type CoreErrorKind } from '../core/core-error.ts'
import type { AuditError } from './audit-error.ts'
import { type CommandBatch, commandCounter, keyOf, readBatch } from './command-batch.ts'
import type { DetectedCommand } from './command-detector.ts'
import { readCommands } from './command-log.ts'
import type { DeadLetters } from './dead-letter.ts'
import { type DeliveryState, NOTHING_SENT, readDelivery, writeDelivery } from './delivery-file.ts'
import type { Alone } from './replay-conversion.ts'
import { type ReplayDestination, sendReplay } from './replay-sending.ts'
import { sealCut } from './seal.ts'
import { readSession, type SessionState } from './session-file.ts'
import type { SpooledSession } from './spool.ts'
import { StorageError } from './storages/storage-error.ts'
import type { StoredFile } from './storages/storage-http.ts'
import type { CommandPlace, Storages } from './storages/storages.ts'

/** The part of core that keeps records. */
export type RecordKeeper = Pick<
  AppService,
  'createSession' | 'finishSession' | 'sendCommands' | 'commandsStored' | 'uploadReplay' | 'markReplay'
>

export interface SessionDeliveryOptions {
  readonly core: RecordKeeper
  /** Where commands and replays go; core always has the session itself. */
  readonly storages: Pick<Storages, 'commands' | 'replays'>
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
 * Brings one session to core as far as it can be brought now: create, commands, finish, replay, has_replay; commands and
 * replay also, or instead, to the storages that core names. Every
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
    if (!this.#told && !(await this.#create(facts))) return 'done'
    if (!this.#told && this.#options.storages.commands.core) await this.#commands(facts)
    // A storage that fails holds up neither core nor the others.
    const late = await this.#commandsToPlaces(facts)
    if (this.#told) await this.#replay(facts)
    else if (facts.end) {
      this.#told = await this.#finish(facts.record.id, facts.end.at)
      if (this.#told) return 'replay'
    }
    if (late) throw late
    if (!facts.end) return 'open'
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

  /** Commands for the storages besides core. Returns the last failure, which is to be tried again. */
  async #commandsToPlaces(facts: SessionState): Promise<StorageError | undefined> {
    let failure: StorageError | undefined
    for (const place of this.#options.storages.commands.places) {
      try {
        await this.#commandsTo(place, facts)
      } catch (error) {
        if (!(error instanceof StorageError)) throw error
        failure = error
      }
    }
    return failure
  }

  async #commandsTo(place: CommandPlace, { record }: SessionState): Promise<void> {
    const path = join(this.#session.directory, 'commands.ndjson')
    for (;;) {
      const { commandsIn } = this.#state
      const { commands, ends, next } = await readBatch(path, commandsIn[place.name] ?? 0, BATCH)
      if (commands.length === 0) return
      const numbered = commands.map((command, n) => ({ command, id: `${record.id}-${ends[n]}` }))
      for (const { command, error } of await place.save(record, numbered, this.#signal))
        await this.#refused('command', command, error)
      await this.#save({ commandsIn: { ...commandsIn, [place.name]: next } })
    }
  }

  async #replay({ record }: SessionState): Promise<void> {
    const { core, alone } = this.#options
    const sent = await sendReplay(this.#session.directory, this.#destinations(record), {
      alone,
      signal: this.#signal,
    })
    const isKept = this.#state.uploaded || this.#state.stored.length > 0
    const marked = isKept
      ? await outcome(() => core.markReplay(record.id, this.#signal), FOR_GOOD)
      : undefined
    for (const error of [sent, marked]) {
      if (error && !isKind(error, ['missing']))
        await this.#refused('replay', { directory: this.#session.directory }, error)
    }
  }

  /** Who is to have the replay and does not have it yet. */
  #destinations({ id, dateStart }: SessionState['record']): readonly ReplayDestination[] {
    const { core, storages } = this.#options
    const { core: toCore, places } = storages.replays
    const signal = this.#signal
    // Where core looks for it.
    const object = `${utcDay(dateStart)}/${id}.replay.gz`
    const outside = places
      .filter(({ name }) => !this.#state.stored.includes(name))
      .map(({ name, open, put }) => ({
        open,
        send: async (file: StoredFile) => {
          await put(object, file, signal)
          await this.#save({ stored: [...this.#state.stored, name] })
        },
      }))
    if (!toCore || this.#state.uploaded) return outside
    const send = async (file: StoredFile): Promise<void> => {
      await core.uploadReplay(id, file, signal)
      await this.#save({ uploaded: true })
    }
    return [{ open: true, send }, ...outside]
  }

  async #refused(what: string, body: unknown, error: CoreError | AuditError | StorageError): Promise<void> {
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
