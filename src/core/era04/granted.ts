import type { Clock } from '../../base/clock.ts'
import { type CoreAnswer, parseBody, refusal } from '../answer.ts'
import { AssetReader, bytesOfAsset } from '../asset-reader.ts'
import type { TargetIds } from '../catalogue.ts'
import { ListCache } from '../list-cache.ts'
import type { Asset, Node, Target, User } from '../model.ts'
import type { Core } from '../transport.ts'
import { ListWire } from '../wire.ts'
import type { UserTokens } from './user-tokens.ts'
import { AssetWire, GroupWire, SystemUserWire } from './wire.ts'

export interface GrantedParts {
  core: Core
  clock: Clock
  tokens: UserTokens
}

type Path = `/${string}/`

const MY = '/api/perms/v1/user/my'
const KEEP_MS = 5 * 60_000

/** What a user was granted, asked with their own token: assets, and groups as nodes that all stand side by side. */
export class Granted {
  readonly #parts: GrantedParts
  readonly #reader = new AssetReader()
  readonly #cache = new ListCache<{ assets: readonly Asset[]; at: number }>()

  constructor(parts: GrantedParts) {
    this.#parts = parts
  }

  /** GET /api/perms/v1/user/my/assets/; some releases have /api/perms/v1/user/assets/ instead. Kept for 5 minutes. */
  async assets(
    user: User,
    { fresh = false, signal }: { fresh?: boolean; signal?: AbortSignal | undefined } = {},
  ): Promise<readonly Asset[]> {
    const now = this.#parts.clock.monotonic()
    const kept = fresh ? undefined : this.#cache.get(user.id, '')
    this.#parts.tokens.seen(user)
    if (kept && now - kept.at < KEEP_MS) return kept.assets
    const paths: readonly Path[] = [`${MY}/assets/`, '/api/perms/v1/user/assets/']
    const assets = await this.#assetsAt(user, paths, signal)
    const bytes = assets.reduce((sum, asset) => sum + bytesOfAsset(asset), 200)
    this.#cache.set(user.id, '', { value: { assets, at: now }, bytes })
    return assets
  }

  async target(user: User, ids: TargetIds, signal?: AbortSignal): Promise<Target | undefined> {
    const assets = await this.assets(user, { signal })
    const asset = assets.find(({ id }) => id === ids.assetId)
    const systemUser = asset?.systemUsers.find(({ id }) => id === ids.systemUserId)
    return asset && systemUser && { asset, systemUser }
  }

  /** GET …/my/asset-groups/; where core has no such list, that with the assets in it. */
  async nodes(user: User, signal?: AbortSignal): Promise<readonly Node[]> {
    const paths: readonly Path[] = [`${MY}/asset-groups/`, `${MY}/asset-groups-assets/`]
    const answer = await this.#ask(user, { step: 'list groups', paths, each: toNode }, signal)
    return itemsIn(answer).filter(isNode)
  }

  /** GET …/my/asset-group/<id>/assets/. Throws `missing` for a group core does not know. */
  nodeAssets(user: User, groupId: string, signal?: AbortSignal): Promise<readonly Asset[]> {
    return this.#assetsAt(user, [`${MY}/asset-group/${encodeURIComponent(groupId)}/assets/`], signal)
  }

  async #assetsAt(user: User, paths: readonly Path[], signal?: AbortSignal): Promise<readonly Asset[]> {
    const reader = this.#reader
    const each = (item: unknown): Asset | undefined => reader.read(asLater(item))
    return itemsIn(await this.#ask(user, { step: 'list assets', paths, each }, signal)).filter(isAsset)
  }

  /** The first of these addresses that core knows. */
  #ask(
    user: User,
    { step, paths, each }: { step: string; paths: readonly Path[]; each: (item: unknown) => unknown },
    signal: AbortSignal | undefined,
  ): Promise<CoreAnswer> {
    const { core, tokens } = this.#parts
    return tokens.as(user, step, async (auth) => {
      const [first, ...others] = paths
      if (first === undefined) throw new Error('no address')
      const send = (path: Path) =>
        core.send({ step, method: 'GET', path, auth, long: true, each, retries: 2 }, signal)
      let answer = await send(first)
      for (const path of others) if (answer.status === 404 && !answer.knownUrl) answer = await send(path)
      return answer
    })
  }
}

function itemsIn(answer: CoreAnswer): readonly unknown[] {
  if (answer.status !== 200) throw refusal(answer)
  return Array.isArray(answer.body) ? answer.body : parseBody(ListWire, answer).items
}

/** An asset as later cores send it: ids as text, its protocol beside the port. */
function asLater(item: unknown): unknown {
  const parsed = AssetWire.safeParse(item)
  if (!parsed.success) return undefined
  const { system_users_granted, system_users, ...rest } = parsed.data
  const accounts = (system_users_granted ?? system_users ?? []).flatMap((account) => {
    const read = SystemUserWire.safeParse(account)
    return read.success ? [read.data] : []
  })
  return { protocol: 'ssh', ...rest, domain: null, system_users_granted: accounts }
}

/** A group has no place in a tree: each is a root of its own, in core's order. */
function toNode(item: unknown): Node | undefined {
  const parsed = GroupWire.safeParse(item)
  if (!parsed.success) return undefined
  const { id, name, assets_amount: assetsAmount } = parsed.data
  const number = Number(id)
  return { id, key: [Number.isInteger(number) ? number : 0], name, assetsAmount, orgId: '', orgName: '' }
}

// Items of a list are what `each` made of them.
const isAsset = (item: unknown): item is Asset =>
  typeof item === 'object' && item !== null && 'systemUsers' in item
const isNode = (item: unknown): item is Node => typeof item === 'object' && item !== null && 'key' in item
