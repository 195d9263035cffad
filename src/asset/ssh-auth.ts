import type { Secret } from '../base/secret.ts'
import type { AnyAuthMethod, ParsedKey, Prompt } from '../ssh2/library.ts'

/** What a connection logs in with. The password is used for logging in only where it is not the key's passphrase. */
export interface LoginSecrets {
  readonly account: string
  readonly key: ParsedKey | undefined
  readonly password: Secret | undefined
}

export type AuthMethod = 'none' | 'publickey' | 'password' | 'keyboard-interactive'

/**
 * Chooses what to try next (RFC 4252): the key, then the password by whichever of `password` and
 * `keyboard-interactive` the server offers. Nothing is tried twice, and the password leaves once at most, so a server
 * that asks again and again learns nothing more.
 */
export class Authentication {
  readonly #secrets: LoginSecrets
  readonly #tried = new Set<AuthMethod>()
  #offered: readonly string[] = []
  #passwordSent = false

  constructor(secrets: LoginSecrets) {
    this.#secrets = secrets
  }

  /** Methods with which something was really tried, in order. */
  get tried(): readonly AuthMethod[] {
    return [...this.#tried].filter((method) => method !== 'none')
  }

  /** What the server said it would take, last. */
  get offered(): readonly string[] {
    return this.#offered
  }

  /** The method tried last: the one that worked, once the server is content. */
  get method(): AuthMethod {
    return [...this.#tried].at(-1) ?? 'none'
  }

  /** The next attempt; undefined: nothing is left. `offered` is null before the server's first answer. */
  next(offered: readonly string[] | null): AnyAuthMethod | undefined {
    if (offered) this.#offered = offered
    const method = ORDER.find((each) => this.#isUseful(each, offered))
    if (!method) return undefined
    this.#tried.add(method)
    return this.#attempt(method)
  }

  #isUseful(method: AuthMethod, offered: readonly string[] | null): boolean {
    if (this.#tried.has(method)) return false
    const { key, password } = this.#secrets
    if (method === 'publickey') return key !== undefined && (offered?.includes(method) ?? true)
    // Asks what is offered; a password is never sent on the chance that it may be taken.
    if (method === 'none') return offered === null
    return password !== undefined && !this.#passwordSent && offered?.includes(method) === true
  }

  #attempt(method: AuthMethod): AnyAuthMethod {
    const { account: username, key, password } = this.#secrets
    if (method === 'publickey' && key) return { type: 'publickey', username, key }
    if (method === 'password' && password) {
      this.#passwordSent = true
      return { type: 'password', username, password: password.reveal() }
    }
    if (method === 'keyboard-interactive') {
      return {
        type: 'keyboard-interactive',
        username,
        prompt: (...[_name, _instructions, _language, prompts, finish]) => finish(this.#answers(prompts)),
      }
    }
    return { type: 'none', username }
  }

  /** Only one hidden question for a password is answered, once; to all else the answer is empty. */
  #answers(prompts: readonly Prompt[]): string[] {
    const [only] = prompts
    const isPassword =
      prompts.length === 1 && only?.echo !== true && /passw|密码|口令/i.test(only?.prompt ?? '')
    if (!isPassword || this.#passwordSent || !this.#secrets.password) return prompts.map(() => '')
    this.#passwordSent = true
    return [this.#secrets.password.reveal()]
  }
}

const ORDER: readonly AuthMethod[] = ['publickey', 'none', 'password', 'keyboard-interactive']
