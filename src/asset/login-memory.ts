import type { Clock } from '../base/clock.ts'
import type { TypedLogin } from './ssh-auth.ts'

/** Who typed it, and for what. */
export interface LoginKey {
  readonly userId: string
  readonly assetId: string
  readonly systemUserId: string
}

/** Logins remembered at once, on this node. */
const MOST = 10_000

interface Remembered {
  readonly login: TypedLogin
  /** ms of the monotonic clock. */
  readonly until: number
}

/** Names and passwords that people typed and that were right, in memory only, for the person who typed them. */
export class LoginMemory {
  readonly #clock: Clock
  readonly #logins = new Map<string, Remembered>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  recall(key: LoginKey): TypedLogin | undefined {
    const found = this.#logins.get(textOf(key))
    if (found && found.until > this.#clock.monotonic()) return found.login
    this.forget(key)
    return undefined
  }

  keep(key: LoginKey, login: TypedLogin, minutes: number): void {
    this.forget(key)
    if (minutes <= 0) return
    this.#logins.set(textOf(key), { login, until: this.#clock.monotonic() + minutes * 60_000 })
    const [oldest] = this.#logins.keys()
    if (this.#logins.size > MOST && oldest !== undefined) this.#logins.delete(oldest)
  }

  forget(key: LoginKey): void {
    this.#logins.delete(textOf(key))
  }
}

const textOf = ({ userId, assetId, systemUserId }: LoginKey): string =>
  [userId, assetId, systemUserId].join('\n')
