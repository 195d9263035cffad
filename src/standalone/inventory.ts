import { createHash } from 'node:crypto'
import type { OptionValues } from '../asset-options/keys.ts'
import type { Secret } from '../base/secret.ts'

/** A person who may log in. */
export interface InventoryUser {
  readonly id: string
  readonly username: string
  /** Display name. */
  readonly name: string
  /** A PHC string of `passwords.ts`; undefined: no login by password. */
  readonly passwordHash: string | undefined
  /** Base64 blobs of the keys, as in the second word of an `authorized_keys` line. */
  readonly publicKeys: readonly string[]
  /** Base32, upper case without padding; undefined: no second factor. */
  readonly totpSecret: Secret | undefined
  readonly admin: boolean
}

/** A host. */
export interface InventoryAsset {
  readonly id: string
  readonly hostname: string
  /** An address or a name that resolves. */
  readonly ip: string
  readonly protocols: ReadonlyArray<{ readonly name: string; readonly port: number }>
  readonly platform: string
  readonly comment: string
  /** Ids of the accounts that exist there. */
  readonly accounts: ReadonlySet<string>
  /** Paths of names like `db/mysql`; none: the root. */
  readonly groups: readonly string[]
  /** Id of the domain through whose gateways it is reached; null: directly. */
  readonly domain: string | null
  readonly options?: OptionValues<'asset'>
}

/** A host that leads to others. */
export interface InventoryGateway {
  readonly id: string
  readonly name: string
  readonly ip: string
  readonly port: number
  readonly username: string
  readonly password: Secret | undefined
  readonly privateKey: Secret | undefined
  readonly options?: OptionValues<'gateway'>
}

/** The gateways of one asset; those with the same ones share a domain. */
export interface InventoryDomain {
  readonly id: string
  /** The names of the gateways. */
  readonly name: string
  readonly gateways: readonly InventoryGateway[]
}

/** What may be typed, or not, under some accounts. */
export interface InventoryRule {
  readonly id: string
  readonly name: string
  readonly kind: 'command' | 'regex'
  /** A regular expression, or commands on lines of their own (CR LF between them), as in core. */
  readonly content: string
  readonly action: 'deny' | 'allow'
  /** 1-100, higher is judged first. */
  readonly priority: number
  readonly comment: string
  /** Ids. */
  readonly accounts: ReadonlySet<string>
}

/** An account on assets: Jumpserver's system user, with its secrets. Without a secret the person is asked. */
export interface InventoryAccount {
  readonly id: string
  readonly name: string
  readonly username: string
  /** 1-100, higher wins. */
  readonly priority: number
  readonly protocol: string
  readonly password: Secret | undefined
  readonly privateKey: Secret | undefined
  readonly options?: OptionValues<'account'>
}

/** Who may do what where. All four must agree, and the time must lie between `from` and `until`. */
export interface InventoryPermission {
  readonly users: ReadonlySet<string>
  readonly assets: ReadonlySet<string>
  readonly accounts: ReadonlySet<string>
  readonly actions: ReadonlySet<string>
  /** ms since the epoch; undefined: without a bound. */
  readonly from: number | undefined
  readonly until: number | undefined
}

/** All that standalone knows of the world; the maps go by id. */
export interface Inventory {
  readonly users: ReadonlyMap<string, InventoryUser>
  readonly assets: ReadonlyMap<string, InventoryAsset>
  readonly accounts: ReadonlyMap<string, InventoryAccount>
  readonly domains: ReadonlyMap<string, InventoryDomain>
  readonly permissions: readonly InventoryPermission[]
  /** In the order of the file. */
  readonly rules: readonly InventoryRule[]
}

/** Where the inventory in force is found. It is asked at every use, so that a changed one takes effect at once. */
export interface InventorySource {
  readonly current: Inventory
}

export type InventoryKind = 'user' | 'asset' | 'account' | 'gateway' | 'permission' | 'rule'

/**
 * The id of a named thing: the same at every start, so that sessions and permissions keep their meaning. A UUID in the
 * form of RFC 9562 version 8 (custom), over SHA-256 of kind and name.
 */
export function stableId(kind: InventoryKind | 'group' | 'domain' | 'filter', name: string): string {
  const bytes = createHash('sha256').update(`cocod inventory\0${kind}\0${name}`).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** Jumpserver's names for what may be done, each with those it covers. */
export const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  all: ['all', 'connect', 'upload_file', 'download_file', 'updownload'],
  connect: ['connect'],
  upload_file: ['upload_file'],
  download_file: ['download_file'],
  updownload: ['upload_file', 'download_file', 'updownload'],
}
