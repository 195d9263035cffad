import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { reasonOf } from '../base/fault.ts'
import { IniError, type IniProblem, type IniSection, parseIni } from '../base/ini.ts'
import { nearest } from '../base/nearest.ts'
import { Secret } from '../base/secret.ts'
import {
  ACTIONS,
  type Inventory,
  type InventoryAccount,
  type InventoryAsset,
  type InventoryPermission,
  type InventoryUser,
  stableId,
} from './inventory.ts'
import { InventoryFiles, type Key } from './inventory-files.ts'
import { PUBLIC_KEY, PUBLIC_KEY_LINE } from './inventory-schema.ts'
import { type Checked, type CheckedSections, checkSections } from './inventory-sections.ts'
import { PASSWORD_HASH, type Passwords } from './passwords.ts'

const STEP = 'read inventory'

/**
 * Reads an inventory file; paths in it are relative to it. A user's password in a file is hashed here.
 *
 * @throws IniError naming file, line and key of everything that is wrong, at once.
 */
export async function loadInventory(file: string, passwords: Passwords): Promise<Inventory> {
  const path = resolve(file)
  const text = await readText(path)
  const problems: IniProblem[] = []
  const sections = checkSections(parseIni(text, file), problems)
  const files = new InventoryFiles(path, problems)
  const inventory = await new InventoryReader({ sections, files, passwords }).read()
  if (problems.length === 0) return inventory
  throw new IniError(
    file,
    problems.toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0)),
    STEP,
  )
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const message = `cannot be read: ${reasonOf(cause)}`
    throw new IniError(
      path,
      [{ line: undefined, message, next: 'Check the path and its permissions.' }],
      STEP,
    )
  }
}

interface Sources {
  readonly sections: CheckedSections
  readonly files: InventoryFiles
  readonly passwords: Passwords
}

/** Turns checked sections into an inventory: reads secrets, and resolves names to ids. */
class InventoryReader {
  readonly #sections: CheckedSections
  readonly #files: InventoryFiles
  readonly #passwords: Passwords

  constructor({ sections, files, passwords }: Sources) {
    this.#sections = sections
    this.#files = files
    this.#passwords = passwords
  }

  async read(): Promise<Inventory> {
    const { user, asset, account, permission } = this.#sections
    const users: InventoryUser[] = []
    // One after the other: hashing many at once would fill the queue of the logins' own checks.
    for (const section of user.good) users.push(await this.#user(section))
    const accounts = await Promise.all(account.good.map((section) => this.#account(section)))
    return {
      users: byId(users),
      accounts: byId(accounts),
      assets: byId(asset.good.map((section) => this.#asset(section))),
      permissions: permission.good.map((section) => this.#permission(section)),
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
    const inFile = { section, key: 'password_file' }
    if (values.password !== undefined && values.password_file !== undefined) {
      this.#files.fault(inFile, 'stands beside password', 'Keep one of them.')
    }
    if (values.password !== undefined) await this.#files.mayHoldSecret({ section, key: 'password' })
    const inline = values.password === undefined ? undefined : new Secret(values.password)
    const privateKey = { section, key: 'private_key_file' }
    return {
      id: stableId('account', name),
      name,
      username: values.username,
      priority: values.priority,
      protocol: values.protocol,
      password: inline ?? (await this.#files.password(inFile, values.password_file)),
      privateKey: await this.#files.privateKey(privateKey, values.private_key_file),
    }
  }

  #asset({ name, section, values }: Checked<'asset'>): InventoryAsset {
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
    kind: 'user' | 'asset' | 'account',
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
