import { LRUCache } from 'lru-cache'
import { type Clock, sleep } from '../../base/clock.ts'
import type { Secret } from '../../base/secret.ts'
import type { Log } from '../../log.ts'
import { type CoreAnswer, reasonIn, refusal } from '../answer.ts'
import { CoreError } from '../core-error.ts'
import type { User } from '../model.ts'
import type { Core, CoreAuth } from '../transport.ts'

export interface UserTokensParts {
  core: Core
  clock: Clock
  log: Log
}

/** Core drops a token an hour after it was last used: this leaves five tries. */
const EVERY_MS = 10 * 60_000
/** After a round in which core did not answer. */
const AGAIN_MS = 60_000
const MOST_FAILURES = 3
/** A person who was not seen for so long is logged in no more: their token is left to die. */
const KEEP_MS = 24 * 3_600_000
const MOST_USERS = 10_000

interface Held {
  readonly token: Secret
  /** Monotonic. */
  seenAt: number
}

/**
 * The tokens users were given at their logins, in memory only. Core forgets a token that is not used for an hour,
 * whoever still works with it, and a password is never kept to fetch another: so each is used every ten minutes, as
 * long as its user is seen here (a login, a list, the questions about the permissions of a running session).
 */
export class UserTokens implements AsyncDisposable {
  readonly #parts: UserTokensParts
  readonly #held = new LRUCache<string, Held>({ max: MOST_USERS })
  readonly #stop = new AbortController()
  #running: Promise<void> | undefined

  constructor(parts: UserTokensParts) {
    this.#parts = parts
  }

  /** The newest login's token is used for all of a user's. */
  keep({ id }: Pick<User, 'id'>, token: Secret): void {
    this.#held.set(id, { token, seenAt: this.#parts.clock.monotonic() })
  }

  /** The user is still here. */
  seen({ id }: Pick<User, 'id'>): void {
    const held = this.#held.get(id)
    if (held) held.seenAt = this.#parts.clock.monotonic()
  }

  /** Asks core as this user. Throws CoreError CORE_TOKEN when their login is over. */
  async as(user: User, step: string, ask: (auth: CoreAuth) => Promise<CoreAnswer>): Promise<CoreAnswer> {
    const held = this.#held.get(user.id)
    if (!held) throw loginOver(step, 'no token is held for this user')
    this.seen(user)
    const answer = await ask({ kind: 'bearer', token: held.token })
    if (answer.status !== 403) return answer
    if (this.#held.get(user.id) === held) this.#held.delete(user.id)
    throw loginOver(step, `core refuses the user's token: ${reasonIn(answer.body)}`)
  }

  /** GET /api/users/v1/profile/: whether core takes the token, which lives an hour more by it. Throws CoreError. */
  async isAlive(token: Secret, signal?: AbortSignal): Promise<boolean> {
    const answer = await this.#parts.core.send(
      {
        step: 'use the token of a login',
        method: 'GET',
        path: '/api/users/v1/profile/',
        auth: { kind: 'bearer', token },
      },
      signal,
    )
    if (answer.status === 200) return true
    if (answer.status === 403) return false
    throw refusal(answer)
  }

  /** Keeps them alive until disposed. */
  start(): void {
    this.#running ??= this.#run()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    let pause = EVERY_MS
    while (await sleep(this.#parts.clock, pause, this.#stop.signal))
      pause = (await this.#round()) ? EVERY_MS : AGAIN_MS
  }

  /** False when core did not answer for some: it is not asked for all the others then, each with its time limit. */
  async #round(): Promise<boolean> {
    let failures = 0
    for (const [userId, held] of [...this.#held.entries()]) {
      if (this.#stop.signal.aborted || failures === MOST_FAILURES) return false
      if (this.#parts.clock.monotonic() - held.seenAt > KEEP_MS) this.#held.delete(userId)
      else if (!(await this.#use(userId, held))) failures += 1
    }
    return failures === 0
  }

  /** False without an answer. */
  async #use(user: string, held: Held): Promise<boolean> {
    const { log } = this.#parts
    try {
      if (await this.isAlive(held.token, this.#stop.signal)) return true
      if (this.#held.peek(user) === held) this.#held.delete(user)
      log.warn({ user }, "core dropped a user's token; they have to log in again to see their assets")
      return true
    } catch (err) {
      if (!this.#stop.signal.aborted)
        log.warn({ err, user }, "a user's token could not be kept alive, tried again")
      return false
    }
  }
}

/** The person reads to log in again; the administrator, why that may not help. */
export const loginOver = (step: string, message: string): CoreError =>
  new CoreError('CORE_TOKEN', 'unavailable', {
    step,
    message,
    next: 'log in again; if core goes on giving out a dead token, set its TOKEN_EXPIRATION to 3600 or less, or clear its cache',
  })
