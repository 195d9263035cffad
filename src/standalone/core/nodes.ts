import type { Clock } from '../../base/clock.ts'
import type { InventorySource } from '../inventory.ts'
import { grantedAssetReply, selected } from './catalogue.ts'
import { grantedAssets } from './grants.ts'
import { type GrantedNode, nodeTree } from './node-tree.ts'
import { type Call, listReply, NOT_FOUND, type Reply, type Resource } from './resource.ts'

interface World {
  readonly inventory: InventorySource
  readonly clock: Clock
}

/** What core tells instead of an empty list. */
const NOTHING: GrantedNode = {
  id: '00000000-0000-0000-0000-000000000003',
  key: '1:-2',
  name: 'empty',
  direct: [],
  all: [],
}
const UNGROUPED = '00000000-0000-0000-0000-000000000002'

const nodeReply = ({ id, key, name, all }: GrantedNode) => ({
  id,
  key,
  value: name,
  name,
  assets_amount: all.length,
  org_id: '',
})

/** The tree of groups as a user sees it: nodes with granted assets in them or below, and what is in each. */
export function nodeResources(world: World): readonly Resource[] {
  const user = '/api/perms/v1/users/:user/'
  const get = (path: string, answer: (call: Call, tree: readonly GrantedNode[]) => Reply): Resource => ({
    path: `${user}${path}`,
    access: 'terminal',
    methods: { GET: (call) => withTree(world, call, answer) },
  })
  return [
    get('nodes/', (call, tree) =>
      listReply(call, visible(tree), (node) => ({ ...nodeReply(node), org_name: 'DEFAULT' })),
    ),
    get('nodes-assets/', (call, tree) =>
      listReply(call, visible(tree), (node) => ({
        ...nodeReply(node),
        assets_granted: selected(node.direct, call.query).map(grantedAssetReply),
      })),
    ),
    get('nodes/:node/assets/', nodeAssets),
  ]
}

function withTree(
  { inventory, clock }: World,
  call: Call,
  answer: (call: Call, tree: readonly GrantedNode[]) => Reply,
): Reply {
  const { current } = inventory
  const user = call.params['user'] ?? ''
  if (!current.users.has(user)) return NOT_FOUND
  return answer(call, nodeTree(current.assets.values(), grantedAssets(current, user, clock.now())))
}

function visible(tree: readonly GrantedNode[]): readonly GrantedNode[] {
  const nodes = tree.filter(({ all }) => all.length > 0)
  return nodes.length === 0 ? [NOTHING] : nodes
}

/** With `all=1` what is below it, too. */
function nodeAssets(call: Call, tree: readonly GrantedNode[]): Reply {
  const id = call.params['node'] ?? ''
  const node = tree.find((one) => one.id === id)
  if (!node && id !== NOTHING.id && id !== UNGROUPED) return NOT_FOUND
  const assets = (call.query.get('all') === '1' ? node?.all : node?.direct) ?? []
  return listReply(call, selected(assets, call.query), grantedAssetReply)
}
