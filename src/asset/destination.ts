import { lookup } from 'node:dns/promises'
import { networkInterfaces } from 'node:os'
import { canonicalAddress } from '../base/ip-address.ts'
import { isCloudMetadata, isLoopback, isUnspecified } from './address.ts'
import { AssetError } from './asset-error.ts'

export interface Endpoint {
  /** An address or, before it is resolved, a name. */
  readonly host: string
  readonly port: number
}

/** What this process may dial for an asset. Cloud metadata and `listeners` are refused always. */
export interface DestinationPolicy {
  /** May other ports of this machine be assets (loopback and its own addresses)? */
  readonly allowLocalAssets: boolean
  /** Sockets this daemon listens on, as they are at the time of the call. */
  readonly listeners: () => readonly Endpoint[]
}

/** What the machine says of names and of itself; from outside, so that tests can set it. */
export interface Network {
  /** All addresses of a name, or the address itself for any of its spellings (`2130706433` is 127.0.0.1). */
  readonly resolve: (host: string) => Promise<readonly string[]>
  readonly ownAddresses: () => readonly string[]
}

export const systemNetwork: Network = {
  resolve: async (host) => (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address),
  ownAddresses: () =>
    Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address)),
}

/** More addresses of one name are not tried. */
const MOST_ADDRESSES = 4

/**
 * Resolves where an asset is and judges each address, so that what is dialled is what was judged (a name may answer
 * differently the next time). Returns IP literals in the order to try them, 1-4 of them.
 * @throws {AssetError} ASSET_NAME, ASSET_ADDRESS_REFUSED
 */
export async function resolveDestination(
  { host, port }: Endpoint,
  policy: DestinationPolicy,
  network: Network = systemNetwork,
): Promise<readonly string[]> {
  const found = await resolve(host, network)
  const allowed = found.filter((address) => isAllowed({ host: address, port }, policy, network))
  if (allowed.length > 0) return allowed.slice(0, MOST_ADDRESSES)
  throw addressRefused({ host, port }, found)
}

export const addressRefused = ({ host, port }: Endpoint, found: readonly string[]): AssetError =>
  new AssetError('ASSET_ADDRESS_REFUSED', {
    step: 'resolve',
    message: `${host} is ${found.join(', ')}, which assets may not be`,
    next: 'Correct the address of the asset. If assets on this machine are meant, set ALLOW_LOCAL_ASSETS.',
    facts: { address: `${host}:${port}` },
  })

async function resolve(host: string, network: Network): Promise<readonly string[]> {
  try {
    const found = await network.resolve(host.trim())
    if (found.length > 0) return found
    throw new Error('the name has no address')
  } catch (cause) {
    throw new AssetError('ASSET_NAME', {
      step: 'resolve',
      message: `the name ${host} cannot be resolved`,
      next: 'Correct the address of the asset, or the name server of this machine.',
      facts: { host },
      cause,
    })
  }
}

function isAllowed({ host, port }: Endpoint, policy: DestinationPolicy, network: Network): boolean {
  const address = canonicalAddress(host)
  if (address === undefined || isCloudMetadata(address)) return false
  const own = network.ownAddresses().map(canonicalAddress)
  const local = isLoopback(address) || own.includes(address)
  if (!local) return true
  if (policy.listeners().some((listener) => hears(listener, { host: address, port }))) return false
  return policy.allowLocalAssets
}

/** Would a connection to this local address arrive at the listener? */
function hears(listener: Endpoint, { host, port }: Endpoint): boolean {
  if (listener.port !== port) return false
  const at = canonicalAddress(listener.host)
  // A listener given by a name, and an unspecified address on either side: better refuse.
  return at === undefined || at === host || isUnspecified(at) || isUnspecified(host)
}
