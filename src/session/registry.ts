import type { Clock } from '../base/clock.ts'
import { systemClock } from '../base/clock.ts'
import { Fault } from '../base/fault.ts'
import type { Target } from '../core/model.ts'
import { Activity } from './activity.ts'
import type { Ending, EndOrder } from './ending.ts'
import { LiveTerminal } from './live.ts'
import type { Principal } from './principal.ts'

/** A session that runs now. */
export interface LiveSession {
  readonly id: string
  readonly principal: Principal
  readonly target: Target
  /** ms since the epoch. */
  readonly startedAt: number
}

/** A session that runs now, with what changes in it. */
export interface RunningSession extends LiveSession {
  readonly activity: Activity
  /** How others take part in it. */
  readonly live: LiveTerminal
}

interface Entry {
  readonly session: RunningSession
  readonly orders: AbortController
  readonly ended: Promise<unknown>
}

export class SessionError extends Fault<
  'SESSION_CANCELLED' | 'SESSION_CLOSING' | 'SESSION_LIMIT' | 'SESSION_ASSET_LIMIT'
> {
  override readonly name = 'SessionError'
}

export interface RegistryLimits {
  /** Sessions of one user at a time. */
  readonly perUser: number
  /** Sessions of this node at a time. */
  readonly total: number
  /** Sessions on one asset at a time, of all users; undefined: no limit. */
  readonly perAsset?: number | undefined
}

/**
 * All sessions that run. Every room knows it by this interface alone: here they are this process's own
 * (`LocalSessionRegistry`); a store that nodes share may fill it later, with the entries of other nodes beside ours.
 */
export interface SessionRegistry {
  /** Runs `body` as a session: its signal fires with an EndOrder when somebody ends it. Throws SessionError. */
  run(
    session: LiveSession,
    body: (orders: AbortSignal, running: RunningSession) => Promise<Ending>,
  ): Promise<Ending>
  /** What is told of each session that is over. */
  onEnded(listener: (id: string) => void): void
  /** The first order wins. False: no such session (any more). */
  end(id: string, order: EndOrder): boolean
  /** Resolves when the session with this id is over; at once when there is none. */
  ended(id: string): Promise<void>
  list(): readonly RunningSession[]
  ids(): readonly string[]
  /** Admits no new session from here on; those that run go on. */
  drain(): void
  readonly draining: boolean
  /** Resolves when no session runs here. */
  empty(): Promise<void>
  /** Ends every session of this node, admits no new one, and resolves when all are over. */
  close(order: EndOrder): Promise<void>
}

/** The sessions of this process. Nothing runs that it cannot end. */
export class LocalSessionRegistry implements SessionRegistry {
  readonly #live = new Map<string, Entry>()
  readonly #limits: RegistryLimits
  readonly #clock: Clock
  #closing: EndOrder | undefined
  #draining = false
  #onEnded: (id: string) => void = () => {}

  constructor(limits: RegistryLimits, clock: Clock = systemClock) {
    this.#limits = limits
    this.#clock = clock
  }

  async run(
    session: LiveSession,
    body: (orders: AbortSignal, running: RunningSession) => Promise<Ending>,
  ): Promise<Ending> {
    this.#admit(session)
    const orders = new AbortController()
    const running = { ...session, activity: new Activity(this.#clock), live: new LiveTerminal() }
    const ended = body(orders.signal, running)
    // no await between the check and the entry
    this.#live.set(session.id, { session: running, orders, ended })
    try {
      return await ended
    } catch (error) {
      // Whatever stopped half-way then: what the person is to know is that the daemon goes.
      throw this.#closing ? closing(error) : error
    } finally {
      this.#live.delete(session.id)
      this.#onEnded(session.id)
    }
  }

  onEnded(listener: (id: string) => void): void {
    this.#onEnded = listener
  }

  end(id: string, order: EndOrder): boolean {
    const entry = this.#live.get(id)
    entry?.orders.abort(order)
    return entry !== undefined
  }

  async ended(id: string): Promise<void> {
    await Promise.allSettled([this.#live.get(id)?.ended])
  }

  list(): readonly RunningSession[] {
    return [...this.#live.values()].map(({ session }) => session)
  }

  ids(): readonly string[] {
    return [...this.#live.keys()]
  }

  drain(): void {
    this.#draining = true
  }

  async empty(): Promise<void> {
    while (this.#live.size > 0) await Promise.allSettled([...this.#live.values()].map(({ ended }) => ended))
  }

  get draining(): boolean {
    return this.#draining || this.#closing !== undefined
  }

  async close(order: EndOrder): Promise<void> {
    this.#closing = order
    const all = [...this.#live.values()]
    for (const { orders } of all) orders.abort(order)
    await Promise.allSettled(all.map(({ ended }) => ended))
  }

  #admit({ principal, target }: LiveSession): void {
    if (this.draining) throw closing()
    this.#refuseAbove('total', this.#live.size, this.#limits.total)
    const own = this.list().filter((each) => each.principal.user.id === principal.user.id).length
    this.#refuseAbove('perUser', own, this.#limits.perUser)
    const there = this.list().filter((each) => each.target.asset.id === target.asset.id).length
    this.#refuseAbove('perAsset', there, this.#limits.perAsset ?? Number.POSITIVE_INFINITY)
  }

  #refuseAbove(limit: keyof RegistryLimits, count: number, most: number): void {
    if (count < most) return
    throw new SessionError(limit === 'perAsset' ? 'SESSION_ASSET_LIMIT' : 'SESSION_LIMIT', {
      step: 'open session',
      message: `limit ${limit} reached`,
      next: RAISE[limit],
      facts: { most, limit },
    })
  }
}

const RAISE: Readonly<Record<keyof RegistryLimits, string>> = {
  total: 'raise MAX_SESSIONS or add a node',
  perUser: 'close a session, or raise MAX_SESSIONS_PER_USER',
  perAsset: 'wait for a session there to end, or raise MAX_SESSIONS_PER_ASSET',
}

const closing = (cause?: unknown): SessionError =>
  new SessionError('SESSION_CLOSING', {
    step: 'open session',
    message: 'a session was asked for while the daemon stops',
    next: 'log in again when the daemon is back',
    cause,
  })
