import type { Clock } from '../../base/clock.ts'
import { formatTime } from '../../core/wire-time.ts'
import type { InventoryAccount, InventoryAsset, InventoryRule, InventorySource } from '../inventory.ts'
import { type GrantedAccount, type GrantedAsset, grantedActions, grantedAssets } from './grants.ts'
import { nodesOf } from './node-tree.ts'
import { type Call, listReply, NOT_FOUND, type Reply, type Resource } from './resource.ts'
import { filterOf, ruleReply, rulesOf } from './rules.ts'

interface World {
  readonly inventory: InventorySource
  readonly clock: Clock
}

const protocolsOf = ({ protocols }: InventoryAsset): readonly string[] =>
  protocols.map(({ name, port }) => `${name}/${port}`)
const loginMode = ({ password, privateKey }: InventoryAccount): 'auto' | 'manual' =>
  password || privateKey ? 'auto' : 'manual'

const grantedAccountReply = ({ account, actions }: GrantedAccount) => ({
  id: account.id,
  name: account.name,
  username: account.username,
  priority: account.priority,
  actions: [...actions],
  protocol: account.protocol,
  login_mode: loginMode(account),
})

export const grantedAssetReply = ({ asset, accounts }: GrantedAsset) => ({
  id: asset.id,
  hostname: asset.hostname,
  ip: asset.ip,
  protocols: protocolsOf(asset),
  system_users_granted: accounts.map(grantedAccountReply),
  system_users_join: accounts.map(({ account }) => account.username).join(', '),
  os: null,
  domain: asset.domain,
  platform: asset.platform,
  comment: asset.comment,
  org_id: '',
  org_name: 'DEFAULT',
})

/** Core's asset detail; what standalone does not know is null, as for an asset that was never scanned. */
const assetReply = (asset: InventoryAsset) => {
  const unknown = [
    ...['public_ip', 'admin_user', 'number', 'vendor', 'model', 'sn', 'cpu_model', 'cpu_count', 'cpu_cores'],
    ...['cpu_vcpus', 'memory', 'disk_total', 'disk_info', 'os', 'os_version', 'os_arch', 'hostname_raw'],
  ]
  return {
    id: asset.id,
    ip: asset.ip,
    hostname: asset.hostname,
    protocols: protocolsOf(asset),
    platform: asset.platform,
    is_active: true,
    domain: asset.domain,
    nodes: nodesOf(asset),
    labels: [],
    ...Object.fromEntries(unknown.map((name) => [name, null])),
    comment: asset.comment,
    created_by: 'Administrator',
    date_created: formatTime(0),
    hardware_info: '',
    connectivity: { status: 2, datetime: null },
    org_id: '',
    org_name: 'DEFAULT',
  }
}

const accountReply = (account: InventoryAccount, rules: readonly InventoryRule[]) => ({
  id: account.id,
  name: account.name,
  username: account.username,
  login_mode: loginMode(account),
  login_mode_display: loginMode(account) === 'auto' ? 'Automatic login' : 'Manually login',
  priority: account.priority,
  protocol: account.protocol,
  auto_push: false,
  cmd_filters: rules.map(filterOf),
  sudo: '/bin/whoami',
  shell: '/bin/bash',
  comment: '',
  nodes: [],
  assets_amount: 0,
  org_id: '',
  org_name: 'DEFAULT',
})

const authInfoReply = (account: InventoryAccount) => ({
  id: account.id,
  name: account.name,
  username: account.username,
  protocol: account.protocol,
  login_mode: loginMode(account),
  password: account.password?.reveal() ?? null,
  private_key: account.privateKey?.reveal() ?? null,
})

/** Assets, system users with their secrets, and permissions: all from the inventory, none of it in the database. */
export function catalogueResources(world: World): readonly Resource[] {
  const { inventory } = world
  const accountOf = ({ params }: Call) => inventory.current.accounts.get(params['systemUser'] ?? '')
  const assetOf = ({ params }: Call) => inventory.current.assets.get(params['asset'] ?? '')
  const one = <T>(thing: T | undefined, show: (thing: T) => unknown): Reply =>
    thing === undefined ? NOT_FOUND : { status: 200, body: show(thing) }
  const get = (path: string, handler: (call: Call) => Reply): Resource => ({
    path,
    access: 'terminal',
    methods: { GET: handler },
  })
  const systemUser = '/api/assets/v1/system-user/:systemUser/'
  const permission = '/api/perms/v1/asset-permissions/user/'
  return [
    get('/api/perms/v1/users/:user/assets/', (call) => userAssets(world, call)),
    get(`${permission}validate/`, (call) => validate(world, call)),
    get(`${permission}actions/`, (call) => actions(world, call)),
    get('/api/assets/v1/assets/', (call) =>
      listReply(call, [...inventory.current.assets.values()], assetReply),
    ),
    get('/api/assets/v1/assets/:asset/', (call) => one(assetOf(call), assetReply)),
    get(systemUser, (call) =>
      one(accountOf(call), (account) => accountReply(account, rulesOf(inventory.current, account))),
    ),
    get(`${systemUser}auth-info/`, (call) => one(accountOf(call), authInfoReply)),
    get(`${systemUser}asset/:asset/auth-info/`, (call) =>
      assetOf(call) ? one(accountOf(call), authInfoReply) : NOT_FOUND,
    ),
    get(`${systemUser}cmd-filter-rules/`, (call) =>
      one(accountOf(call), (account) => rulesOf(inventory.current, account).map(ruleReply)),
    ),
    get('/api/orgs/v1/orgs/', () => ({ status: 200, body: [] })),
  ]
}

const ORDERS: Readonly<Record<string, (granted: GrantedAsset) => string>> = {
  hostname: ({ asset }) => asset.hostname,
  ip: ({ asset }) => asset.ip,
}

function userAssets({ inventory, clock }: World, call: Call): Reply {
  const { current } = inventory
  const user = call.params['user'] ?? ''
  if (!current.users.has(user)) return NOT_FOUND
  return listReply(call, selected(grantedAssets(current, user, clock.now()), call.query), grantedAssetReply)
}

/** Those that the query's `id` and `search` leave, in its `order`. */
export function selected(granted: readonly GrantedAsset[], query: URLSearchParams): readonly GrantedAsset[] {
  const id = query.get('id')
  const search = query.get('search')?.toLowerCase() ?? ''
  const found = granted.filter(
    ({ asset }) =>
      (id === null || asset.id === id) &&
      (asset.hostname.toLowerCase().includes(search) || asset.ip.toLowerCase().includes(search)),
  )
  const order = query.get('order') ?? 'hostname'
  const key = ORDERS[order.replace(/^-/, '')] ?? (({ asset }: GrantedAsset) => asset.hostname)
  const sorted = found.toSorted((one, other) => (key(one) < key(other) ? -1 : Number(key(one) > key(other))))
  return order.startsWith('-') ? sorted.reverse() : sorted
}

/** The actions of the query's user, asset and system user; undefined: there is no such user. */
function actionsOf({ inventory, clock }: World, { query }: Call): ReadonlySet<string> | undefined {
  const { current } = inventory
  const user = query.get('user_id') ?? ''
  if (!current.users.has(user)) return undefined
  const asset = current.assets.get(query.get('asset_id') ?? '')
  const account = query.get('system_user_id') ?? ''
  return asset ? grantedActions(current, { user, asset, account, now: clock.now() }) : new Set()
}

/** Without a known `action_name` the answer is no. */
function validate(world: World, call: Call): Reply {
  const granted = actionsOf(world, call)
  if (!granted) return NOT_FOUND
  const yes = granted.has(call.query.get('action_name') ?? '')
  return { status: yes ? 200 : 403, body: { msg: yes } }
}

function actions(world: World, call: Call): Reply {
  const granted = actionsOf(world, call)
  return granted ? { status: 200, body: { actions: [...granted] } } : NOT_FOUND
}
