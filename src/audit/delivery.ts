import { Backoff } from '../base/backoff.ts'
import type { Clock } from '../base/clock.ts'
import { CoreError } from '../core/core-error.ts'
import type { Log } from '../log.ts'
import { AuditError } from './audit-error.ts'
import { CoreGate } from './core-gate.ts'
import { DeadLetters } from './dead-letter.ts'
import { DeliveryLanes, type Lane } from './delivery-lanes.ts'
import { type RecordKeeper, SessionDelivery, type SessionDeliveryOptions } from './session-delivery.ts'
import type { SpooledSession } from './spool.ts'
import { StorageError } from './storages/storage-error.ts'
import type { Storages } from './storages/storages.ts'

export interface DeliveryOptions {
  readonly core: RecordKeeper
  readonly storages: Storages
  readonly clock: Clock
  readonly log: Log
  /** Directory for what core refuses for good. */
  readonly deadLetterRoot: string
  readonly isLive: (id: string) => boolean
  /** Sessions at a time (default 4). */
  readonly parallel?: number
  /** ms for which commands of a running session are gathered; under 5,000 (default 2,000). */
  readonly batchMs?: number
}

/** `resting`: it failed and waits for its next try; `gathering`: a live session's commands are let come together. */
type Phase = 'idle' | 'gathering' | 'queued' | 'running' | 'resting'

interface Job {
  readonly session: SpooledSession
  readonly delivery: SessionDelivery
  readonly backoff: Backoff
  phase: Phase
  /** What is to be sent next. */
  lane: Lane
  timer: Disposable | undefined
  /** Something came while it was running. */
  again: boolean
  /** ms since the epoch; since when there is something to send. */
  since: number
}

const RETRY_PAUSES = { first: 1_000, most: 300_000 }
const NEW_JOB = { phase: 'idle', lane: 'facts', timer: undefined, again: false, since: 0 } as const

export interface DeliveryStats {
  /** Sessions with something that core does not have yet. */
  readonly waiting: number
  /** Of those: how many failed and wait for their next try. */
  readonly resting: number
  /** Since when the one that waits longest waits, in ms since the epoch. */
  readonly oldest: number | undefined
  /** Records core refused for good since the start. */
  readonly refused: number
}

/**
 * Brings every session to core, for ever: what fails is tried again with growing pauses, a session that fails does
 * not hold up the others, and while core is away it is asked by one at a time. Driven by events; looks at no
 * directory it was not told of.
 */
export class Delivery {
  readonly #options: DeliveryOptions
  readonly #parts: SessionDeliveryOptions
  readonly #deadLetters: DeadLetters
  readonly #gate: CoreGate
  readonly #jobs = new Map<string, Job>()
  readonly #lanes = new DeliveryLanes<Job>()
  readonly #running = new Set<Promise<void>>()
  readonly #stop = new AbortController()
  #started = false
  #closing = false
  #conversion: Promise<unknown> = Promise.resolve()

  constructor(options: DeliveryOptions) {
    const { clock, log, core, storages, isLive } = options
    this.#options = options
    this.#deadLetters = new DeadLetters({ root: options.deadLetterRoot, clock, log })
    this.#gate = new CoreGate({ clock, parallel: options.parallel ?? 4, onOpen: () => this.#pump() })
    this.#parts = {
      clock,
      isLive,
      storages,
      core: this.#gate.watch(core),
      deadLetters: this.#deadLetters,
      alone: (work) => this.#alone(work),
    }
    storages.onBack(() => this.#wakeResting())
  }

  /** Begins to send; what was woken before is queued. */
  start(): void {
    this.#started = true
    this.#pump()
  }

  /** There is something new in this session. `soon`: a command of a running one, which may wait for others. */
  wake(session: SpooledSession, { soon = false } = {}): void {
    const job = this.#job(session)
    if (job.phase === 'running') job.again = true
    else if (job.phase === 'idle' && soon) this.#later(job, 'gathering', this.#options.batchMs ?? 2_000)
    else if ((job.phase === 'idle' || job.phase === 'gathering') && !soon) this.#enqueue(job)
  }

  /** True from the first `wake` until all of the session is with core. */
  has(id: string): boolean {
    return this.#jobs.has(id)
  }

  /** The session is not to be delivered after all. */
  forget(id: string): void {
    this.#jobs.get(id)?.timer?.[Symbol.dispose]()
    this.#jobs.delete(id)
  }

  /** Core answers again: everything that rests is tried now. */
  retryNow(): void {
    this.#gate.open()
    this.#wakeResting()
  }

  get stats(): DeliveryStats {
    const waiting = [...this.#jobs.values()].filter(({ phase }) => phase !== 'idle')
    const oldest = waiting.reduce<number | undefined>(
      (least, { since }) => Math.min(least ?? since, since),
      undefined,
    )
    const resting = waiting.filter(({ phase }) => phase === 'resting').length
    return { waiting: waiting.length, resting, oldest, refused: this.#deadLetters.count }
  }

  /**
   * Tries once more to send what is there, until it is sent, core turns out to be away, or `deadline` fires. What is
   * left is sent after the next start. Nothing runs any more when it resolves.
   */
  async close(deadline: AbortSignal): Promise<void> {
    if (this.#closing) return
    this.#closing = true
    const abort = (): void => this.#stop.abort(deadline.reason)
    if (deadline.aborted || !this.#started) abort()
    else deadline.addEventListener('abort', abort, { once: true })
    for (const job of this.#jobs.values()) {
      if (job.phase === 'gathering' || job.phase === 'resting') this.#enqueue(job)
    }
    this.#gate.open()
    while (this.#running.size > 0) await Promise.allSettled(this.#running)
    deadline.removeEventListener('abort', abort)
    this.#gate.close()
    for (const job of this.#jobs.values()) job.timer?.[Symbol.dispose]()
  }

  #wakeResting(): void {
    for (const job of this.#jobs.values()) if (job.phase === 'resting') this.#enqueue(job)
  }

  #job(session: SpooledSession): Job {
    const known = this.#jobs.get(session.id)
    if (known) return known
    const delivery = new SessionDelivery(session, this.#parts)
    const job: Job = { session, delivery, backoff: new Backoff(RETRY_PAUSES), ...NEW_JOB }
    this.#jobs.set(session.id, job)
    return job
  }

  #later(job: Job, phase: 'gathering' | 'resting', ms: number): void {
    this.#turn(job, phase)
    job.timer = this.#options.clock.after(ms, () => this.#enqueue(job))
  }

  #enqueue(job: Job): void {
    this.#turn(job, 'queued')
    this.#lanes.push(job.lane, job)
    this.#pump()
  }

  #turn(job: Job, phase: Phase): void {
    job.timer?.[Symbol.dispose]()
    job.timer = undefined
    if (job.phase === 'idle') job.since = this.#options.clock.now()
    job.phase = phase
  }

  #pump(): void {
    while (this.#started && !this.#stop.signal.aborted) {
      const next = this.#lanes.take(this.#gate.width)
      if (!next) return
      const run = this.#run(next.item).finally(() => {
        this.#running.delete(run)
        next.done()
        this.#pump()
      })
      this.#running.add(run)
    }
  }

  async #run(job: Job): Promise<void> {
    if (this.#jobs.get(job.session.id) !== job) return // forgotten meanwhile
    this.#turn(job, 'running')
    job.again = false
    try {
      const outcome = await job.delivery.run(this.#stop.signal)
      job.backoff.reset()
      if (outcome === 'replay') job.lane = outcome
      else this.#turn(job, 'idle')
      if (job.again || outcome === 'replay') this.#enqueue(job)
      else if (outcome === 'done') this.forget(job.session.id)
    } catch (error) {
      await this.#failed(job, error)
    }
  }

  async #failed(job: Job, error: unknown): Promise<void> {
    if (this.#stop.signal.aborted || this.#jobs.get(job.session.id) !== job) return
    const { log } = this.#options
    const session = job.session.id
    if (error instanceof AuditError && (error.code === 'AUDIT_NEWER' || error.code === 'AUDIT_DAMAGED')) {
      await this.#deadLetters.add(session, { what: 'read', body: job.session, error }).catch(() => undefined)
      return this.forget(session)
    }
    if (error instanceof CoreError) this.#gate.failed()
    const ms = job.backoff.next()
    // Of a storage that fails the log has it once.
    const level = error instanceof StorageError ? 'debug' : 'warn'
    log[level]({ err: error, session, retryMs: Math.round(ms) }, 'a record is not delivered yet')
    if (this.#closing) this.#turn(job, 'resting')
    else this.#later(job, 'resting', ms)
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#conversion.then(work)
    this.#conversion = turn.catch(() => undefined)
    return turn
  }
}
