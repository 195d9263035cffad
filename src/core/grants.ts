import { Secret } from '../base/secret.ts'
import { type CoreAnswer, parseBody, refusal } from './answer.ts'
import { readCommandRules } from './command-rules.ts'
import { CoreError } from './core-error.ts'
import { gatewaysOf } from './gateways.ts'
import type { CommandRule, Credentials, Permission, Prepared, Target, User } from './model.ts'
import type { PermsPath } from './perms-path.ts'
import type { AccessKey } from './sign.ts'
import type { Core } from './transport.ts'
import { AuthInfoWire, VerdictWire } from './wire.ts'

export interface GrantsParts {
  core: Core
  key: AccessKey
  perms: PermsPath
}

/** What a user may do on a target, and what is needed to do it. Asked each time, nothing is kept. */
export class Grants {
  readonly #parts: GrantsParts

  constructor(parts: GrantsParts) {
    this.#parts = parts
  }

  /** Permission, secrets and rules, asked at once; no part of it is enough. Throws CoreError, CORE_DENIED for core's no. */
  async prepare(user: User, target: Target, signal?: AbortSignal): Promise<Prepared> {
    const cancel = new AbortController()
    const both = signal ? AbortSignal.any([signal, cancel.signal]) : cancel.signal
    const credentials = this.#credentials(target, both)
    const rules = this.#rules(target, both)
    const gateways = gatewaysOf(this.#parts, target.asset, both)
    // The verdict is looked at first; a rejection of the others before that is not unhandled.
    const rest = Promise.allSettled([credentials, rules, gateways])
    try {
      const verdict = await this.#verdict({ user, target, action: 'connect', retries: 2 }, both)
      if (verdict !== 'granted') throw denied(target)
      return { target, credentials: await credentials, rules: await rules, gateways: await gateways }
    } finally {
      cancel.abort()
      await rest
    }
  }

  /** Core's yes or no; `unknown` for every failure. Never throws. */
  async permission(user: User, target: Target, action: string, signal?: AbortSignal): Promise<Permission> {
    try {
      return await this.#verdict({ user, target, action, retries: 0 }, signal)
    } catch {
      return 'unknown'
    }
  }

  /** GET …/asset-permissions/user/validate/, without `cache_policy`: a fresh verdict. */
  async #verdict(
    { user, target, action, retries }: Question,
    signal?: AbortSignal,
  ): Promise<'granted' | 'denied'> {
    const { core, key, perms } = this.#parts
    const query = {
      user_id: user.id,
      asset_id: target.asset.id,
      system_user_id: target.systemUser.id,
      action_name: action,
    }
    const answer = await perms.ask('asset-permissions', '/user/validate/', (path) =>
      core.send(
        { step: 'ask permission', method: 'GET', path, query, auth: { kind: 'key', key }, retries },
        signal,
      ),
    )
    return verdictOf(answer)
  }

  /** GET /api/assets/v1/system-user/<id>/asset/<id>/auth-info/: the asset's own values win over the general ones. */
  async #credentials({ asset, systemUser }: Target, signal: AbortSignal): Promise<Credentials> {
    const path =
      `/api/assets/v1/system-user/${encodeURIComponent(systemUser.id)}/asset/${encodeURIComponent(asset.id)}/auth-info/` as const
    const { username, password, private_key } = parseBody(
      AuthInfoWire,
      await this.#get('fetch credentials', path, signal),
    )
    return {
      username: username || systemUser.username,
      password: password ? new Secret(password) : undefined,
      privateKey: private_key ? new Secret(private_key) : undefined,
    }
  }

  /** GET /api/assets/v1/system-user/<id>/cmd-filter-rules/. One rule that is not understood refuses the connection. */
  async #rules({ systemUser }: Target, signal: AbortSignal): Promise<readonly CommandRule[]> {
    const path = `/api/assets/v1/system-user/${encodeURIComponent(systemUser.id)}/cmd-filter-rules/` as const
    const answer = await this.#get('fetch command rules', path, signal)
    return readCommandRules(answer)
  }

  async #get(step: string, path: `/${string}/`, signal: AbortSignal): Promise<CoreAnswer> {
    const { core, key } = this.#parts
    const answer = await core.send(
      { step, method: 'GET', path, auth: { kind: 'key', key }, retries: 2 },
      signal,
    )
    if (answer.status !== 200) throw refusal(answer)
    return answer
  }
}

interface Question {
  user: User
  target: Target
  action: string
  retries: number
}

/** 200 true; 403 `{"msg": false}`, or an object core does not know (404 up to 1.5.1), is its no. */
export function verdictOf(answer: CoreAnswer): 'granted' | 'denied' {
  const isVerdict =
    (answer.status === 200 || answer.status === 403) && VerdictWire.safeParse(answer.body).success
  if (isVerdict) return answer.status === 200 && parseBody(VerdictWire, answer).msg ? 'granted' : 'denied'
  if (answer.status === 404 && answer.knownUrl) return 'denied'
  throw refusal(answer)
}

export const denied = ({ asset, systemUser }: Target): CoreError =>
  new CoreError('CORE_DENIED', 'refused', {
    step: 'ask permission',
    message: 'core does not grant this connection',
    next: 'look at the asset permissions in Jumpserver',
    facts: { asset: asset.hostname, account: systemUser.name },
  })
