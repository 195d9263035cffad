import { nearest } from '../base/nearest.ts'
import type { Asset, SystemUser, Target } from '../core/model.ts'
import { accountName, accountsNamed, notConnectable, offeredAccounts, usableAccounts } from './accounts.ts'
import { MenuError } from './menu-error.ts'
import { Catalogue, exactly } from './search.ts'

/** What a direct login names (`alice@root@web-01`): an asset by name, IP or id, and perhaps an account. */
export interface DirectLogin {
  readonly asset: string
  readonly systemUser?: string | undefined
}

export interface DirectRequest {
  readonly login: DirectLogin
  /** User name, for the sentences. */
  readonly username: string
  readonly assets: readonly Asset[]
  /**
   * Asks which of several accounts; undefined: the person does not want any. Left out where nobody can be asked: a
   * machine never meets a prompt.
   */
  readonly ask?: ((accounts: readonly SystemUser[]) => Promise<SystemUser | undefined>) | undefined
}

/**
 * The target of a direct login: the only asset of that name, IP or id, and the account that was named, else the only
 * one of the highest priority. Throws MenuError with the candidates; undefined when the person, asked, went away.
 */
export async function resolveDirect(request: DirectRequest): Promise<Target | undefined> {
  const asset = await assetOf(request)
  const candidates = candidatesOf(request, asset)
  const [only] = candidates
  if (only && candidates.length === 1) return { asset, systemUser: only }
  if (!request.ask) throw accountAmbiguous(asset, candidates)
  const systemUser = await request.ask(candidates)
  return systemUser && { asset, systemUser }
}

async function assetOf({ login, username, assets }: DirectRequest): Promise<Asset> {
  const found = await exactly(assets, login.asset)
  const [asset] = found
  if (!asset) throw await noAsset(login.asset, username, assets)
  if (found.length === 1) return asset
  throw new MenuError('MENU_ASSET_AMBIGUOUS', {
    step: 'find the asset',
    message: `${found.length} assets are called ${login.asset}`,
    next: 'use the IP or the id',
    facts: {
      asset: login.asset,
      candidates: listed(found.map(({ hostname, ip, id }) => `${hostname} ${ip} ${id}`)),
    },
  })
}

function candidatesOf({ login, username }: DirectRequest, asset: Asset): readonly SystemUser[] {
  const usable = usableAccounts(asset)
  if (usable.length === 0) throw notConnectable(asset)
  if (login.systemUser === undefined) return offeredAccounts(asset)
  const named = accountsNamed(usable, login.systemUser)
  // Of several with the same name on the asset the best one is meant, as where none is named.
  if (named.length > 0) return named.filter(({ priority }) => priority === named[0]?.priority)
  throw new MenuError('MENU_NO_ACCOUNT', {
    step: 'find the account',
    message: `${username} has no account ${login.systemUser} on ${asset.hostname}`,
    next: 'use one of the candidates',
    facts: { account: login.systemUser, asset: asset.hostname, candidates: listed(usable.map(accountName)) },
  })
}

const accountAmbiguous = (asset: Asset, accounts: readonly SystemUser[]): MenuError =>
  new MenuError('MENU_ACCOUNT_AMBIGUOUS', {
    step: 'choose an account',
    message: `${asset.hostname} has several accounts`,
    next: 'name one: USER@ACCOUNT@ASSET',
    facts: {
      asset: asset.hostname,
      candidates: listed(
        accounts.map(({ username, name }) =>
          username === '' || sameNamed(accounts, username) ? name : username,
        ),
      ),
    },
  })

const sameNamed = (accounts: readonly SystemUser[], username: string): boolean =>
  accounts.filter((each) => each.username === username).length > 1

async function noAsset(name: string, user: string, assets: readonly Asset[]): Promise<MenuError> {
  const close = await closeNames(name, assets)
  return new MenuError(close.length > 0 ? 'MENU_NO_ASSET_CLOSE' : 'MENU_NO_ASSET', {
    step: 'find the asset',
    message: `${user} has no asset ${name}`,
    next: 'use a name from the menu, or ask an administrator for a permission',
    facts: { asset: name, user, close: close.join(', ') },
  })
}

const MOST_NAMED = 5
/** Comparing letter by letter costs: of very many assets only so many are looked at. */
const MOST_COMPARED = 2000

/** Names that contain what was asked for, else the nearest ones. */
async function closeNames(name: string, assets: readonly Asset[]): Promise<readonly string[]> {
  const catalogue = await Catalogue.of(assets)
  const { rows } = await catalogue.search(name)
  if (rows.length > 0) return catalogue.at(rows.subarray(0, 3)).map(({ hostname }) => hostname)
  const start = name.slice(0, 2).toLowerCase()
  const pool = new Set(
    assets
      .map(({ hostname }) => hostname)
      .filter((hostname) => assets.length <= MOST_COMPARED || hostname.toLowerCase().startsWith(start))
      .sort()
      .slice(0, MOST_COMPARED),
  )
  const close: string[] = []
  for (
    let found = nearest(name, pool);
    found !== undefined && close.length < 3;
    found = nearest(name, pool)
  ) {
    close.push(found)
    pool.delete(found)
  }
  return close
}

const listed = (names: readonly string[]): string =>
  names.length > MOST_NAMED ? `${names.slice(0, MOST_NAMED).join(', ')}, ...` : names.join(', ')
