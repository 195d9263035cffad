import type { Asset, Target } from '../core/model.ts'
import { notConnectable, offeredAccounts, usableAccounts } from './accounts.ts'
import { askAccount } from './ask-account.ts'
import type { Desk } from './desk.ts'
import type { Lists } from './lists.ts'
import type { OwnAssets } from './own-assets.ts'
import type { Remembered } from './people.ts'
import { withFavourite } from './person.ts'
import type { Catalogue } from './search.ts'

export interface TargetsDeps {
  readonly desk: Desk
  readonly assets: Pick<OwnAssets, 'get'>
  readonly lists: Lists
  readonly remembered: Pick<Remembered, 'person' | 'change'>
}

/** From what a person typed to the asset and the account they mean. */
export class Targets {
  readonly #deps: TargetsDeps

  constructor(deps: TargetsDeps) {
    this.#deps = deps
  }

  /** Of a row or a name; undefined: not a single one, and what there is was listed. Throws MenuError. */
  async meant(text: string, signal: AbortSignal): Promise<Target | undefined> {
    const asset = await this.#asset(text, signal)
    return asset && (await this.#on(asset, signal))
  }

  /** The last asset, with the same account where that is still granted. */
  async last(signal: AbortSignal): Promise<Target | undefined> {
    const { desk, assets, remembered } = this.#deps
    const [last] = remembered.person.recent
    if (!last) return await desk.say('menu.last.none')
    const asset = assetOf(await assets.get(signal), last.asset)
    if (!asset) return await desk.say('menu.last.gone')
    const systemUser = usableAccounts(asset).find(({ id }) => id === last.account)
    return systemUser ? { asset, systemUser } : await this.#on(asset, signal)
  }

  /** Makes the asset of a row or a name a favourite, or none any more. */
  async favour(text: string, signal: AbortSignal): Promise<undefined> {
    const asset = await this.#asset(text, signal)
    if (!asset) return
    const { desk, remembered } = this.#deps
    remembered.change((person) => withFavourite(person, asset.id))
    const isOne = remembered.person.favourites.includes(asset.id)
    return await desk.say(isOne ? 'menu.favourites.added' : 'menu.favourites.removed', {
      asset: asset.hostname,
    })
  }

  async #asset(text: string, signal: AbortSignal): Promise<Asset | undefined> {
    const { assets, lists } = this.#deps
    const catalogue = await assets.get(signal)
    const listed = /^\d{1,9}$/.test(text) ? lists.row(Number(text), catalogue) : undefined
    if (listed) return listed
    const found = await catalogue.find(text, lists.preferring(signal))
    const [row] = found.rows
    if (found.rows.length === 1 && row !== undefined && !found.loose) return catalogue.assets[row]
    await lists.found(catalogue, text, found)
    return undefined
  }

  async #on(asset: Asset, signal: AbortSignal): Promise<Target | undefined> {
    const accounts = offeredAccounts(asset)
    const [first] = accounts
    if (!first) throw notConnectable(asset)
    const systemUser = accounts.length === 1 ? first : await askAccount(this.#deps.desk, accounts, signal)
    return systemUser && { asset, systemUser }
  }
}

function assetOf(catalogue: Catalogue, id: string): Asset | undefined {
  const [row] = catalogue.rowsOf([id])
  return row === undefined ? undefined : catalogue.assets[row]
}
