import type { Clock } from '../base/clock.ts'
import { Secret } from '../base/secret.ts'
import { hasField, parseBody, refusal } from './answer.ts'
import { toUser } from './login.ts'
import type { ConnectionLink, User, WebCookies } from './model.ts'
import type { AccessKey } from './sign.ts'
import type { Core } from './transport.ts'
import { ConnectionTokenWire, UserWire } from './wire.ts'

// What Django makes of them; anything else could carry a header of its own.
const COOKIE = /^[\w.:+/=-]{1,512}$/
const TOKEN = /^[\w-]{8,128}$/
/** Core forgets a token after 20 s. */
const REMEMBER_MS = 10 * 60_000

/** Who a browser speaks for: by the cookies of Jumpserver's own web pages, or by a link to a terminal. */
export class WebLogins {
  readonly #core: Core
  readonly #auth: { readonly kind: 'key'; readonly key: AccessKey }
  readonly #clock: Clock
  /** Tokens that were taken or are being asked for, and when, on the monotonic clock. Oldest first. */
  readonly #taken = new Map<string, number>()

  constructor({ core, key, clock }: { core: Core; key: AccessKey; clock: Clock }) {
    this.#core = core
    this.#auth = { kind: 'key', key }
    this.#clock = clock
  }

  /** GET /api/users/v1/profile/ with the cookies. Undefined: nobody is logged in there, or not a person any more. */
  async byCookie({ sessionid, csrftoken }: WebCookies, signal?: AbortSignal): Promise<User | undefined> {
    if (!COOKIE.test(sessionid) || !COOKIE.test(csrftoken)) return undefined
    const cookie = new Secret(`csrftoken=${csrftoken};sessionid=${sessionid}`)
    const answer = await this.#core.send(
      {
        step: 'look up web login',
        method: 'GET',
        path: '/api/users/v1/profile/',
        auth: { kind: 'cookie', cookie },
        retries: 2,
      },
      signal,
    )
    if (answer.status === 401 || (answer.status === 403 && hasField(answer.body, 'detail'))) return undefined
    if (answer.status !== 200) throw refusal(answer)
    return personOf(parseBody(UserWire, answer))
  }

  /**
   * GET /api/authentication/v1/connection-token/. Undefined: unknown, too old, or used before. Core gives a token out
   * as often as it is asked, so that it counts once is seen to here; no answer of core does not use it up.
   */
  async byToken(token: string, signal?: AbortSignal): Promise<ConnectionLink | undefined> {
    this.#forget()
    if (!TOKEN.test(token) || this.#taken.has(token)) return undefined
    this.#taken.set(token, this.#clock.monotonic())
    let link: ConnectionLink | undefined
    try {
      link = await this.#read(token, signal)
      return link
    } finally {
      if (!link) this.#taken.delete(token)
    }
  }

  async #read(token: string, signal?: AbortSignal): Promise<ConnectionLink | undefined> {
    const answer = await this.#core.send(
      {
        step: 'read connection token',
        method: 'GET',
        path: '/api/authentication/v1/connection-token/',
        query: { token },
        auth: this.#auth,
        retries: 2,
      },
      signal,
    )
    if (answer.status === 404 && answer.knownUrl) return undefined
    if (answer.status !== 200) throw refusal(answer)
    const { user: id, asset, system_user } = parseBody(ConnectionTokenWire, answer)
    const user = await this.#person(id, signal)
    return user && { user, assetId: asset, systemUserId: system_user }
  }

  /** GET /api/users/v1/users/<id>/. */
  async #person(id: string, signal?: AbortSignal): Promise<User | undefined> {
    const path = `/api/users/v1/users/${encodeURIComponent(id)}/` as const
    const answer = await this.#core.send(
      { step: 'look up user', method: 'GET', path, auth: this.#auth, retries: 2 },
      signal,
    )
    if (answer.status === 404 && answer.knownUrl) return undefined
    if (answer.status !== 200) throw refusal(answer)
    return personOf(parseBody(UserWire, answer))
  }

  #forget(): void {
    for (const [token, at] of this.#taken) {
      if (this.#clock.monotonic() - at < REMEMBER_MS) return
      this.#taken.delete(token)
    }
  }
}

type Profile = Parameters<typeof toUser>[0]

/** A bastion's own account, or one that is disabled or expired, is nobody here. */
const personOf = (profile: Profile): User | undefined =>
  profile.role === 'App' || profile.is_valid === false ? undefined : toUser(profile)
