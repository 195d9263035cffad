import type { OwnOptions } from '../asset-options/asset-options.ts'
import type { InventorySource } from './inventory.ts'

/** The options that stand in an inventory, as it is in force at each call. */
export const inventoryOptions = (inventory: InventorySource): OwnOptions => ({
  asset: (id) => inventory.current.assets.get(id)?.options,
  account: (id) => inventory.current.accounts.get(id)?.options,
  gateway: (id) =>
    [...inventory.current.domains.values()]
      .flatMap(({ gateways }) => gateways)
      .find((gateway) => gateway.id === id)?.options,
})
