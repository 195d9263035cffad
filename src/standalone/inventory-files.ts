import { readFile, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { escapeControls } from '../base/escape.ts'
import { reasonOf } from '../base/fault.ts'
import type { IniProblem, IniSection } from '../base/ini.ts'
import { Secret } from '../base/secret.ts'
import { plainBase32 } from './totp.ts'

/** A key of a section: what a fault names. */
export interface Key {
  readonly section: IniSection
  readonly key: string
}

/** The inventory's own file and those it names; what is wrong with one is added to `problems`. */
export class InventoryFiles {
  readonly #path: string
  readonly #problems: IniProblem[]
  readonly #seen: Set<string>

  /** `path`: the inventory's, absolute. The path of every file that is asked for is added to `seen`. */
  constructor(path: string, problems: IniProblem[], seen: Set<string> = new Set()) {
    this.#path = path
    this.#problems = problems
    this.#seen = seen
  }

  /** Text of a file that is no secret. */
  async text({ section, key }: Key, path: string | undefined): Promise<string | undefined> {
    if (path === undefined) return undefined
    this.#seen.add(this.#resolve(path))
    try {
      return await readFile(this.#resolve(path), 'utf8')
    } catch (cause) {
      const next = 'Check the path; it is relative to the inventory.'
      this.fault({ section, key }, `cannot be read: ${reasonOf(cause)}`, next)
      return undefined
    }
  }

  /** A password: the file without its last line end. */
  async password(where: Key, path: string | undefined): Promise<Secret | undefined> {
    const text = await this.#secret(where, path)
    return text === undefined ? undefined : new Secret(text.replace(/\r?\n$/, ''))
  }

  /** A TOTP secret (base32, blanks and case do not count): upper case without padding. */
  async totpSecret(where: Key, path: string | undefined): Promise<Secret | undefined> {
    const text = await this.#secret(where, path)
    if (text === undefined) return undefined
    const secret = plainBase32(text)
    // RFC 4226 section 4 asks for 128 bits; the 80 of common apps are taken too.
    if (/^[A-Z2-7]{16,128}$/.test(secret)) return new Secret(secret)
    this.fault(where, `${path} holds no TOTP secret`, 'Make one with "cocod user totp NAME".')
    return undefined
  }

  /** A private key: the file as it is. */
  async privateKey(where: Key, path: string | undefined): Promise<Secret | undefined> {
    const text = await this.#secret(where, path)
    return text === undefined ? undefined : new Secret(text)
  }

  /** Complains when a secret stands in an inventory that not only its owner can read. */
  async mayHoldSecret(where: Key): Promise<void> {
    if (await isPrivate(this.#path, 0o077)) return
    this.fault(
      where,
      'stands in a file that others can read',
      `Run "chmod 600 ${this.#path}", or use password_file.`,
    )
  }

  fault({ section, key }: Key, what: string, next: string): void {
    const line = section.entries.get(key)?.line ?? section.line
    this.#problems.push({ line, message: escapeControls(`[${section.name}] ${key} ${what}`), next })
  }

  async #secret(where: Key, path: string | undefined): Promise<string | undefined> {
    const text = await this.text(where, path)
    if (text === undefined || path === undefined) return undefined
    // Secrets mounted into a container are often readable by a group, never by others.
    if (!(await isPrivate(this.#resolve(path), 0o007))) {
      this.fault(where, `${path} can be read by everybody`, `Run "chmod 600 ${path}".`)
    }
    if (text.trim() === '') this.fault(where, `${path} is empty`, 'Put the secret into it.')
    return text
  }

  #resolve(path: string): string {
    return resolve(dirname(this.#path), path)
  }
}

async function isPrivate(path: string, others: number): Promise<boolean> {
  const { mode } = await stat(path)
  return (mode & others) === 0
}
