import type { z } from 'zod'
import type { Asset, SystemUser } from './model.ts'
import { AssetWire, SystemUserWire } from './wire.ts'

/** System users are few, and shared by many assets; a hostile list does not grow the table further. */
const MOST_SHARED = 10_000

/** Makes assets of what core sends. What repeats from asset to asset is parsed once and held once. */
export class AssetReader {
  readonly #systemUsers = new Map<string, readonly SystemUser[]>()
  readonly #lists = new Map<string, readonly SystemUser[]>()
  readonly #protocols = new Map<string, Asset['protocols']>()
  readonly #texts = new Map<string, string>()

  /** Undefined for an asset that is inactive or not understood. */
  read(item: unknown): Asset | undefined {
    const parsed = AssetWire.safeParse(item)
    if (!parsed.success || parsed.data.is_active === false) return undefined
    const wire = parsed.data
    return {
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
    }
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
  if (table.size < MOST_SHARED) table.set(key, made)
  return made
}

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
