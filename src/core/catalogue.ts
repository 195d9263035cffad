import { unusable } from './answer.ts'
import { CoreError } from './core-error.ts'
import { GrantedLists, type GrantedListsParts } from './granted-lists.ts'
import type { Asset, Node, Target, User } from './model.ts'
import { byKey, isWithin, type NodeAssets } from './node-reader.ts'

export interface TargetIds {
  readonly assetId: string
  readonly systemUserId: string
}

/** What each user was granted, to be shown: assets and the nodes they are in. Never a proof of permission. */
export class Catalogue {
  readonly #parts: GrantedListsParts
  readonly #lists: GrantedLists

  constructor(parts: GrantedListsParts) {
    this.#parts = parts
    this.#lists = new GrantedLists(parts)
  }

  /** GET /api/perms/v1/users/<id>/assets/. `fresh` makes core rebuild what it keeps, for all users: on request only. */
  async assets(
    user: User,
    options: { fresh?: boolean; signal?: AbortSignal } = {},
  ): Promise<readonly Asset[]> {
    const read = await this.#lists.read(user, { path: '/assets/', of: 'assets' }, options)
    return read?.assets ?? unknownAddress('list assets')
  }

  /** GET …/users/<id>/assets/?id=: one asset with one of its accounts, if the user was granted both. */
  async target(user: User, ids: TargetIds, signal?: AbortSignal): Promise<Target | undefined> {
    const query = { id: ids.assetId }
    const read = await this.#lists.read(user, { path: '/assets/', of: 'assets', query }, { signal })
    const asset = read?.assets.find(({ id }) => id === ids.assetId)
    const systemUser = asset?.systemUsers.find(({ id }) => id === ids.systemUserId)
    return asset && systemUser && { asset, systemUser }
  }

  /** GET …/users/<id>/nodes/; where core has no such list, the nodes of …/nodes-assets/. */
  async nodes(user: User, signal?: AbortSignal): Promise<readonly Node[]> {
    const read = await this.#lists.read(user, { path: '/nodes/', of: 'nodes' }, { signal })
    const nodes = read?.nodes ?? (await this.#nodesAssets(user, signal))
    return nodes.map(({ node }) => node).sort(byKey)
  }

  /** GET …/users/<id>/nodes/<node>/assets/?all=1. Before 1.5.2 core leaves out what is below: …/nodes-assets/ has it. */
  async nodeAssets(user: User, nodeId: string, signal?: AbortSignal): Promise<readonly Asset[]> {
    if (!this.#parts.perms.isOlder('users')) {
      const path = `/nodes/${encodeURIComponent(nodeId)}/assets/` as const
      const read = await this.#lists.read(user, { path, of: 'assets', query: { all: 1 } }, { signal })
      if (!this.#parts.perms.isOlder('users')) return read?.assets ?? unknownAddress('list assets of a node')
    }
    const all = await this.#nodesAssets(user, signal)
    const top = all.find(({ node }) => node.id === nodeId)
    if (!top) throw unknownNode(nodeId)
    const below = all.filter(({ node }) => isWithin(node, top.node)).flatMap(({ assets }) => assets)
    return [...new Map(below.map((asset) => [asset.id, asset])).values()]
  }

  async #nodesAssets(user: User, signal: AbortSignal | undefined): Promise<readonly NodeAssets[]> {
    const read = await this.#lists.read(user, { path: '/nodes-assets/', of: 'nodes' }, { signal })
    return read?.nodes ?? unknownAddress('list nodes')
  }
}

function unknownAddress(step: string): never {
  throw unusable(step, { status: 404, message: 'core does not know this address' })
}

const unknownNode = (nodeId: string): CoreError =>
  new CoreError('CORE_MISSING', 'missing', {
    step: 'list assets of a node',
    message: `core granted no node ${nodeId}`,
    next: 'nothing: it was deleted in core, or is granted no longer',
  })
