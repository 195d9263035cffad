import { unreachable } from '../../base/unreachable.ts'
import type { CommandStorage, ReplayStorage } from '../../core/model.ts'

/** A storage that is neither core nor nowhere. */
export type Outside<S extends { readonly type: string }> = Exclude<S, { readonly type: 'server' | 'null' }>

/** What a storage is called in logs and in the spool: kind, bucket and address, no secret. The same words, the same place. */
export function storageName(storage: Outside<ReplayStorage | CommandStorage>): string {
  switch (storage.type) {
    case 's3':
    case 'oss':
      return `${storage.type} ${storage.bucket} at ${originOf(storage.endpoint) ?? (regionOf(storage) || 'its default address')}`
    case 'azure':
      return `azure ${storage.accountName}/${storage.container} at ${originOf(storage.endpointSuffix) ?? storage.endpointSuffix}`
    case 'es':
      return `elasticsearch ${storage.index} at ${storage.hosts.map((host) => originOf(host.reveal())).join(', ')}`
    default:
      return unreachable(storage)
  }
}

const regionOf = (storage: object): string =>
  'region' in storage && typeof storage.region === 'string' ? storage.region : ''

/** Without the name and password that an address may carry. Undefined for what is no address. */
const originOf = (address: string | undefined): string | undefined =>
  address?.includes('://') && URL.canParse(address) ? new URL(address).origin : undefined
