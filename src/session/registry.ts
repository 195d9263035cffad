import { Fault } from '../base/fault.ts'
import type { Target } from '../core/model.ts'
import type { Ending, EndOrder } from './ending.ts'
import type { Principal } from './principal.ts'

/** A session that runs now. */
export interface LiveSession {
  readonly id: string
  readonly principal: Principal
  readonly target: Target
  /** ms since the epoch. */
  readonly startedAt: number
}

interface Entry {
  readonly session: LiveSession
  readonly orders: AbortController
  readonly ended: Promise<unknown>
}

export class SessionError extends Fault<'SESSION_CLOSING' | 'SESSION_LIMIT'> {
  override readonly name = 'SessionError'
}

export interface RegistryLimits {
  /** Sessions of one user at a time. */
  readonly perUser: number
  /** Sessions of this node at a time. */
  readonly total: number
}

/** All sessions of this node. Nothing runs that it cannot end. */
export class SessionRegistry {
  readonly #live = new Map<string, Entry>()
  readonly #limits: RegistryLimits
  #closing: EndOrder | undefined

  constructor(limits: RegistryLimits) {
    this.#limits = limits
  }

  /** Runs `body` as a session: its signal fires with an EndOrder when somebody ends it. */
  async run(session: LiveSession, body: (orders: AbortSignal) => Promise<Ending>): Promise<Ending> {
    this.#admit(session)
    const orders = new AbortController()
    const ended = body(orders.signal)
    this.#live.set(session.id, { session, orders, ended }) // no await between the check and the entry
    try {
      return await ended
    } catch (error) {
      // Whatever stopped half-way then: what the person is to know is that the daemon goes.
      throw this.#closing ? closing(error) : error
    } finally {
      this.#live.delete(session.id)
    }
  }

  /** The first order wins. False: no such session here (any more). */
  end(id: string, order: EndOrder): boolean {
    const entry = this.#live.get(id)
    entry?.orders.abort(order)
    return entry !== undefined
  }

  /** Resolves when the session with this id is over; at once when there is none. */
  async ended(id: string): Promise<void> {
    await Promise.allSettled([this.#live.get(id)?.ended])
  }

  list(): readonly LiveSession[] {
    return [...this.#live.values()].map(({ session }) => session)
  }

  ids(): readonly string[] {
    return [...this.#live.keys()]
  }

  /** Ends every session, admits no new one, and resolves when all are over. */
  async close(order: EndOrder): Promise<void> {
    this.#closing = order
    const all = [...this.#live.values()]
    for (const { orders } of all) orders.abort(order)
    await Promise.allSettled(all.map(({ ended }) => ended))
  }

  #admit({ principal }: LiveSession): void {
    if (this.#closing) throw closing()
    this.#refuseAbove('total', this.#live.size, this.#limits.total)
    const own = this.list().filter((each) => each.principal.user.id === principal.user.id).length
    this.#refuseAbove('perUser', own, this.#limits.perUser)
  }

  #refuseAbove(limit: keyof RegistryLimits, count: number, most: number): void {
    if (count < most) return
    throw new SessionError('SESSION_LIMIT', {
      step: 'open session',
      message: `limit ${limit} reached`,
      next:
        limit === 'total'
          ? 'raise MAX_SESSIONS or add a node'
          : 'close a session, or raise MAX_SESSIONS_PER_USER',
      facts: { most, limit },
    })
  }
}

const closing = (cause?: unknown): SessionError =>
  new SessionError('SESSION_CLOSING', {
    step: 'open session',
    message: 'a session was asked for while the daemon stops',
    next: 'log in again when the daemon is back',
    cause,
  })
