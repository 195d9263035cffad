import { readFile, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { escapeControls } from '../base/escape.ts'
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
  const reader = new InventoryReader({ path, sections, problems, passwords })
  const inventory = await reader.read()
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
  readonly path: string
  readonly sections: CheckedSections
  readonly problems: IniProblem[]
  readonly passwords: Passwords
}

/** Turns checked sections into an inventory: reads secrets, and resolves names to ids. */
class InventoryReader {
  readonly #path: string
  readonly #sections: CheckedSections
  readonly #problems: IniProblem[]
  readonly #passwords: Passwords
  #private: boolean | undefined

  constructor({ path, sections, problems, passwords }: Sources) {
    this.#path = path
    this.#sections = sections
    this.#problems = problems
    this.#passwords = passwords
  }

  async read(): Promise<Inventory> {
    const { user, asset, account, permission } = this.#sections
    this.#private = await isPrivate(this.#path, 0o077)
    const users = await Promise.all(user.map((section) => this.#user(section)))
    const accounts = await Promise.all(account.map((section) => this.#account(section)))
    return {
      users: byId(users),
      accounts: byId(accounts),
      assets: byId(asset.map((section) => this.#asset(section))),
      permissions: permission.map((section) => this.#permission(section)),
    }
  }

  async #user({ name, section, values }: Checked<'user'>): Promise<InventoryUser> {
    if (values.password_hash !== undefined && values.password_file !== undefined) {
      this.#fault(section, 'password_file', 'stands beside password_hash', 'Keep one of them.')
    }
    const fromFile = await this.#secretFile(section, 'password_file', values.password_file)
    const inline = [...section.entries]
      .filter(([key]) => PUBLIC_KEY.test(key))
      .map(([key, { value }]) => ({ key, value }))
    const listed = await this.#publicKeyFile(section, values.public_key_file)
    return {
      id: stableId('user', name),
      username: name,
      name: values.name ?? name,
      passwordHash: values.password_hash ?? (await this.#hashOf(fromFile)),
      publicKeys: [...inline, ...listed].flatMap(({ key, value }) => this.#publicKey(section, key, value)),
      admin: values.admin,
    }
  }

  /** A password file holds a hash or the password itself. */
  async #hashOf(secret: Secret | undefined): Promise<string | undefined> {
    if (secret === undefined || PASSWORD_HASH.test(secret.reveal())) return secret?.reveal()
    return await this.#passwords.hash(secret)
  }

  #publicKey(section: IniSection, key: string, value: string): readonly string[] {
    const blob = PUBLIC_KEY_LINE.exec(value.trim())?.[1]
    if (blob !== undefined) return [blob]
    this.#fault(section, key, 'is no OpenSSH public key', 'Give a line like "ssh-ed25519 AAAA... comment".')
    return []
  }

  async #publicKeyFile(
    section: IniSection,
    path: string | undefined,
  ): Promise<Array<{ key: string; value: string }>> {
    const text = path === undefined ? '' : ((await this.#read(section, 'public_key_file', path)) ?? '')
    const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'))
    return lines.map((value) => ({ key: 'public_key_file', value }))
  }

  async #account({ name, section, values }: Checked<'account'>): Promise<InventoryAccount> {
    if (values.password !== undefined && values.password_file !== undefined) {
      this.#fault(section, 'password_file', 'stands beside password', 'Keep one of them.')
    }
    if (values.password !== undefined && this.#private === false) {
      const next = `Run "chmod 600 ${this.#path}", or use password_file.`
      this.#fault(section, 'password', 'stands in a file that others can read', next)
    }
    const inline = values.password === undefined ? undefined : new Secret(values.password)
    return {
      id: stableId('account', name),
      name,
      username: values.username,
      priority: values.priority,
      protocol: values.protocol,
      password: inline ?? (await this.#secretFile(section, 'password_file', values.password_file)),
      privateKey: await this.#secretFile(section, 'private_key_file', values.private_key_file),
    }
  }

  #asset({ name, section, values }: Checked<'asset'>): InventoryAsset {
    if (values.port !== undefined && values.protocols !== undefined) {
      this.#fault(
        section,
        'port',
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
      this.#fault(section, 'until', 'is not after from', 'Correct one of them.')
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
    const known = this.#sections[kind].map(({ name }) => name)
    const ids = new Set<string>()
    for (const name of list.names) {
      if (name === '*') for (const every of known) ids.add(stableId(kind, every))
      else if (known.includes(name)) ids.add(stableId(kind, name))
      else {
        const meant = nearest(name, known)
        const next = meant ? `Did you mean ${meant}?` : `Add a section [${kind} ${name}] or correct the name.`
        this.#fault(list.section, list.key, `names ${JSON.stringify(name)}: there is no such ${kind}`, next)
      }
    }
    return ids
  }

  async #secretFile(section: IniSection, key: string, path: string | undefined): Promise<Secret | undefined> {
    if (path === undefined) return undefined
    const text = await this.#read(section, key, path)
    if (text === undefined) return undefined
    // Secrets mounted into a container are often readable by a group, never by others.
    if (!(await isPrivate(this.#resolve(path), 0o007))) {
      this.#fault(section, key, `${path} can be read by everybody`, `Run "chmod 600 ${path}".`)
    }
    const secret = text.replace(/\r?\n$/, '')
    if (secret === '') this.#fault(section, key, `${path} is empty`, 'Put the secret into it.')
    // A key's last line end belongs to it.
    return new Secret(key === 'private_key_file' ? text : secret)
  }

  async #read(section: IniSection, key: string, path: string): Promise<string | undefined> {
    try {
      return await readFile(this.#resolve(path), 'utf8')
    } catch (cause) {
      this.#fault(
        section,
        key,
        `cannot be read: ${reasonOf(cause)}`,
        'Check the path; it is relative to the inventory.',
      )
      return undefined
    }
  }

  #resolve(path: string): string {
    return resolve(dirname(this.#path), path)
  }

  #fault(section: IniSection, key: string, what: string, next: string): void {
    const line = section.entries.get(key)?.line ?? section.line
    this.#problems.push({ line, message: escapeControls(`[${section.name}] ${key} ${what}`), next })
  }
}

async function isPrivate(path: string, others: number): Promise<boolean> {
  const { mode } = await stat(path)
  return (mode & others) === 0
}

const byId = <T extends { readonly id: string }>(things: readonly T[]): ReadonlyMap<string, T> =>
  new Map(things.map((thing) => [thing.id, thing]))
