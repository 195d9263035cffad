import { createHash, randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Login } from '../auth/login.ts'
import type { AuthOutcome } from '../auth/outcome.ts'
import type { Clock } from '../base/clock.ts'
import type { Principal } from '../session/principal.ts'
import { type Identities, type Identity, isAdmin, type Visitor } from './visitor.ts'

export interface OwnLoginsParts {
  /** The rules of one login, for a browser at this place. */
  readonly login: (origin: Omit<Principal, 'user'>) => Login
  readonly clock: Clock
}

export const SESSION_COOKIE = 'cocod_session'
export const PENDING_COOKIE = 'cocod_login'

const LOGIN_LIFE_MS = 12 * 3_600_000
/** Between the password and the code. */
const PENDING_LIFE_MS = 3 * 60_000
const MOST_LOGINS = 10_000
const MOST_PENDING = 1_000

interface Held {
  readonly identity: Identity
  /** Monotonic. */
  readonly until: number
}

interface Pending {
  readonly login: Login
  readonly username: string
  readonly until: number
}

export type LoginStep =
  | { readonly kind: 'in'; readonly token: string }
  /** Ask for the code; `token` finds the login it belongs to. */
  | { readonly kind: 'code'; readonly token: string; readonly bound: boolean }
  | { readonly kind: 'refused' }
  | { readonly kind: 'unavailable'; readonly cause: unknown }

/** Logins at our own page, without a Jumpserver: kept in memory, so a restart ends them. */
export class OwnLogins implements Identities {
  readonly #parts: OwnLoginsParts
  readonly #held = new LRUCache<string, Held>({ max: MOST_LOGINS })
  readonly #pending = new LRUCache<string, Pending>({ max: MOST_PENDING })

  constructor(parts: OwnLoginsParts) {
    this.#parts = parts
  }

  async identify({ cookies, remoteAddr, language }: Visitor): Promise<Identity | undefined> {
    const held = this.#held.get(keyOf(cookies.get(SESSION_COOKIE)))
    if (!held || held.until <= this.#now) return undefined
    const { identity } = held
    return { ...identity, principal: { ...identity.principal, remoteAddr, language } }
  }

  async password(visitor: Visitor, username: string, password: string): Promise<LoginStep> {
    const { remoteAddr, language, loginId } = visitor
    const login = this.#parts.login({ remoteAddr, language, loginId, loginFrom: 'WT' })
    const outcome = await login.password(username, password)
    if (outcome.kind !== 'more') return this.#step(outcome)
    const token = newToken()
    this.#pending.set(keyOf(token), { login, username, until: this.#now + PENDING_LIFE_MS })
    return { kind: 'code', token, bound: outcome.bound }
  }

  /** The second factor of the login that `PENDING_COOKIE` names, on which a wrong code counts. */
  async code({ cookies }: Visitor, code: string): Promise<LoginStep> {
    const key = keyOf(cookies.get(PENDING_COOKIE))
    const pending = this.#pending.get(key)
    if (!pending || pending.until <= this.#now) return { kind: 'refused' }
    const outcome = await pending.login.otp(pending.username, code)
    if (outcome.kind === 'accepted' || (outcome.kind === 'refused' && outcome.last)) this.#pending.delete(key)
    return this.#step(outcome)
  }

  /** Ends the login of this browser. */
  end({ loginKey }: Identity): void {
    this.#held.delete(loginKey)
  }

  #step(outcome: AuthOutcome): LoginStep {
    if (outcome.kind === 'unavailable') return outcome
    if (outcome.kind !== 'accepted') return { kind: 'refused' }
    const { principal } = outcome
    const token = newToken()
    const loginKey = keyOf(token)
    const identity = { principal, loginKey, admin: isAdmin(principal) }
    this.#held.set(loginKey, { identity, until: this.#now + LOGIN_LIFE_MS })
    return { kind: 'in', token }
  }

  get #now(): number {
    return this.#parts.clock.monotonic()
  }
}

const newToken = (): string => randomBytes(32).toString('base64url')

/** What is kept is not what opens: whoever reads memory finds no cookie. */
const keyOf = (token: string | undefined): string =>
  createHash('sha256')
    .update(token ?? '')
    .digest('base64url')
