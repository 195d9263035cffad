import type { Asset, SystemUser, Target } from '../core/model.ts'
import { type BytePath, normalised, pathFromText } from './byte-path.ts'

/** Where a path of the tree leads. */
export type Place =
  | { readonly kind: 'directory'; readonly names: readonly BytePath[] }
  /** `path` counts from the root of the files there; `prefix` is the tree's path of that root. */
  | { readonly kind: 'asset'; readonly target: Target; readonly prefix: BytePath; readonly path: BytePath }
  | { readonly kind: 'missing' }

interface Host {
  readonly asset: Asset
  readonly accounts: ReadonlyMap<BytePath, SystemUser>
}

/** `/` → hosts → accounts, where there are several → the files of the asset. Names are unique in each directory. */
export class Tree {
  readonly #hosts: ReadonlyMap<BytePath, Host>

  constructor(assets: readonly Asset[]) {
    const usable = assets.flatMap((asset) => {
      const accounts = accountsOf(asset)
      return accounts.length > 0 ? [{ asset, accounts: named(accounts, ({ name }) => name) }] : []
    })
    const names = countNames(usable.map(({ asset }) => asset.hostname))
    const name = ({ asset }: Host): string =>
      (names.get(asset.hostname) ?? 0) > 1 ? `${asset.hostname}.${asset.orgName}` : asset.hostname
    this.#hosts = named(usable, name, ({ asset }) => asset.id)
  }

  /** Where the files of an asset begin, of this account of it where one is named. Undefined: there are none. */
  directoryOf(assetId: string, systemUserId?: string): BytePath | undefined {
    for (const [name, { asset, accounts }] of this.#hosts) {
      if (asset.id !== assetId) continue
      if (systemUserId === undefined || accounts.size === 1) return `/${name}`
      for (const [account, { id }] of accounts) if (id === systemUserId) return `/${name}/${account}`
      return undefined
    }
    return undefined
  }

  /** A relative path counts from `/`. */
  find(path: BytePath): Place {
    const parts = normalised(path).split('/').slice(1)
    const [hostName = '', ...rest] = parts
    if (hostName === '') return { kind: 'directory', names: [...this.#hosts.keys()] }
    const host = this.#hosts.get(hostName)
    if (!host) return { kind: 'missing' }
    const [only] = host.accounts.values()
    if (only && host.accounts.size === 1) return placeOn(host.asset, only, `/${hostName}`, rest)
    const [accountName, ...below] = rest
    if (accountName === undefined) return { kind: 'directory', names: [...host.accounts.keys()] }
    const account = host.accounts.get(accountName)
    if (!account) return { kind: 'missing' }
    return placeOn(host.asset, account, `/${hostName}/${accountName}`, below)
  }
}

function placeOn(asset: Asset, systemUser: SystemUser, prefix: BytePath, rest: readonly string[]): Place {
  return { kind: 'asset', target: { asset, systemUser }, prefix, path: `/${rest.join('/')}` }
}

/** Accounts that can be logged in to by SSH, the preferred first. */
const accountsOf = ({ protocols, systemUsers }: Asset): readonly SystemUser[] =>
  protocols.some(({ name }) => name === 'ssh')
    ? systemUsers
        .filter(({ protocol, actions }) => protocol === 'ssh' && actions.includes('connect'))
        .toSorted((one, other) => other.priority - one.priority)
    : []

function countNames(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

/** By name, as one directory can hold them. Where names are the same still, the id tells them apart. */
function named<T>(
  things: readonly T[],
  nameOf: (thing: T) => string,
  idOf: (thing: T) => string = () => '',
): ReadonlyMap<BytePath, T> {
  const all = new Map<BytePath, T>()
  for (const thing of things) {
    const name = fileName(nameOf(thing))
    if (!all.has(name)) all.set(name, thing)
    else all.set(free(all, `${name}.${fileName(idOf(thing)).slice(0, 8)}`), thing)
  }
  return all
}

function free(taken: ReadonlyMap<string, unknown>, name: string): string {
  for (let at = 1; ; at++) {
    const candidate = at === 1 ? name : `${name}.${at}`
    if (!taken.has(candidate)) return candidate
  }
}

/** Names of assets may hold what a name in a directory may not. */
const fileName = (text: string): BytePath => {
  const safe = text.replace(/[/\p{Cc}\p{Zl}\p{Zp}]/gu, '_')
  return pathFromText(safe === '' || safe === '.' || safe === '..' ? `_${safe}` : safe)
}
