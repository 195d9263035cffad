import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { reasonOf } from '../base/fault.ts'
import { IniError, readIni } from '../base/ini.ts'
import type { Inventory } from './inventory.ts'
import { InventoryFiles } from './inventory-files.ts'
import { type Hasher, InventoryReader } from './inventory-reader.ts'
import { checkSections } from './inventory-sections.ts'

const STEP = 'read inventory'

/** For a reading that only judges: hashing costs a third of a second each. */
export const NO_HASHES: Hasher = { hash: () => Promise.resolve('') }

export interface LoadOptions {
  /** The paths of all files that are asked for are added to it, the inventory's own too. */
  readonly seen?: Set<string>
  /** The name under which faults are told, if not `file`. */
  readonly told?: string
}

/**
 * Reads an inventory file; paths in it are relative to it. A user's password in a file is hashed here.
 *
 * @throws IniError naming file, line and key of everything that is wrong, at once.
 */
export async function loadInventory(
  file: string,
  passwords: Hasher,
  { seen = new Set(), told = file }: LoadOptions = {},
): Promise<Inventory> {
  const path = resolve(file)
  seen.add(path)
  const text = await readText(path)
  const { ini, problems } = readIni(text, told)
  const sections = checkSections(ini, problems)
  const files = new InventoryFiles(path, problems, seen)
  const inventory = await new InventoryReader({ sections, files, passwords }).read()
  if (problems.length === 0) return inventory
  throw new IniError(
    told,
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
