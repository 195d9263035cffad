import type { Inventory, InventoryAccount, InventoryAsset } from '../inventory.ts'
import { ACTIONS } from '../inventory.ts'

/** An account a user may use on an asset, and for what. */
export interface GrantedAccount {
  readonly account: InventoryAccount
  readonly actions: ReadonlySet<string>
}

export interface GrantedAsset {
  readonly asset: InventoryAsset
  readonly accounts: readonly GrantedAccount[]
}

/** What a user may do with an account on an asset, now: the union over all permissions in force. */
export function grantedActions(
  inventory: Inventory,
  { user, asset, account, now }: { user: string; asset: InventoryAsset; account: string; now: number },
): ReadonlySet<string> {
  const actions = new Set<string>()
  if (!asset.accounts.has(account)) return actions
  for (const permission of inventory.permissions) {
    const { users, assets, accounts, from = -Infinity, until = Infinity } = permission
    if (!users.has(user) || !assets.has(asset.id) || !accounts.has(account)) continue
    if (from <= now && now < until) for (const action of permission.actions) actions.add(action)
  }
  return withCombinations(actions)
}

/** Two permissions for one way each give both ways: core tells every combination that is covered. */
function withCombinations(actions: ReadonlySet<string>): ReadonlySet<string> {
  const single = ['connect', 'upload_file', 'download_file']
  const covered = (name: string): boolean =>
    actions.has('all') || (ACTIONS[name] ?? []).every((action) => action === name || actions.has(action))
  return new Set(
    ['all', 'connect', 'upload_file', 'download_file', 'updownload'].filter((name) =>
      name === 'all' ? actions.has('all') : actions.has(name) || (!single.includes(name) && covered(name)),
    ),
  )
}

/** The assets a user sees: those of a permission in force, with the accounts whose protocol the asset has. */
export function grantedAssets(inventory: Inventory, user: string, now: number): readonly GrantedAsset[] {
  const visible = new Set<string>()
  for (const { users, assets, from = -Infinity, until = Infinity } of inventory.permissions) {
    if (users.has(user) && from <= now && now < until) for (const asset of assets) visible.add(asset)
  }
  return [...inventory.assets.values()]
    .filter((asset) => visible.has(asset.id))
    .map((asset) => ({ asset, accounts: accountsOn(inventory, { user, asset, now }) }))
}

function accountsOn(
  inventory: Inventory,
  { user, asset, now }: { user: string; asset: InventoryAsset; now: number },
): readonly GrantedAccount[] {
  return [...asset.accounts].flatMap((id) => {
    const account = inventory.accounts.get(id)
    if (!account || !asset.protocols.some(({ name }) => name === account.protocol)) return []
    const actions = grantedActions(inventory, { user, asset, account: id, now })
    return actions.size > 0 ? [{ account, actions }] : []
  })
}
