import { Backoff } from '../base/backoff.ts'
import { type Clock, sleep } from '../base/clock.ts'
import type { Log } from '../log.ts'
import { type CoreAnswer, refusal } from './answer.ts'
import { BeatBody, type BeatBodyParts, type BeatForm } from './beat-body.ts'
import type { Task } from './model.ts'
import type { AccessKey } from './sign.ts'
import type { Core } from './transport.ts'
import { TaskWire } from './wire.ts'

export interface HeartbeatParts {
  core: Core
  key: AccessKey
  clock: Clock
  log: Log
  /** Ids of all sessions that live now: core closes those it does not hear of for 5 minutes. */
  liveSessions: () => readonly string[]
  /** For core up to 1.4.6, which is told the sessions themselves; default: none is known. */
  sessionBody?: BeatBodyParts['sessionBody']
  /** Default: that of core 1.x. */
  form?: BeatForm | undefined
  /** From core's settings; 20 where they say nothing. */
  intervalSeconds: () => number | undefined
  /** Carries out an order and acknowledges it. Not called again for a task while its promise is pending. */
  onTask: (task: Task) => Promise<void>
  /** Core answers again after a silence. */
  onReturn?: () => void
  /** How each beat went: its error, or undefined. */
  onOutcome?: (error: unknown) => void
  /** Between 0 and 1; for tests. */
  random?: () => number
}

const DEFAULT_SECONDS = 20
/** After a kill task somebody is at it: for so long the next one is looked for so often. */
const EAGER_MS = 60_000
const EAGER_SECONDS = 2
/** A beat that is not answered for so long is no longer waited for before the next one, though its answer counts. */
const PATIENCE_MS = 3_000
/** Of a beat. With the patience above it also bounds how many are under way at once: four. */
const LIMIT_MS = 12_000
/** Tasks in work at once. */
const MOST_TASKS = 100
/** Orders this program knows. Others are left open, for a bastion that does. */
const KNOWN_TASKS: ReadonlySet<string> = new Set(['kill_session'])

/**
 * Tells core every few seconds that this bastion and its sessions live, and takes its orders. Nothing ends it but its
 * disposal. While core is silent a try begins every 5 s at the latest, so its return is noticed within that time.
 */
export class Heartbeat implements AsyncDisposable {
  readonly #parts: HeartbeatParts
  readonly #random: () => number
  readonly #form: BeatForm
  readonly #stop = new AbortController()
  readonly #beats = new Map<AbortController, Promise<boolean>>()
  readonly #inWork = new Map<string, Promise<void>>()
  readonly #unknown = new Set<string>()
  #failing = false
  #eagerUntil = 0
  #running: Promise<void> | undefined

  constructor(parts: HeartbeatParts) {
    this.#parts = parts
    this.#random = parts.random ?? Math.random
    const { clock, sessionBody = () => undefined } = parts
    this.#form = parts.form ?? new BeatBody({ clock, sessionBody })
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** Ends the beat. Tasks in work are waited for. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    for (const beat of this.#beats.keys()) beat.abort()
    await Promise.all([this.#running, ...this.#beats.values(), ...this.#inWork.values()])
  }

  /** One beat now, for example as the last one of a shutdown. Throws CoreError. */
  async beat(signal?: AbortSignal): Promise<void> {
    const answer = await this.#ask(signal)
    const usable = this.#form.turns(answer) ? await this.#ask(signal) : answer
    if (usable.status !== 201 && usable.status !== 200) throw refusal(usable)
    for (const item of this.#form.tasks(usable)) this.#take(item)
  }

  #ask(signal: AbortSignal | undefined): Promise<CoreAnswer> {
    const { core, key, liveSessions } = this.#parts
    return core.send(
      {
        step: 'heartbeat',
        method: 'POST',
        path: this.#form.path,
        auth: { kind: 'key', key },
        body: this.#form.of(liveSessions()),
        // Never waits behind other calls for a connection.
        connection: 'own',
      },
      signal,
    )
  }

  async #run(): Promise<void> {
    const { clock } = this.#parts
    const pauses = new Backoff({ first: 250, most: 1_500, random: this.#random })
    while (!this.#stop.signal.aborted) {
      const answered = await Promise.race([this.#supervised(), this.#patience()])
      if (answered) pauses.reset()
      await sleep(clock, answered ? this.#interval() : pauses.next(), this.#stop.signal)
    }
  }

  async #patience(): Promise<boolean> {
    await sleep(this.#parts.clock, PATIENCE_MS, this.#stop.signal)
    return false
  }

  #interval(): number {
    const isEager = this.#parts.clock.monotonic() < this.#eagerUntil
    const seconds = isEager ? Math.min(EAGER_SECONDS, this.#seconds()) : this.#seconds()
    return seconds * 1000 * (0.8 + this.#random() * 0.2)
  }

  #seconds(): number {
    try {
      return this.#parts.intervalSeconds() ?? DEFAULT_SECONDS
    } catch (err) {
      this.#parts.log.error({ err }, 'no heartbeat interval, the default is used')
      return DEFAULT_SECONDS
    }
  }

  /** A beat with its own time limit, whose failure is a value. */
  #supervised(): Promise<boolean> {
    const control = new AbortController()
    const limit = this.#parts.clock.after(LIMIT_MS, () => control.abort())
    const outcome = this.beat(control.signal)
      .then(
        () => this.#succeeded(),
        (error: unknown) => this.#failed(error),
      )
      .finally(() => {
        limit[Symbol.dispose]()
        this.#beats.delete(control)
      })
    this.#beats.set(control, outcome)
    return outcome
  }

  #succeeded(): boolean {
    this.#parts.onOutcome?.(undefined)
    if (this.#failing) {
      this.#parts.log.info('core answers the heartbeat again')
      this.#parts.onReturn?.()
    }
    this.#failing = false
    return true
  }

  #failed(err: unknown): boolean {
    this.#parts.onOutcome?.(err)
    if (!this.#failing && !this.#stop.signal.aborted)
      this.#parts.log.warn({ err }, 'heartbeat failed, it goes on')
    this.#failing = true
    return false
  }

  #take(item: unknown): void {
    const parsed = TaskWire.safeParse(item)
    if (!parsed.success || parsed.data.is_finished) return
    const { id, name, args } = parsed.data
    if (!KNOWN_TASKS.has(name)) this.#leaveOpen(id, name)
    else if (!this.#inWork.has(id) && this.#hasRoom) this.#work({ id, name, args })
  }

  /** What core tells once only is never put off: it is about sessions that live here, so it has a bound of its own. */
  get #hasRoom(): boolean {
    return this.#form.ordersOnce || this.#inWork.size < MOST_TASKS
  }

  #work(task: Task): void {
    const { clock, log } = this.#parts
    this.#eagerUntil = clock.monotonic() + EAGER_MS
    // Begins in a promise, so that a task that throws at once is a failure like any other.
    const work = Promise.resolve()
      .then(() => this.#carryOut(task))
      .catch((err: unknown) => log.error({ err, task: task.id }, 'task of core failed, it comes again'))
      .finally(() => this.#inWork.delete(task.id))
    this.#inWork.set(task.id, work)
  }

  async #carryOut(task: Task): Promise<void> {
    const { clock, log, onTask } = this.#parts
    const pauses = new Backoff({ first: 500, most: 10_000, random: this.#random })
    for (;;) {
      try {
        return await onTask(task)
      } catch (err) {
        if (!this.#form.ordersOnce) throw err
        log.error({ err, task: task.id }, 'task of core failed, it is tried again')
        if (!(await sleep(clock, pauses.next(), this.#stop.signal))) return
      }
    }
  }

  #leaveOpen(task: string, kind: string): void {
    if (this.#unknown.has(task)) return
    if (this.#unknown.size >= MOST_TASKS) this.#unknown.clear()
    this.#unknown.add(task)
    this.#parts.log.warn({ task, kind }, 'task of core is unknown here, it stays open')
  }
}
