import { Secret } from '../../base/secret.ts'
import { type CoreAnswer, parseBody, refusal } from '../answer.ts'
import { denied, verdictOf } from '../grants.ts'
import type { Credentials, Permission, Prepared, Target, User } from '../model.ts'
import type { AccessKey } from '../sign.ts'
import type { Core } from '../transport.ts'
import { AuthInfoWire } from '../wire.ts'

/** Permission and secrets of core 0.4. It has no command rules, no gateways, and no rights below "connect". */
export class Grants04 {
  readonly #core: Core
  readonly #key: AccessKey

  constructor({ core, key }: { core: Core; key: AccessKey }) {
    this.#core = core
    this.#key = key
  }

  /** Throws CoreError, CORE_DENIED for core's no. Secrets are asked for only after its yes. */
  async prepare(user: User, target: Target, signal?: AbortSignal): Promise<Prepared> {
    if ((await this.#verdict({ user, target, retries: 2 }, signal)) !== 'granted') throw denied(target)
    const credentials = await this.#credentials(target, signal)
    return { target, credentials, rules: [], gateways: [] }
  }

  /** Never throws; `unknown` for every failure. */
  async permission(user: User, target: Target, signal?: AbortSignal): Promise<Permission> {
    try {
      return await this.#verdict({ user, target, retries: 0 }, signal)
    } catch {
      return 'unknown'
    }
  }

  /** GET /api/perms/v1/asset-permission/user/validate/. */
  async #verdict(
    { user, target, retries }: { user: User; target: Target; retries: number },
    signal?: AbortSignal,
  ): Promise<'granted' | 'denied'> {
    const { asset, systemUser } = target
    const path = '/api/perms/v1/asset-permission/user/validate/'
    const query = { user_id: user.id, asset_id: asset.id, system_user_id: systemUser.id }
    const auth = { kind: 'key', key: this.#key } as const
    const request = { step: 'ask permission', method: 'GET', path, query, auth, retries } as const
    return verdictOf(await this.#core.send(request, signal))
  }

  /** GET /api/assets/v1/system-user/<id>/auth-info/. */
  async #credentials({ systemUser }: Target, signal?: AbortSignal): Promise<Credentials> {
    const { username, password, private_key } = parseBody(
      AuthInfoWire,
      await this.#authInfo(systemUser.id, signal),
    )
    return {
      username: username || systemUser.username,
      password: password ? new Secret(password) : undefined,
      privateKey: private_key ? new Secret(private_key) : undefined,
    }
  }

  async #authInfo(id: string, signal?: AbortSignal): Promise<CoreAnswer> {
    const answer = await this.#core.send(
      {
        step: 'fetch credentials',
        method: 'GET',
        path: `/api/assets/v1/system-user/${encodeURIComponent(id)}/auth-info/`,
        auth: { kind: 'key', key: this.#key },
        retries: 2,
      },
      signal,
    )
    if (answer.status !== 200) throw refusal(answer)
    return answer
  }
}
