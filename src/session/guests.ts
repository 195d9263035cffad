import type { Clock } from '../base/clock.ts'
import type { User } from '../core/model.ts'
import type { Exit, Terminal } from '../terminal/terminal.ts'
import { beGuest } from './guest.ts'
import type { Principal } from './principal.ts'
import type { RunningSession, SessionRegistry } from './registry.ts'
import { type SessionShares, type Share, ShareError } from './shares.ts'

export interface GuestsDeps {
  readonly registry: Pick<SessionRegistry, 'list'>
  readonly shares: SessionShares
  readonly clock: Clock
  /** Whether the person in a session is told of who looks on. */
  readonly announced: boolean
}

/** What somebody who is logged in may do with others' sessions. */
export class SessionGuests {
  readonly #deps: GuestsDeps

  constructor(deps: GuestsDeps) {
    this.#deps = deps
  }

  /** The sessions this person may look at: administrators and auditors all, everybody their own. */
  visibleTo(user: User): readonly RunningSession[] {
    const all = this.#deps.registry.list()
    return seesAll(user) ? all : all.filter(({ principal }) => principal.user.id === user.id)
  }

  /** Typing is for the session's own person, and for administrators. */
  mayType(user: User, { principal }: RunningSession): boolean {
    return user.role === 'Admin' || principal.user.id === user.id
  }

  /** Makes an invitation to a session the person may type in: their own, or any for an administrator. */
  share(
    user: User,
    session: RunningSession,
    wish: { types: boolean; users: readonly string[]; forMs: number },
  ): Share {
    const { types, users, forMs } = wish
    const by = user.username
    return this.#deps.shares.create({ sessionId: session.id, types, users, by }, forMs)
  }

  /** Shows the session of this invitation on the terminal. Throws ShareError. */
  byCode(
    code: string,
    guest: { terminal: Terminal; principal: Principal },
    signal: AbortSignal,
  ): Promise<Exit> {
    const { username } = guest.principal.user
    const share = this.#deps.shares.use(code, username)
    const session = this.#deps.registry.list().find(({ id }) => id === share.sessionId)
    if (session) return this.show(session, { ...guest, types: share.types }, signal)
    throw new ShareError('SHARE_UNKNOWN', {
      step: 'join a session',
      message: 'the session of this invitation is over',
      next: 'ask for a new code',
      facts: { user: username },
    })
  }

  /** Shows a session on the terminal, to its end or until the guest leaves. */
  show(
    session: RunningSession,
    guest: { terminal: Terminal; principal: Principal; types: boolean },
    signal: AbortSignal,
  ): Promise<Exit> {
    const { announced, clock } = this.#deps
    return beGuest({ ...guest, session, announced, clock }, signal)
  }
}

/** Core's roles that see every session. */
export const seesAll = ({ role }: User): boolean => role === 'Admin' || role === 'Auditor'
