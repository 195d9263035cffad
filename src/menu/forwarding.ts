import type { IncomingConnection, Listening } from '../asset/connection.ts'
import type { Endpoint } from '../asset/destination.ts'
import type { Clock } from '../base/clock.ts'
import { Fault } from '../base/fault.ts'
import type { AppService } from '../core/app-service.ts'
import type { Target } from '../core/model.ts'
import type { Log } from '../log.ts'
import {
  type ForwardingRules,
  type ForwardVerdict,
  judgeForward,
  judgeJump,
  judgeListen,
} from '../policy/forwarding.ts'
import type { Principal } from '../session/principal.ts'
import type { SessionRequest, SessionService } from '../session/session.ts'
import { type Forwarded, Tunnel } from '../session/tunnel.ts'
import { offeredAccounts } from './accounts.ts'
import { type DirectLogin, resolveDirect } from './direct.ts'
import { exactly } from './search.ts'

export interface ForwardingDeps {
  readonly core: Pick<AppService, 'assets'>
  readonly sessions: Pick<SessionService, 'open' | 'throttle'>
  /** What is set for a target now. */
  readonly rules: (target: Target) => ForwardingRules
  /** A way to the asset's login port that does not log in. */
  readonly jump: SessionRequest['connect']
  readonly clock: Clock
  readonly log: Log
}

/** One connection of a person, and where their user name points to. */
export interface ForwardingLogin {
  readonly principal: Principal
  readonly direct: DirectLogin | undefined
  /** Fires when the connection is gone. */
  readonly gone: AbortSignal
}

export type ForwardErrorCode =
  | 'FORWARD_NO_RULE'
  | 'FORWARD_OTHER_USERS'
  | 'FORWARD_PLACE'
  | 'FORWARD_LISTEN'
  /** A plain login reaches login ports of granted assets at most. */
  | 'FORWARD_JUMP'

export class ForwardError extends Fault<ForwardErrorCode> {
  override readonly name = 'ForwardError'
}

/**
 * What one login may forward. With a direct login the asset connects or listens, by its rules; with a plain one the
 * bastion connects to the login port of a granted asset, where that is allowed. Each place is judged when it is asked
 * for (`-D` cannot be told from `-L`), and what was opened belongs to a session of its own.
 */
export class Forwarding {
  readonly #deps: ForwardingDeps
  readonly #login: ForwardingLogin
  readonly #tunnels = new Map<string, Tunnel>()
  #target: Promise<Target> | undefined

  constructor(deps: ForwardingDeps, login: ForwardingLogin) {
    this.#deps = deps
    this.#login = login
  }

  async forward(to: Endpoint, from: Endpoint): Promise<Forwarded> {
    if (!this.#login.direct) return await this.#jump(to, from)
    const target = await this.#directTarget(this.#login.direct)
    this.#insist(judgeForward(this.#deps.rules(target), this.#question(target, to)), target, to)
    return await this.#tunnel(target).forward(to, from)
  }

  async listen(
    at: Endpoint,
    onConnection: (incoming: IncomingConnection, accept: () => Forwarded) => void,
  ): Promise<Listening> {
    const { direct } = this.#login
    if (!direct) throw refusal('FORWARD_JUMP', { place: shown(at), user: this.#username })
    const target = await this.#directTarget(direct)
    const verdict = judgeListen(this.#deps.rules(target), this.#question(target, at))
    this.#insist(verdict, target, at, 'FORWARD_LISTEN')
    return await this.#tunnel(target).listen(at, onConnection)
  }

  /** Whatever stands in the way is told alike: it is nobody's business which assets there are. */
  async #jump(to: Endpoint, from: Endpoint): Promise<Forwarded> {
    const { core, rules } = this.#deps
    const found = await exactly(await core.assets(this.#user, this.#options), to.host)
    const [asset] = found
    const [systemUser] = asset ? offeredAccounts(asset) : []
    const target = asset && systemUser && found.length === 1 ? { asset, systemUser } : undefined
    const verdict = target && judgeJump(rules(target), this.#question(target, to))
    if (!target || verdict !== 'allowed') {
      throw refusal('FORWARD_JUMP', { place: shown(to), user: this.#username })
    }
    return await this.#tunnel(target, { place: shown(to) }).forward(to, from)
  }

  #insist(
    verdict: ForwardVerdict,
    { asset }: Target,
    place: Endpoint,
    uncovered: ForwardErrorCode = 'FORWARD_PLACE',
  ): void {
    if (verdict === 'allowed') return
    const code = { none: 'FORWARD_NO_RULE', user: 'FORWARD_OTHER_USERS', place: uncovered } as const
    throw refusal(code[verdict], { asset: asset.hostname, place: shown(place), user: this.#username })
  }

  #directTarget(login: DirectLogin): Promise<Target> {
    this.#target ??= this.#resolve(login).catch((error: unknown) => {
      this.#target = undefined
      throw error
    })
    return this.#target
  }

  async #resolve(login: DirectLogin): Promise<Target> {
    const assets = await this.#deps.core.assets(this.#user, this.#options)
    const target = await resolveDirect({ login, username: this.#username, assets })
    if (!target) throw new Error('nobody was asked, and yet there is no target')
    return target
  }

  /** One session for each target, however many connections. */
  #tunnel(target: Target, jump?: { place: string }): Tunnel {
    const key = `${target.asset.id} ${target.systemUser.id}`
    const { sessions, clock, log, jump: connect } = this.#deps
    const { principal, gone } = this.#login
    const name = jump
      ? `(jump to ${jump.place}: encrypted end to end, not recorded)`
      : '(forwarded connections)'
    const made =
      this.#tunnels.get(key) ??
      new Tunnel({ sessions, principal, target, name, gone, clock, log, ...(jump && { connect }) })
    this.#tunnels.set(key, made)
    return made
  }

  #question({ asset }: Target, { host, port }: Endpoint) {
    return { username: this.#username, asset, host, port }
  }

  get #user() {
    return this.#login.principal.user
  }

  get #username(): string {
    return this.#user.username
  }

  get #options(): { signal: AbortSignal } {
    return { signal: this.#login.gone }
  }
}

const shown = ({ host, port }: Endpoint): string => `${host}:${port}`

const refusal = (code: ForwardErrorCode, facts: Readonly<Record<string, string>>): ForwardError =>
  new ForwardError(code, {
    step: 'forward',
    message: `${facts['place']} may not be forwarded for ${facts['user']} (${code})`,
    next: 'An administrator can allow it with the options forward, remote_forward, forward_users, allow_unrecorded_jump.',
    facts,
  })
