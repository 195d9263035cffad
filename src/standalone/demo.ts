import { Secret } from '../base/secret.ts'
import type { DemoAsset } from './demo-asset.ts'
import {
  ACTIONS,
  type Inventory,
  type InventoryAccount,
  type InventoryAsset,
  type InventoryUser,
  stableId,
} from './inventory.ts'

export const DEMO_USER = 'demo'
export const DEMO_ASSET = 'this-machine'

export interface DemoParts {
  /** Hash of the password of this start. */
  readonly passwordHash: string
  readonly asset: Pick<DemoAsset, 'address' | 'port' | 'username' | 'privateKey'>
}

/** The inventory of somebody who has none: one user, and this machine as the one asset. */
export function demoInventory({ passwordHash, asset }: DemoParts): Inventory {
  const user: InventoryUser = {
    id: stableId('user', DEMO_USER),
    username: DEMO_USER,
    name: 'Demo',
    passwordHash,
    publicKeys: [],
    totpSecret: undefined,
    admin: true,
  }
  const account = demoAccount(asset)
  const host = demoHost(asset, account)
  return {
    users: new Map([[user.id, user]]),
    assets: new Map([[host.id, host]]),
    accounts: new Map([[account.id, account]]),
    domains: new Map(),
    rules: [],
    permissions: [
      {
        users: new Set([user.id]),
        assets: new Set([host.id]),
        accounts: new Set([account.id]),
        actions: new Set(ACTIONS['all']),
        from: undefined,
        until: undefined,
      },
    ],
  }
}

const demoAccount = ({ username, privateKey }: DemoParts['asset']): InventoryAccount => ({
  id: stableId('account', DEMO_ASSET),
  name: username,
  username,
  priority: 20,
  protocol: 'ssh',
  password: undefined,
  privateKey: new Secret(privateKey.reveal()),
})

const demoHost = (
  { address, port, username }: DemoParts['asset'],
  account: InventoryAccount,
): InventoryAsset => ({
  id: stableId('asset', DEMO_ASSET),
  hostname: DEMO_ASSET,
  ip: address,
  protocols: [{ name: 'ssh', port }],
  platform: process.platform === 'darwin' ? 'MacOS' : 'Linux',
  comment: `a shell on this machine as ${username}`,
  accounts: new Set([account.id]),
  groups: [],
  domain: null,
})
