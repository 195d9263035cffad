import { type Clock, sleep } from '../base/clock.ts'
import { Secret } from '../base/secret.ts'
import { unreachable } from '../base/unreachable.ts'
import type { AppService } from '../core/app-service.ts'
import { CoreError } from '../core/core-error.ts'
import type { AuthAnswer, User } from '../core/model.ts'
import type { Language } from '../i18n/i18n.ts'
import { auditEvent, type Log } from '../log.ts'
import type { Principal } from '../session/principal.ts'
import type { AuthMethod, AuthOptions, AuthOutcome, OfferedKey, Refusal } from './outcome.ts'
import type { Penalties } from './penalties.ts'
import type { RefusedKeys } from './refused-keys.ts'
import { cleanName, loggedName } from './user-name.ts'

/** What a login needs of core. */
export type CoreLogin = Pick<AppService, 'authenticate' | 'authenticateOtp' | 'settings'>

export interface LoginParts {
  readonly core: CoreLogin
  readonly options: AuthOptions
  readonly refusedKeys: RefusedKeys
  readonly penalties: Penalties
  /** Who it is, as far as the door knows. `loginId` finds the log lines. */
  readonly origin: Omit<Principal, 'user'>
  readonly clock: Clock
  readonly log: Log
}

const MAX_TRIES = 6
const MAX_OFFERS = 20
const MAX_KEYS = 3
const MAX_WRONG_CODES = 3
const LONGEST_SECRET = 1024

interface FirstFactor {
  readonly user: User
  readonly seed: Secret
}

interface Try {
  readonly username: string
  readonly method: AuthMethod
  readonly signal: AbortSignal | undefined
}

/**
 * The rules of one login on one connection, the same for every door. A second factor counts only after the first one
 * of the same user here, and everything that is not a clear yes of core is a no.
 */
export class Login {
  readonly #parts: LoginParts
  #username: string | undefined
  #first: FirstFactor | undefined
  #busy = false
  #over = false
  #tries = 0
  #offers = 0
  #keysAsked = 0
  #wrongCodes = 0
  /** Failures that cost the address something. */
  #counted = 0
  #keyCounted = false
  #method: AuthMethod | undefined

  constructor(parts: LoginParts) {
    this.#parts = parts
  }

  get language(): Language {
    return this.#parts.origin.language
  }

  /** What a client may try next. */
  get methods(): ReadonlySet<AuthMethod> {
    if (this.#over) return new Set()
    if (this.#first) return new Set(['otp'])
    const { options, core } = this.#parts
    const methods = new Set<AuthMethod>()
    const keyLeft = this.#keysAsked < MAX_KEYS
    if ((core.settings.publicKeyAuth ?? options.publicKeyAuth) && keyLeft) methods.add('key')
    if (core.settings.passwordAuth ?? options.passwordAuth) methods.add('password')
    return methods
  }

  /** May this key be tried? Asks nobody: an offer proves nothing (RFC 4252 section 7). `over`: end the connection. */
  offer(username: string, key: Pick<OfferedKey, 'fingerprint'>): 'sign' | 'no' | 'over' {
    this.#offers += 1
    if (this.#offers > MAX_OFFERS || !this.#sameUser(username)) this.#end()
    if (this.#over) return 'over'
    const name = cleanName(username)
    if (name === undefined || this.#first || !this.methods.has('key')) return 'no'
    return this.#parts.refusedKeys.has(this.#keyTry(name, key)) ? 'no' : 'sign'
  }

  /** A failed try that core need not hear of: a bad signature, an algorithm we refuse. */
  reject(username: string, why: Refusal): AuthOutcome {
    return this.#sameUser(username) ? this.#refuse(username, why, why) : this.#swapped(username)
  }

  password(username: string, password: string, signal?: AbortSignal): Promise<AuthOutcome> {
    return this.#try({ username, method: 'password', signal }, async (name) => {
      if (password === '' || password.length > LONGEST_SECRET)
        return this.#refuse(name, 'input', 'no password')
      const answer = await this.#parts.core.authenticate(
        { username: name, password: new Secret(password), ...this.#origin },
        signal,
      )
      return this.#judge(name, answer)
    })
  }

  /** Only after the door has verified the key's signature over this very connection. */
  key(username: string, key: OfferedKey, signal?: AbortSignal): Promise<AuthOutcome> {
    return this.#try({ username, method: 'key', signal }, async (name) => {
      const keyTry = this.#keyTry(name, key)
      if (this.#parts.refusedKeys.has(keyTry)) return this.#refuse(name, 'key', 'refused before')
      this.#keysAsked += 1
      const answer = await this.#parts.core.authenticate(
        { username: name, publicKey: key.blob, ...this.#origin },
        signal,
      )
      if (answer.kind === 'refused') this.#parts.refusedKeys.add(keyTry)
      return this.#judge(name, answer)
    })
  }

  otp(username: string, code: string, signal?: AbortSignal): Promise<AuthOutcome> {
    return this.#try({ username, method: 'otp', signal }, async (name) => {
      const first = this.#first
      if (!first) return this.#refuse(name, 'method', 'no first factor')
      const answer = await this.#parts.core.authenticateOtp(
        { seed: first.seed, code: new Secret(code.slice(0, LONGEST_SECRET)), ...this.#origin },
        signal,
      )
      if (answer.kind === 'accepted' && answer.user.id === first.user.id)
        return this.#accept(name, answer.user)
      this.#wrongCodes += 1
      if (this.#wrongCodes >= MAX_WRONG_CODES) this.#end()
      return this.#refuse(
        name,
        'code',
        answer.kind === 'refused' ? answer.reason : `answer was ${answer.kind}`,
      )
    })
  }

  /** One try at a time, in its place, by one user. Core's silence is no answer, whatever form it takes. */
  async #try(
    { username, method, signal }: Try,
    ask: (name: string) => Promise<AuthOutcome>,
  ): Promise<AuthOutcome> {
    if (!this.#sameUser(username)) return this.#swapped(username)
    const name = cleanName(username)
    if (name === undefined) return this.#refuse(username, 'input', 'not a name')
    if (this.#busy) this.#end()
    if (this.#over) return this.#refuse(name, 'over', 'no tries left')
    if (!this.methods.has(method)) return this.#refuse(name, 'method', `${method} is not possible now`)
    this.#busy = true
    this.#method = method
    try {
      if (!this.#isAdmitted(name)) return this.#refuse(name, 'credentials', 'not a user for SSH here')
      const delayMs = this.#parts.penalties.delayMs(this.#attempt(name))
      if (delayMs > 0) await sleep(this.#parts.clock, delayMs, signal)
      return await ask(name)
    } catch (cause) {
      if (signal?.aborted) return { kind: 'unavailable', cause } // the client went away meanwhile
      return this.#unanswered(name, method, cause)
    } finally {
      this.#busy = false
    }
  }

  #judge(name: string, answer: AuthAnswer): AuthOutcome {
    switch (answer.kind) {
      case 'accepted':
        return this.#accept(name, answer.user)
      case 'otp':
        if (this.#over) return this.#tooLate(name)
        this.#first = { user: answer.user, seed: answer.seed }
        return { kind: 'more', prompt: 'otp', bound: answer.bound }
      case 'refused':
        return this.#refuse(name, 'credentials', answer.reason)
      default:
        return unreachable(answer)
    }
  }

  #accept(name: string, user: User): AuthOutcome {
    if (this.#over) return this.#tooLate(name)
    this.#parts.penalties.succeeded(this.#attempt(name), this.#counted)
    this.#end()
    const { remoteAddr, loginFrom } = this.#parts.origin
    const facts = { user: loggedName(user.username), remoteAddr, from: loginFrom, method: this.#method }
    auditEvent(this.#parts.log, 'login', facts, 'login')
    return { kind: 'accepted', principal: { user, ...this.#parts.origin } }
  }

  #tooLate(name: string): AuthOutcome {
    return this.#refuse(name, 'over', 'ended while core was asked')
  }

  #refuse(username: string, why: Refusal, reason: string): AuthOutcome {
    if (why !== 'code') this.#tries += 1
    this.#punish(username, why)
    if (this.#tries >= (this.#parts.options.maxTries ?? MAX_TRIES)) this.#end()
    const { remoteAddr } = this.#parts.origin
    const facts = { user: loggedName(username), remoteAddr, why, reason, tries: this.#tries }
    auditEvent(this.#parts.log, 'login-refused', facts, 'login try refused')
    return { kind: 'refused', why, last: this.#over }
  }

  /** Wrong secrets cost; what was merely out of its turn does not, and an agent full of keys costs as much as one key. */
  #punish(username: string, why: Refusal): void {
    if (why === 'method' || why === 'over') return
    const byKey = why === 'key' || this.#method === 'key'
    if (byKey && this.#keyCounted) return
    this.#keyCounted ||= byKey
    this.#counted += 1
    this.#parts.penalties.failed(this.#attempt(username))
  }

  /** ALLOW_SSH_USER and BLOCK_SSH_USER. Who is not admitted sees the same failure as with a wrong password. */
  #isAdmitted(name: string): boolean {
    const { allowUsers, blockUsers } = this.#parts.options
    return (!allowUsers || allowUsers.has(name)) && !blockUsers?.has(name)
  }

  #attempt(username: string) {
    return { username, address: this.#parts.origin.remoteAddr }
  }

  #unanswered(username: string, method: AuthMethod, cause: unknown): AuthOutcome {
    if (cause instanceof CoreError && (cause.kind === 'refused' || cause.kind === 'missing')) {
      return this.#refuse(username, 'credentials', cause.message)
    }
    this.#parts.log.warn({ user: username, method, err: cause }, 'login could not be judged')
    return { kind: 'unavailable', cause }
  }

  #sameUser(username: string): boolean {
    this.#username ??= username
    return this.#username === username
  }

  #swapped(username: string): AuthOutcome {
    this.#end()
    return this.#refuse(username, 'method', 'another user on the same connection')
  }

  /** Nothing passes any more; a first factor is forgotten. */
  #end(): void {
    this.#over = true
    this.#first = undefined
  }

  #keyTry(username: string, { fingerprint }: Pick<OfferedKey, 'fingerprint'>) {
    return { username, fingerprint, remoteAddr: this.#parts.origin.remoteAddr }
  }

  get #origin(): { remoteAddr: string; loginType: 'T' | 'W' } {
    const { remoteAddr, loginFrom } = this.#parts.origin
    return { remoteAddr, loginType: loginFrom === 'ST' ? 'T' : 'W' }
  }
}
