import type { Readable, Writable } from 'node:stream'
import type { Clock } from '../base/clock.ts'
import type { Secret } from '../base/secret.ts'
import { unreachable } from '../base/unreachable.ts'
import { type Prompt, type PromptTests, promptOf, saysRefused } from './telnet-prompts.ts'

/** More rights after the login: `enable`, `super`, `su - root`. */
export interface Become {
  readonly command: string
  readonly secret: Secret | undefined
}

export interface TelnetLoginParts {
  readonly output: Readable
  readonly input: Writable
  /** Empty: not known. */
  readonly account: string
  readonly password: Secret | undefined
  readonly become?: Become | undefined
  readonly tests: PromptTests
  readonly decode: (bytes: Buffer) => string
  readonly encode: (text: string) => Buffer
  readonly clock: Clock
  /** For all of it, ms. When it is over the person goes on. */
  readonly limit: number
}

/**
 * - `in`: a prompt was seen behind the password
 * - `unsure`: the person goes on by hand
 * - `refused`: the server said so
 * - `closed`: the server ended the connection
 */
export type TelnetOutcome = 'in' | 'unsure' | 'refused' | 'closed'

type Stage = 'start' | 'account-sent' | 'password-sent' | 'becoming' | 'secret-sent'

/** So long nothing new behind the password: what is there is looked at as it is. */
const QUIET_MS = 3000
/** So long nothing new behind a prompt before a command is sent to it. */
const SETTLED_MS = 300
/** More output than this is no login dialogue. */
const MOST_BYTES = 64 * 1024

const MASK = Buffer.from('***')

/**
 * Logs in to a telnet server by what it asks. Each secret is sent once at most; what is not understood is left to the
 * person, with all the server has said so far in front of `output` again, secrets in it made `***`.
 */
export class TelnetLogin {
  readonly #parts: TelnetLoginParts
  readonly #chunks: Buffer[] = []
  readonly #secrets: Buffer[] = []
  #bytes = 0
  /** What was said since the last answer. */
  #since = ''
  #stage: Stage = 'start'
  #returned = false
  #timer: Disposable | undefined
  #settle: (outcome: TelnetOutcome) => void = () => undefined

  constructor(parts: TelnetLoginParts) {
    this.#parts = parts
  }

  /** Rejects with the signal's reason; then nothing is put back. */
  async run(signal: AbortSignal): Promise<TelnetOutcome> {
    const { output, clock, limit } = this.#parts
    const over = new Promise<TelnetOutcome>((resolve) => {
      this.#settle = resolve
    })
    using _limit = clock.after(limit, () => this.#settle('unsure'))
    const onData = (bytes: Buffer): void => this.#heard(bytes)
    const onEnd = (): void => this.#settle(this.#refused() ? 'refused' : 'closed')
    const onAbort = (): void => this.#settle('unsure')
    output.on('data', onData).once('end', onEnd)
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
    try {
      const outcome = await over
      signal.throwIfAborted()
      return outcome
    } finally {
      this.#timer?.[Symbol.dispose]()
      signal.removeEventListener('abort', onAbort)
      output.off('data', onData).off('end', onEnd)
      output.pause()
      if (!signal.aborted) this.#putBack()
    }
  }

  #heard(bytes: Buffer): void {
    this.#chunks.push(bytes)
    this.#bytes += bytes.length
    this.#since += this.#parts.decode(bytes)
    this.#timer?.[Symbol.dispose]()
    this.#timer = undefined
    if (this.#bytes > MOST_BYTES) this.#settle('unsure')
    else this.#step(promptOf(this.#since, this.#parts.tests))
  }

  #step(prompt: Prompt): void {
    switch (this.#stage) {
      case 'start':
        this.#begin(prompt)
        break
      case 'account-sent':
        this.#afterAccount(prompt)
        break
      case 'password-sent':
        this.#judge(prompt)
        break
      case 'becoming':
        if (prompt === 'password') this.#sendBecomeSecret()
        else this.#after(QUIET_MS, () => this.#settle('in'))
        break
      case 'secret-sent':
        this.#after(prompt === 'ready' ? SETTLED_MS : QUIET_MS, () => this.#settle('in'))
        break
      default:
        unreachable(this.#stage)
    }
  }

  #begin(prompt: Prompt): void {
    const { account } = this.#parts
    if (prompt === 'password') this.#sendPassword()
    else if (prompt === 'account' && account === '') this.#settle('unsure')
    else if (prompt === 'account') {
      this.#stage = 'account-sent'
      this.#send(account)
    } else if (prompt === 'return' && !this.#returned) {
      this.#returned = true
      this.#send('')
    }
    // No login is asked for; a banner may end in such a character too, so it has to be the last word.
    else if (prompt === 'ready') this.#after(QUIET_MS, () => this.#ready())
  }

  /** A server that asks for the name again did not take it; one that asks for nothing more has let us in. */
  #afterAccount(prompt: Prompt): void {
    if (prompt === 'password') this.#sendPassword()
    else if (prompt === 'ready') this.#after(QUIET_MS, () => this.#ready())
    else if (prompt === 'account') this.#settle(this.#refused() ? 'refused' : 'unsure')
  }

  /** Words of a refusal alone are none: a message of the day has them too. */
  #judge(prompt: Prompt): void {
    if (prompt === 'account') this.#settle('refused')
    else if (prompt === 'password') this.#settle(this.#refused() ? 'refused' : 'unsure')
    else if (prompt === 'ready') this.#after(SETTLED_MS, () => this.#ready())
    else this.#after(QUIET_MS, () => this.#settle('unsure'))
  }

  #ready(): void {
    const { become } = this.#parts
    if (!become) {
      this.#settle('in')
      return
    }
    this.#stage = 'becoming'
    this.#send(become.command)
    this.#after(QUIET_MS, () => this.#settle('in'))
  }

  #sendPassword(): void {
    const { password } = this.#parts
    this.#stage = 'password-sent'
    if (password) this.#sendSecret(password)
    else this.#settle('unsure')
  }

  #sendBecomeSecret(): void {
    const secret = this.#parts.become?.secret
    this.#stage = 'secret-sent'
    if (secret) this.#sendSecret(secret)
    else this.#settle('in')
  }

  #sendSecret(secret: Secret): void {
    this.#secrets.push(this.#parts.encode(secret.reveal()))
    this.#send(secret.reveal())
    this.#after(QUIET_MS, () => this.#settle(this.#stage === 'secret-sent' ? 'in' : 'unsure'))
  }

  #send(text: string): void {
    this.#since = ''
    this.#parts.input.write(Buffer.concat([this.#parts.encode(text), Buffer.from('\r')]))
  }

  #after(ms: number, act: () => void): void {
    this.#timer?.[Symbol.dispose]()
    this.#timer = this.#parts.clock.after(ms, act)
  }

  #refused(): boolean {
    return this.#stage !== 'start' && saysRefused(this.#since)
  }

  #putBack(): void {
    const said = this.#secrets.reduce(masked, Buffer.concat(this.#chunks))
    if (said.length > 0 && !this.#parts.output.readableEnded) this.#parts.output.unshift(said)
  }
}

/** A server that echoes a secret shows it to nobody. */
function masked(text: Buffer, secret: Buffer): Buffer {
  const parts: Buffer[] = []
  let from = 0
  for (let at = text.indexOf(secret); at >= 0 && secret.length > 0; at = text.indexOf(secret, from)) {
    parts.push(text.subarray(from, at), MASK)
    from = at + secret.length
  }
  return Buffer.concat([...parts, text.subarray(from)])
}
