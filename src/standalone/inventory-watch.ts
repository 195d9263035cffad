import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { IniError } from '../base/ini.ts'
import type { Log } from '../log.ts'
import type { Inventory, InventorySource } from './inventory.ts'
import { loadInventory } from './inventory-file.ts'
import type { Passwords } from './passwords.ts'

const LOOK_EVERY_MS = 1000

interface WatchOptions {
  readonly file: string
  readonly passwords: Passwords
  readonly clock: Clock
  readonly log: Log
}

export interface WatchedInventory extends InventorySource, AsyncDisposable {}

/**
 * Reads an inventory, and again when its file or one that it names has changed. A wrong one is told in the log, with
 * file, line and key, and the one in force stays; the next change is looked at anew.
 *
 * @throws IniError when the first reading finds a fault.
 */
export async function watchInventory(options: WatchOptions): Promise<WatchedInventory> {
  const { file, passwords } = options
  const files = new Set<string>()
  const before = await statesOf([resolve(file)])
  const current = await loadInventory(file, passwords, { seen: files })
  return new InventoryWatch(options, { current, files, read: await stateRead(before, files) })
}

interface Reading {
  readonly current: Inventory
  readonly files: ReadonlySet<string>
  readonly read: string
}

/**
 * Files are looked at every second, not listened to: that holds for a file that an editor replaces by another, for a
 * directory mounted over a network or into a container, and for a link that is turned.
 */
class InventoryWatch implements WatchedInventory {
  readonly #options: WatchOptions
  #current: Inventory
  /** Those of the last reading, good or not. */
  #files: ReadonlySet<string>
  /** What they were like then. */
  #read: string
  /** What they were like at the last look. */
  #seen: string
  #timer: Disposable | undefined
  #looking: Promise<void> = Promise.resolve()
  #closed = false

  constructor(options: WatchOptions, { current, files, read }: Reading) {
    this.#options = options
    this.#current = current
    this.#files = files
    this.#read = read
    this.#seen = read
    this.#wait()
  }

  get current(): Inventory {
    return this.#current
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    this.#timer?.[Symbol.dispose]()
    await this.#looking
  }

  #wait(): void {
    if (this.#closed) return
    this.#timer = this.#options.clock.after(LOOK_EVERY_MS, () => {
      this.#looking = this.#look()
        .catch((err: unknown) => this.#options.log.error({ err }, 'looking at the inventory failed'))
        .finally(() => this.#wait())
    })
  }

  /** A file that is being written is left alone until it looks the same twice. */
  async #look(): Promise<void> {
    const state = joined(await statesOf(this.#files))
    const settled = state === this.#seen
    this.#seen = state
    if (settled && state !== this.#read) await this.#reload()
  }

  async #reload(): Promise<void> {
    const { file, passwords, log } = this.#options
    const files = new Set<string>()
    const before = await statesOf(this.#files)
    try {
      const inventory = await loadInventory(file, passwords, { seen: files })
      if (this.#closed) return
      this.#current = inventory
      const { users, assets, permissions } = inventory
      const counts = { users: users.size, assets: assets.size, permissions: permissions.length }
      log.info({ file, ...counts }, 'the changed inventory is in force')
    } catch (fault) {
      if (!(fault instanceof IniError)) throw fault
      tell(log, fault)
    } finally {
      this.#files = files
      this.#read = await stateRead(before, files)
    }
  }
}

function tell(log: Log, { file, problems }: IniError): void {
  for (const { line, message, next } of problems) {
    log.error({ file, line, message, next }, 'the changed inventory is wrong; the one before stays in force')
  }
}

/** What was read: as it was before, where that is known, so that a change during the reading is seen later. */
async function stateRead(before: ReadonlyMap<string, string>, files: ReadonlySet<string>): Promise<string> {
  const known = [...before].filter(([path]) => files.has(path))
  return joined(new Map([...(await statesOf(files)), ...known]))
}

const joined = (states: ReadonlyMap<string, string>): string =>
  [...states].map(([path, state]) => `${path}\0${state}`).join('\n')

/** What changes when a file is written, replaced, or made readable or unreadable. */
async function statesOf(files: Iterable<string>): Promise<ReadonlyMap<string, string>> {
  const states = new Map<string, string>()
  for (const path of files) {
    try {
      const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true })
      states.set(path, [ino, size, mtimeNs, ctimeNs].join(' '))
    } catch (fault) {
      states.set(path, fault instanceof Error && 'code' in fault ? String(fault.code) : 'unknown')
    }
  }
  return states
}
