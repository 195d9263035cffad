import { LRUCache } from 'lru-cache'
import type { z } from 'zod'
import type { Asset, SystemUser } from './model.ts'
import { AssetWire, SystemUserWire } from './wire.ts'

/** System users are few, and shared by many assets; a hostile list does not grow a table further. */
const MOST_SHARED = 10_000
const MIB = 1024 * 1024

/**
 * Makes assets of what core sends, for all users. What repeats from asset to asset is parsed once and held once, and an
 * asset that several users were granted with the same accounts is one object for all of them: they are never changed.
 */
export class AssetReader {
  readonly #systemUsers = new Map<string, readonly SystemUser[]>()
  readonly #lists = new Map<string, readonly SystemUser[]>()
  readonly #protocols = new Map<string, Asset['protocols']>()
  readonly #texts = new Map<string, string>()
  readonly #assets: LRUCache<string, Asset>

  /** `bytes` is what it may hold of assets that nobody else may have any more. */
  constructor(bytes = 32 * MIB) {
    this.#assets = new LRUCache({ maxSize: bytes, sizeCalculation: bytesOfAsset })
  }

  /** Undefined for an asset that is inactive or not understood. */
  read(item: unknown): Asset | undefined {
    const parsed = AssetWire.safeParse(item)
    if (!parsed.success || parsed.data.is_active === false) return undefined
    const wire = parsed.data
    return this.#once({
      id: wire.id,
      hostname: wire.hostname,
      ip: wire.ip,
      protocols: this.#protocolsOf(wire),
      platform: this.#text(wire.platform),
      comment: wire.comment,
      domain: wire.domain && this.#text(wire.domain),
      orgId: this.#text(wire.org_id),
      orgName: this.#text(wire.org_name),
      systemUsers: this.#systemUsersOf(wire),
    })
  }

  /** The one that is there, where it is the same in all. */
  #once(asset: Asset): Asset {
    const known = this.#assets.get(asset.id)
    if (known && isSame(known, asset)) return known
    this.#assets.set(asset.id, asset)
    return asset
  }

  /** Many assets have the same accounts: then they share the list too. */
  #systemUsersOf({ system_users_granted: all }: z.output<typeof AssetWire>): readonly SystemUser[] {
    return shared(this.#lists, JSON.stringify(all), () => all.flatMap((each) => this.#systemUser(each)))
  }

  #systemUser(item: unknown): readonly SystemUser[] {
    return shared(this.#systemUsers, JSON.stringify(item), () => toSystemUser(item))
  }

  #protocolsOf({ protocols, protocol, port }: z.output<typeof AssetWire>): Asset['protocols'] {
    const all = protocols ?? (protocol && port ? [`${protocol}/${port}`] : [])
    return shared(this.#protocols, all.join(' '), () => all.flatMap(toProtocol))
  }

  #text(text: string): string {
    return shared(this.#texts, text, () => text)
  }
}

function shared<T>(table: Map<string, T>, key: string, make: () => T): T {
  const known = table.get(key)
  if (known !== undefined) return known
  const made = make()
  if (table.size >= MOST_SHARED) table.clear()
  table.set(key, made)
  return made
}

/** Parts that are shared are the same object where they are equal. */
const isSame = (one: Asset, other: Asset): boolean =>
  one.hostname === other.hostname &&
  one.ip === other.ip &&
  one.comment === other.comment &&
  one.platform === other.platform &&
  one.domain === other.domain &&
  one.orgId === other.orgId &&
  one.orgName === other.orgName &&
  one.protocols === other.protocols &&
  one.systemUsers === other.systemUsers

function toProtocol(text: string): Array<Asset['protocols'][number]> {
  const [, name, digits] = /^(\w+)\/(\d{1,5})$/.exec(text) ?? []
  const number = Number(digits)
  return name !== undefined && number > 0 && number < 65_536 ? [{ name, port: number }] : []
}

function toSystemUser(item: unknown): readonly SystemUser[] {
  const parsed = SystemUserWire.safeParse(item)
  if (!parsed.success) return []
  const { login_mode, ...rest } = parsed.data
  return [{ ...rest, loginMode: login_mode === 'manual' ? 'manual' : 'auto' }]
}

/** About how much memory it takes, in bytes; what is shared with others is not counted. */
export const bytesOfAsset = ({ id, hostname, ip, comment, systemUsers }: Asset): number =>
  250 + 2 * (id.length + hostname.length + ip.length + comment.length) + 8 * systemUsers.length
