import { randomBytes } from 'node:crypto'
import { chown, mkdir, readFile, realpath, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.ts'
import { Fault } from '../base/fault.ts'
import { Secret } from '../base/secret.ts'
import { stableId } from './inventory.ts'
import { addSection, hasSection, setKey } from './inventory-edit.ts'
import { loadInventory, NO_HASHES } from './inventory-file.ts'
import type { Passwords } from './passwords.ts'
import { toBase32 } from './totp.ts'

export class InventoryUserError extends Fault<'INVENTORY_USER'> {
  override readonly name = 'InventoryUserError'

  constructor(message: string, next: string) {
    super('INVENTORY_USER', { step: 'change inventory', message, next })
  }
}

/** RFC 4226 section 4 recommends 160 bits. */
const TOTP_BYTES = 20

/**
 * Changes the users in an inventory file. The file is replaced at once and whole, by one that is a good inventory;
 * every line that is not concerned stays as it is, byte for byte.
 */
export class InventoryUsers {
  readonly #file: string
  readonly #passwords: Passwords

  constructor(file: string, passwords: Passwords) {
    this.#file = resolve(file)
    this.#passwords = passwords
  }

  /** Throws unless `name` can be added, so that nobody types a password for nothing. A file that is not there is made. */
  async checkNew(name: string): Promise<void> {
    if (!isName(name)) {
      throw new InventoryUserError(
        `${JSON.stringify(name)} cannot be a user's name`,
        'Use at most 128 characters, no blanks, commas, brackets, quotes, # or ;.',
      )
    }
    const bytes = await this.#read()
    if (!bytes || !hasSection(bytes, { kind: 'user', name })) return
    throw new InventoryUserError(
      `${this.#file} has a user ${name} already`,
      `Use "cocod user passwd ${name}" for another password.`,
    )
  }

  /** Throws unless there is a user of this name. */
  async checkKnown(name: string): Promise<void> {
    const bytes = await this.#read()
    if (bytes && hasSection(bytes, { kind: 'user', name })) return
    throw new InventoryUserError(
      `${this.#file} has no user ${JSON.stringify(name)}`,
      'Correct the name, or add it with "cocod user add NAME".',
    )
  }

  /** @throws InventoryUserError, IniError when the file would not be a good one. */
  async add(name: string, password: Secret): Promise<void> {
    await this.checkNew(name)
    const hash = await this.#passwords.hash(password)
    const section = { kind: 'user', name }
    await this.#change((bytes) => addSection(bytes, section, [['password_hash', hash]]))
  }

  /** Instead of a `password_file`, too. */
  async setPassword(name: string, password: Secret): Promise<void> {
    await this.checkKnown(name)
    const value = await this.#passwords.hash(password)
    const edit = { kind: 'user', name, key: 'password_hash', value, instead: ['password_file'] }
    await this.#change((bytes) => setKey(bytes, edit, this.#file))
  }

  /** Makes a new secret in a file of its own beside the inventory, and names it there. Gives the secret, in base32. */
  async setTotp(name: string): Promise<{ readonly secret: Secret; readonly file: string }> {
    await this.checkKnown(name)
    const secret = new Secret(toBase32(randomBytes(TOTP_BYTES)))
    const value = join('totp', /^[a-z0-9_-][a-z0-9_.-]*$/.test(name) ? name : stableId('user', name))
    const file = join(dirname(this.#file), value)
    const existed = await exists(file)
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    await writeFileAtomic(file, `${secret.reveal()}\n`)
    try {
      const edit = { kind: 'user', name, key: 'totp_secret_file', value }
      await this.#change((bytes) => setKey(bytes, edit, this.#file))
    } catch (fault) {
      if (!existed) await rm(file, { force: true })
      throw fault
    }
    return { secret, file }
  }

  async #read(): Promise<Buffer | undefined> {
    try {
      return await readFile(this.#file)
    } catch (fault) {
      if (fault instanceof Error && 'code' in fault && fault.code === 'ENOENT') return undefined
      throw new InventoryUserError(
        `${this.#file} cannot be read: ${fault instanceof Error ? fault.message : String(fault)}`,
        'Check the path and its permissions.',
      )
    }
  }

  /** Tries the new text beside the file, where paths in it mean the same, and only then puts it in its place. */
  async #change(edit: (bytes: Buffer) => Buffer): Promise<void> {
    const path = await realpath(this.#file).catch(() => this.#file)
    const old = await stat(path).catch(() => undefined)
    const bytes = edit((await this.#read()) ?? Buffer.alloc(0))
    const trial = `${this.#file}.${process.pid}.trial`
    try {
      await writeFileAtomic(trial, bytes)
      await loadInventory(trial, NO_HASHES, { told: this.#file })
    } catch (fault) {
      // What was wrong before is told with the lines of before.
      if (old) await loadInventory(this.#file, NO_HASHES)
      throw fault
    } finally {
      await rm(trial, { force: true })
    }
    await writeFileAtomic(path, bytes, old ? old.mode & 0o777 : 0o600)
    if (old && process.getuid?.() !== old.uid) await chown(path, old.uid, old.gid)
  }
}

const exists = async (path: string): Promise<boolean> =>
  await stat(path).then(
    () => true,
    () => false,
  )

/** As the inventory takes them, and besides without blanks: SSH clients and shells have trouble with those. */
const isName = (name: string): boolean =>
  [...name].length <= 128 && name !== '*' && /^[^\s,[\]"'#;\p{C}]+$/u.test(name)
