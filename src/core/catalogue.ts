import { LRUCache } from 'lru-cache'
import type { z } from 'zod'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../log.ts'
import { type CoreAnswer, parseBody, refusal } from './answer.ts'
import type { Asset, SystemUser, User } from './model.ts'
import type { PermsPath } from './perms-path.ts'
import type { AccessKey } from './sign.ts'
import type { Core } from './transport.ts'
import { AssetWire, ListWire, SystemUserWire } from './wire.ts'

export interface CatalogueParts {
  core: Core
  key: AccessKey
  clock: Clock
  log: Log
  perms: PermsPath
}

const KEEP_MS = 5 * 60_000
/** Assets kept, of all users together. */
const MOST_KEPT = 200_000
const PAGE = 1000
const MOST_PAGES = 500

/** The assets of each user, kept for 5 minutes. Never shared among users; never a proof of permission. */
export class Catalogue {
  readonly #parts: CatalogueParts
  readonly #kept: LRUCache<string, readonly Asset[]>

  constructor(parts: CatalogueParts) {
    this.#parts = parts
    this.#kept = new LRUCache({
      max: 10_000,
      maxSize: MOST_KEPT,
      sizeCalculation: (assets) => assets.length + 1,
      ttl: KEEP_MS,
      ttlResolution: 0,
      perf: { now: () => parts.clock.monotonic() + 1 },
    })
  }

  /** GET /api/perms/v1/users/<id>/assets/. `fresh` makes core rebuild what it keeps, for all users: on request only. */
  async assets(
    user: User,
    { fresh = false, signal }: { fresh?: boolean; signal?: AbortSignal } = {},
  ): Promise<readonly Asset[]> {
    const kept = fresh ? undefined : this.#kept.get(user.id)
    if (kept) return kept
    const items = await this.#all(user, fresh, signal)
    const assets = items.flatMap((item) => toAsset(item))
    if (assets.length < items.length)
      this.#parts.log.info(
        { user: user.username, left: items.length - assets.length },
        'assets left out: inactive or not understood',
      )
    this.#kept.set(user.id, assets)
    return assets
  }

  /** The whole list; where core gives a page of it though none was asked for, the pages. */
  async #all(user: User, fresh: boolean, signal: AbortSignal | undefined): Promise<unknown[]> {
    const first = await this.#list(user, { cache_policy: fresh ? 2 : 1 }, signal)
    const items = [...first.items]
    for (let page = 0; items.length < first.count && page < MOST_PAGES; page += 1) {
      const next = await this.#list(user, { cache_policy: 1, limit: PAGE, offset: items.length }, signal)
      if (next.items.length === 0) break
      items.push(...next.items)
    }
    return items
  }

  async #list(
    user: User,
    query: Record<string, number>,
    signal: AbortSignal | undefined,
  ): Promise<z.output<typeof ListWire>> {
    const { core, key, perms } = this.#parts
    const answer: CoreAnswer = await perms.ask('users', `/${encodeURIComponent(user.id)}/assets/`, (path) =>
      core.send(
        {
          step: 'list assets',
          method: 'GET',
          path,
          query,
          auth: { kind: 'key', key },
          long: true,
          retries: 2,
        },
        signal,
      ),
    )
    if (answer.status !== 200) throw refusal(answer)
    return parseBody(ListWire, answer)
  }
}

function toAsset(item: unknown): Asset[] {
  const parsed = AssetWire.safeParse(item)
  if (!parsed.success || parsed.data.is_active === false) return []
  const wire = parsed.data
  const asset: Asset = {
    id: wire.id,
    hostname: wire.hostname,
    ip: wire.ip,
    protocols: protocolsOf(wire),
    platform: wire.platform,
    comment: wire.comment,
    domain: wire.domain,
    orgId: wire.org_id,
    orgName: wire.org_name,
    systemUsers: wire.system_users_granted.flatMap(toSystemUser),
  }
  return [asset]
}

function protocolsOf({ protocols, protocol, port }: z.output<typeof AssetWire>): Asset['protocols'] {
  const all = protocols ?? (protocol && port ? [`${protocol}/${port}`] : [])
  return all.flatMap((text) => {
    const [, name, digits] = /^(\w+)\/(\d{1,5})$/.exec(text) ?? []
    const number = Number(digits)
    return name !== undefined && number > 0 && number < 65_536 ? [{ name, port: number }] : []
  })
}

function toSystemUser(item: unknown): SystemUser[] {
  const parsed = SystemUserWire.safeParse(item)
  if (!parsed.success) return []
  const { login_mode, ...rest } = parsed.data
  return [{ ...rest, loginMode: login_mode === 'manual' ? 'manual' : 'auto' }]
}
