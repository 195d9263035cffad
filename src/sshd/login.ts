import { type DirectTarget, parseLoginName } from '../auth/direct-login.ts'
import type { Login } from '../auth/login.ts'
import type { AuthMethod, AuthOutcome } from '../auth/outcome.ts'
import { unreachable } from '../base/unreachable.ts'
import { say, sayFault, type TextKey } from '../i18n/i18n.ts'
import type { Principal } from '../session/principal.ts'
import { fingerprint, isAcceptableKey, verifySignature } from '../ssh2/keys.ts'
import type {
  AuthContext,
  AuthenticationType,
  KeyboardAuthContext,
  PasswordAuthContext,
  PublicKeyAuthContext,
} from '../ssh2/library.ts'

/** Who came in, how, and where they want to go. */
export interface Entry {
  readonly principal: Principal
  readonly direct: DirectTarget | undefined
  readonly method: AuthenticationType
}

export interface SshLoginParts {
  readonly login: Login
  /** Called before the client is told of its success. */
  readonly onEntry: (entry: Entry) => void
  /** Ends the connection; `text` is shown where the client shows such things. */
  readonly onEnd: (text: string) => void
  /** Fires when the connection is gone. */
  readonly gone: AbortSignal
  /** Take signatures of RSA keys that are made with SHA-1. */
  readonly sha1?: boolean
}

const METHODS: Readonly<Record<AuthMethod, readonly AuthenticationType[]>> = {
  key: ['publickey'],
  password: ['password', 'keyboard-interactive'],
  otp: ['keyboard-interactive'],
}

/** Requests with neither key nor secret (`none`, offers apart) a client may make. */
const MAX_EMPTY_REQUESTS = 20

/**
 * SSH's authentication protocol (RFC 4252, RFC 4256) over the rules of `auth`. Before a right first factor the
 * client learns nothing but which methods exist.
 */
export class SshLogin {
  readonly #parts: SshLoginParts
  #emptyRequests = 0

  constructor(parts: SshLoginParts) {
    this.#parts = parts
  }

  /** Answers one authentication request. Rejects only on a fault of ours; then nobody may come in. */
  async answer(context: AuthContext): Promise<void> {
    switch (context.method) {
      case 'password':
        return this.#password(context)
      case 'publickey':
        return this.#publicKey(context)
      case 'keyboard-interactive':
        return this.#keyboard(context)
      case 'none':
      case 'hostbased':
        return this.#unsupported(context)
      default:
        return unreachable(context)
    }
  }

  #unsupported(context: AuthContext): void {
    this.#emptyRequests += 1
    if (this.#emptyRequests > MAX_EMPTY_REQUESTS) this.#parts.onEnd(this.#say('auth.tooMany'))
    else context.reject(this.#methods())
  }

  async #password(context: PasswordAuthContext): Promise<void> {
    const { username } = parseLoginName(context.username)
    const password: unknown = context.password
    // With a wish to change it, the library hands over an object: core has no such call.
    const outcome =
      typeof password === 'string'
        ? await this.#parts.login.password(username, password, this.#parts.gone)
        : this.#parts.login.reject(username, 'input')
    this.#reply(context, outcome)
  }

  async #publicKey(context: PublicKeyAuthContext): Promise<void> {
    const { username } = parseLoginName(context.username)
    const key = { fingerprint: fingerprint(context.key.data), blob: context.key.data.toString('base64') }
    if (!context.signature) return this.#offer(context, username, key.fingerprint)
    const outcome = verifySignature(context, this.#parts.sha1)
      ? await this.#parts.login.key(username, key, this.#parts.gone)
      : this.#parts.login.reject(username, 'key')
    this.#reply(context, outcome)
  }

  /** An offer proves nothing: core is not asked, and the answer says only that a signature would be looked at. */
  #offer(context: PublicKeyAuthContext, username: string, print: string): void {
    const answer = this.#parts.login.offer(username, { fingerprint: print })
    if (answer === 'over') this.#parts.onEnd(this.#say('auth.tooMany'))
    else if (answer === 'sign' && isAcceptableKey(context, this.#parts.sha1)) context.accept()
    else context.reject(this.#methods())
  }

  async #keyboard(context: KeyboardAuthContext): Promise<void> {
    const { login } = this.#parts
    if (login.methods.has('otp')) return this.#code(context)
    if (!login.methods.has('password')) return context.reject(this.#methods())
    const password = await this.#ask(context, this.#say('auth.password'))
    if (password === undefined) return
    const { username } = parseLoginName(context.username)
    const outcome = await login.password(username, password, this.#parts.gone)
    // The code is asked in the same exchange: clients that know no partial success get through, too.
    if (outcome.kind === 'more' && outcome.bound) return this.#code(context)
    this.#reply(context, outcome)
  }

  async #code(context: KeyboardAuthContext): Promise<void> {
    const { username } = parseLoginName(context.username)
    let hint = ''
    for (;;) {
      const code = await this.#ask(context, this.#say('auth.otp'), hint)
      if (code === undefined) return
      const outcome = await this.#parts.login.otp(username, code.replaceAll(' ', ''), this.#parts.gone)
      if (outcome.kind !== 'refused' || outcome.last) return this.#reply(context, outcome)
      hint = this.#say('auth.otp.wrong')
    }
  }

  /** Undefined when the client went on to something else, or away: this context is dead then. */
  #ask(context: KeyboardAuthContext, prompt: string, instruction = ''): Promise<string | undefined> {
    const { gone } = this.#parts
    return new Promise((resolve) => {
      const onGone = (): void => resolve(undefined)
      gone.addEventListener('abort', onGone, { once: true })
      context.prompt([{ prompt, echo: false }], '', instruction, (answers: unknown) => {
        gone.removeEventListener('abort', onGone)
        resolve(onlyAnswer(answers))
      })
    })
  }

  #reply(context: AuthContext, outcome: AuthOutcome): void {
    if (this.#parts.gone.aborted) return
    switch (outcome.kind) {
      case 'accepted':
        this.#accept(context, outcome.principal)
        return
      case 'more':
        if (outcome.bound) context.reject([...METHODS.otp], true)
        else this.#parts.onEnd(this.#say('auth.otp.unbound'))
        return
      case 'refused':
        if (outcome.last) this.#parts.onEnd(this.#say('auth.tooMany'))
        else context.reject(this.#methods())
        return
      case 'unavailable':
        this.#parts.onEnd(sayFault(this.#parts.login.language, outcome.cause))
        return
      default:
        unreachable(outcome)
    }
  }

  #accept(context: AuthContext, principal: Principal): void {
    const { direct } = parseLoginName(context.username)
    this.#parts.onEntry({ principal, direct, method: context.method })
    context.accept()
  }

  #methods(): AuthenticationType[] {
    return [...this.#parts.login.methods].flatMap((method) => METHODS[method])
  }

  #say(key: TextKey): string {
    return say(this.#parts.login.language, key)
  }
}

/** One question, one answer: more or fewer count as an empty one. Undefined for the library's error at an abort. */
function onlyAnswer(answers: unknown): string | undefined {
  if (!Array.isArray(answers)) return undefined
  const answer: unknown = answers[0]
  return answers.length === 1 && typeof answer === 'string' ? answer : ''
}
