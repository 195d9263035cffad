import { optionsIn } from '../asset-options/keys.ts'
import type { IniSection } from '../base/ini.ts'
import { nearest } from '../base/nearest.ts'
import type { Secret } from '../base/secret.ts'
import {
  ACTIONS,
  type Inventory,
  type InventoryAccount,
  type InventoryAsset,
  type InventoryDomain,
  type InventoryGateway,
  type InventoryPermission,
  type InventoryRule,
  type InventoryUser,
  stableId,
} from './inventory.ts'
import { readCredentials } from './inventory-credentials.ts'
import type { InventoryFiles, Key } from './inventory-files.ts'
import { ruleContent } from './inventory-rule.ts'
import { PUBLIC_KEY, PUBLIC_KEY_LINE } from './inventory-schema.ts'
import type { Checked, CheckedSections } from './inventory-sections.ts'
import { PASSWORD_HASH, type Passwords } from './passwords.ts'

/** What turns the passwords in files into hashes. */
export type Hasher = Pick<Passwords, 'hash'>

interface Sources {
  readonly sections: CheckedSections
  readonly files: InventoryFiles
  readonly passwords: Hasher
}

/** Turns checked sections into an inventory: reads secrets, and resolves names to ids. */
export class InventoryReader {
  readonly #sections: CheckedSections
  readonly #files: InventoryFiles
  readonly #passwords: Hasher

  constructor({ sections, files, passwords }: Sources) {
    this.#sections = sections
    this.#files = files
    this.#passwords = passwords
  }

  async read(): Promise<Inventory> {
    const { user, asset, account, gateway, permission, rule } = this.#sections
    const users: InventoryUser[] = []
    // One after the other: hashing many at once would fill the queue of the logins' own checks.
    for (const section of user.good) users.push(await this.#user(section))
    const accounts = await Promise.all(account.good.map((section) => this.#account(section)))
    const gateways = byId(await Promise.all(gateway.good.map((section) => this.#gateway(section))))
    const domains = new Map<string, InventoryDomain>()
    return {
      users: byId(users),
      accounts: byId(accounts),
      assets: byId(
        asset.good.map((section) => {
          const domain = this.#domain(section, gateways)
          if (domain) domains.set(domain.id, domain)
          return this.#asset(section, domain?.id ?? null)
        }),
      ),
      domains,
      permissions: permission.good.map((section) => this.#permission(section)),
      rules: rule.good.flatMap((section) => this.#rule(section)),
    }
  }

  async #user({ name, section, values }: Checked<'user'>): Promise<InventoryUser> {
    const where = { section, key: 'password_file' }
    if (values.password_hash !== undefined && values.password_file !== undefined) {
      this.#files.fault(where, 'stands beside password_hash', 'Keep one of them.')
    }
    const fromFile = await this.#files.password(where, values.password_file)
    return {
      id: stableId('user', name),
      username: name,
      name: values.name ?? name,
      passwordHash: values.password_hash ?? (await this.#hashOf(fromFile)),
      publicKeys: await this.#publicKeys(section, values.public_key_file),
      totpSecret: await this.#files.totpSecret({ section, key: 'totp_secret_file' }, values.totp_secret_file),
      admin: values.admin,
    }
  }

  /** A password file holds a hash or the password itself. */
  async #hashOf(secret: Secret | undefined): Promise<string | undefined> {
    if (secret === undefined || PASSWORD_HASH.test(secret.reveal())) return secret?.reveal()
    return await this.#passwords.hash(secret)
  }

  async #publicKeys(section: IniSection, file: string | undefined): Promise<readonly string[]> {
    const key = 'public_key_file'
    const text = (await this.#files.text({ section, key }, file)) ?? ''
    const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'))
    const inline = [...section.entries].filter(([name]) => PUBLIC_KEY.test(name))
    return [
      ...inline.flatMap(([name, { value }]) => this.#publicKey({ section, key: name }, value)),
      ...lines.flatMap((line) => this.#publicKey({ section, key }, line)),
    ]
  }

  #publicKey(where: Key, value: string): readonly string[] {
    const blob = PUBLIC_KEY_LINE.exec(value.trim())?.[1]
    if (blob !== undefined) return [blob]
    this.#files.fault(where, 'is no OpenSSH public key', 'Give a line like "ssh-ed25519 AAAA... comment".')
    return []
  }

  async #account({ name, section, values }: Checked<'account'>): Promise<InventoryAccount> {
    return {
      id: stableId('account', name),
      name,
      username: values.username,
      priority: values.priority,
      protocol: values.protocol,
      options: optionsIn('account', values),
      ...(await readCredentials(this.#files, section, values)),
    }
  }

  async #gateway({ name, section, values }: Checked<'gateway'>): Promise<InventoryGateway> {
    const credentials = await readCredentials(this.#files, section, values)
    const { address: ip, port, username } = values
    const options = optionsIn('gateway', values)
    return { id: stableId('gateway', name), name, ip, port, username, ...credentials, options }
  }

  /** The gateways that an asset names, in the order of the file, under an id that only they make. */
  #domain(
    { section, values }: Checked<'asset'>,
    gateways: ReadonlyMap<string, InventoryGateway>,
  ): InventoryDomain | undefined {
    const ids = this.#ids('gateway', { section, key: 'gateways', names: values.gateways })
    if (ids.size === 0) return undefined
    const led = [...gateways.values()].filter(({ id }) => ids.has(id))
    return {
      id: stableId('domain', [...ids].toSorted().join(',')),
      name: led.map(({ name }) => name).join(', '),
      gateways: led,
    }
  }

  #rule({ name, section, values }: Checked<'rule'>): readonly InventoryRule[] {
    const accounts = this.#ids('account', { section, key: 'accounts', names: values.accounts })
    const content = ruleContent(values)
    if ('fault' in content) {
      const told = section.bad.has('regex') || section.bad.has('commands')
      if (!told) this.#files.fault({ section, key: content.key }, content.fault, content.next)
      return []
    }
    const { action, priority, comment } = values
    return [{ id: stableId('rule', name), name, ...content, action, priority, comment, accounts }]
  }

  #asset({ name, section, values }: Checked<'asset'>, domain: string | null): InventoryAsset {
    if (values.port !== undefined && values.protocols !== undefined) {
      this.#files.fault(
        { section, key: 'port' },
        'stands beside protocols',
        'Keep one of them; port = 22 means protocols = ssh/22.',
      )
    }
    return {
      id: stableId('asset', name),
      hostname: name,
      ip: values.address,
      protocols: values.protocols ?? [{ name: 'ssh', port: values.port ?? 22 }],
      platform: values.platform,
      comment: values.comment,
      accounts: this.#ids('account', { section, key: 'accounts', names: values.accounts }),
      groups: values.groups,
      domain,
      options: optionsIn('asset', values),
    }
  }

  #permission({ section, values }: Checked<'permission'>): InventoryPermission {
    if (values.from !== undefined && values.until !== undefined && values.from >= values.until) {
      this.#files.fault({ section, key: 'until' }, 'is not after from', 'Correct one of them.')
    }
    return {
      users: this.#ids('user', { section, key: 'users', names: values.users }),
      assets: this.#ids('asset', { section, key: 'assets', names: values.assets }),
      accounts: this.#ids('account', { section, key: 'accounts', names: values.accounts }),
      actions: new Set(values.actions.flatMap((action) => ACTIONS[action] ?? [])),
      from: values.from,
      until: values.until,
    }
  }

  /** Ids of named things; `*` is all of them. */
  #ids(
    kind: 'user' | 'asset' | 'account' | 'gateway',
    list: { section: IniSection; key: string; names: readonly string[] },
  ): Set<string> {
    const known = this.#sections[kind].names
    const ids = new Set<string>()
    for (const name of list.names) {
      if (name === '*') for (const every of known) ids.add(stableId(kind, every))
      else if (known.has(name)) ids.add(stableId(kind, name))
      else {
        const meant = nearest(name, known)
        const next = meant ? `Did you mean ${meant}?` : `Add a section [${kind} ${name}] or correct the name.`
        this.#files.fault(list, `names ${JSON.stringify(name)}: there is no such ${kind}`, next)
      }
    }
    return ids
  }
}

const byId = <T extends { readonly id: string }>(things: readonly T[]): ReadonlyMap<string, T> =>
  new Map(things.map((thing) => [thing.id, thing]))
