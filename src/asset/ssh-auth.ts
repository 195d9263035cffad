import { Secret } from '../base/secret.ts'
import type { AnyAuthMethod, ParsedKey, Prompt } from '../ssh2/library.ts'
import { AssetError } from './asset-error.ts'
import type { Question } from './dialogue.ts'

/** What a connection logs in with. */
export interface LoginSecrets {
  /** Empty: the person is asked. */
  readonly account: string
  readonly key: ParsedKey | undefined
  /** For logging in: never a key's passphrase. */
  readonly password: Secret | undefined
  /** The person types the password where none is stored, and again when one was wrong. */
  readonly manual: boolean
  /** May the password be sent after the key was refused? */
  readonly fallback: boolean
}

export type AuthMethod = 'none' | 'publickey' | 'password' | 'keyboard-interactive'

/** Asks the person; undefined where there is nobody. Rejects when they give up. */
export type Ask = ((question: Question) => Promise<string>) | undefined

export interface AuthenticationParts {
  /** The machine's name, for questions and errors. */
  readonly asset: string
  readonly secrets: LoginSecrets
  readonly ask: Ask
  /** Called when a question of the server cannot be answered. */
  readonly fail: (cause: unknown) => void
}

/** A name and password that were typed. */
export interface TypedLogin {
  readonly account: string
  readonly password: Secret
}

/** Passwords a person may type on one connection. */
const MOST_TYPED = 3
/** Questions of a server on one connection; more than that is no login any more. */
const MOST_QUESTIONS = 20

/**
 * Chooses what to try next (RFC 4252): the key, then the password by whichever of `password` and
 * `keyboard-interactive` the server offers. A stored password leaves once at most, so a server that asks again and
 * again learns nothing more; what else it asks is the person's to answer.
 */
export class Authentication {
  readonly #parts: AuthenticationParts
  readonly #tried: AuthMethod[] = []
  #account: string
  #offered: readonly string[] = []
  #partial = false
  #storedSent = false
  #typed: Secret | undefined
  #timesTyped = 0
  #questions = 0

  constructor(parts: AuthenticationParts) {
    this.#parts = parts
    this.#account = parts.secrets.account
  }

  /** The account's name, once it is known. */
  get account(): string {
    return this.#account
  }

  /** Methods with which something was really tried, in order. */
  get tried(): readonly AuthMethod[] {
    return [...new Set(this.#tried)].filter((method) => method !== 'none')
  }

  /** What the server said it would take, last. */
  get offered(): readonly string[] {
    return this.#offered
  }

  /** The method tried last: the one that worked, once the server is content. */
  get method(): AuthMethod {
    return this.#tried.at(-1) ?? 'none'
  }

  /** Was a password that is stored kept back, because the key was refused? */
  get keptBack(): boolean {
    const { password, fallback } = this.#parts.secrets
    return password !== undefined && !this.#storedSent && !fallback && this.#keyRefused
  }

  /** What the person typed last; worth remembering once the server is content. */
  get typed(): TypedLogin | undefined {
    return this.#typed && { account: this.#account, password: this.#typed }
  }

  /**
   * The next attempt; undefined: nothing is left. `offered` is null before the server's first answer; `partial`: the
   * last attempt was right and more is wanted. @throws what `ask` rejects with
   */
  async next(offered: readonly string[] | null, partial = false): Promise<AnyAuthMethod | undefined> {
    if (offered) this.#offered = offered
    this.#partial ||= partial
    if (this.#account === '') this.#account = await this.#askAccount()
    const method = this.#order().find((each) => this.#isUseful(each, offered))
    if (!method) return undefined
    this.#tried.push(method)
    return await this.#attempt(method)
  }

  /** A person is asked by the server itself where it can: it may want more than a password. */
  #order(): readonly AuthMethod[] {
    const { manual, password } = this.#parts.secrets
    const typing = manual && password === undefined
    const byPassword = ['password', 'keyboard-interactive'] as const
    return ['publickey', 'none', ...(typing ? byPassword.toReversed() : byPassword)]
  }

  get #keyRefused(): boolean {
    return this.#tried.includes('publickey') && !this.#partial && this.#offered.includes('publickey')
  }

  #isUseful(method: AuthMethod, offered: readonly string[] | null): boolean {
    const { key } = this.#parts.secrets
    const tried = this.#tried.includes(method)
    if (method === 'publickey') return key !== undefined && !tried && (offered?.includes(method) ?? true)
    // Asks what is offered; a password is never sent on the chance that it may be taken.
    if (method === 'none') return offered === null && !tried
    if (offered?.includes(method) !== true) return false
    if (this.#mayType) return true
    const answerable = method === 'keyboard-interactive' && this.#partial && this.#parts.ask !== undefined
    return !tried && (this.#mayUseStored || answerable)
  }

  get #mayUseStored(): boolean {
    const { password, fallback } = this.#parts.secrets
    return password !== undefined && !this.#storedSent && (fallback || !this.#keyRefused)
  }

  get #mayType(): boolean {
    const { manual } = this.#parts.secrets
    return manual && this.#parts.ask !== undefined && this.#timesTyped < MOST_TYPED
  }

  async #attempt(method: AuthMethod): Promise<AnyAuthMethod> {
    const username = this.#account
    const { key } = this.#parts.secrets
    if (method === 'publickey' && key) return { type: 'publickey', username, key }
    if (method === 'password') return { type: 'password', username, password: await this.#password() }
    if (method === 'keyboard-interactive') {
      return {
        type: 'keyboard-interactive',
        username,
        prompt: (...[_name, instructions, _language, prompts, finish]) => {
          this.#answers(instructions, prompts).then(finish, this.#parts.fail)
        },
      }
    }
    return { type: 'none', username }
  }

  async #askAccount(): Promise<string> {
    const { ask, asset } = this.#parts
    const account = (await ask?.({ kind: 'account', asset }))?.trim()
    if (account) return account
    throw noCredentials(asset, 'no account name')
  }

  async #password(): Promise<string> {
    const { secrets, ask, asset } = this.#parts
    if (this.#mayUseStored && secrets.password) {
      this.#storedSent = true
      return secrets.password.reveal()
    }
    if (!ask) throw noCredentials(asset, 'no password')
    const again = this.#timesTyped > 0 || this.#storedSent
    this.#timesTyped++
    const account = this.#account
    return this.#keep(await ask({ kind: 'password', asset, account, again }))
  }

  #keep(typed: string): string {
    this.#typed = new Secret(typed)
    return typed
  }

  async #answers(instruction: string, prompts: readonly Prompt[]): Promise<string[]> {
    this.#questions += prompts.length
    if (this.#questions > MOST_QUESTIONS) throw new Error('the server asks without end')
    const forPassword = prompts.filter(isForPassword)
    const answers: string[] = []
    for (const prompt of prompts) {
      const only = forPassword.length === 1 && forPassword[0] === prompt
      answers.push(await this.#answer(prompt, only, instruction))
    }
    return answers
  }

  /** Only one hidden question for a password is answered from what is stored, once. */
  async #answer(prompt: Prompt, forPassword: boolean, instruction: string): Promise<string> {
    const { secrets, ask, asset } = this.#parts
    if (forPassword && this.#mayUseStored && secrets.password) {
      this.#storedSent = true
      return secrets.password.reveal()
    }
    // Asked again, the stored one was wrong; nobody knows a better one.
    if (forPassword && this.#storedSent && !secrets.manual && !this.#partial) return ''
    if (!ask) throw unanswerable(asset, prompt.prompt)
    if (forPassword) this.#timesTyped++
    const echo = prompt.echo === true
    const answer = await ask({ kind: 'asked', asset, instruction, text: prompt.prompt, echo })
    return forPassword && secrets.manual ? this.#keep(answer) : answer
  }
}

/** A new password is another matter. */
const isForPassword = ({ prompt, echo }: Prompt): boolean =>
  echo !== true && /passw|密码|口令/i.test(prompt) && !/\bnew\b|retype|again|新/i.test(prompt)

const noCredentials = (asset: string, what: string): AssetError =>
  new AssetError('ASSET_NO_CREDENTIALS', {
    step: 'log in',
    message: `there is ${what} for ${asset}, and nobody to ask`,
    next: 'Store one in the management server, or connect with a terminal, where it can be typed.',
    facts: { asset },
  })

const unanswerable = (asset: string, text: string): AssetError =>
  new AssetError('ASSET_ASKS', {
    step: 'log in',
    message: `${asset} asks ${JSON.stringify(text.slice(0, 100))}, and nobody is there to answer`,
    next: 'Connect with a terminal and without a command, where it can be answered.',
    facts: { asset, question: text.trim().slice(0, 100) },
  })
