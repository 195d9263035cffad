import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { lockPath } from '../base/data-dir.ts'
import { takeLock } from '../base/lock-file.ts'
import { isMissingFile } from '../base/system-error.ts'
import type { Settings } from '../config/settings.ts'
import { recordAct } from './acts.ts'
import { BackupError, checkManifest, MANIFEST, Manifest, tar } from './backup-file.ts'
import { type Command, EXIT } from './io.ts'
import { readCommandLine, UsageError } from './options.ts'

/** Unpacked here first, so that a half-written restore is never taken for a whole one. */
const UNPACKED = 'restoring'

/**
 * `cocod restore FILE`: a backup into a DATA_DIR and KEYS_DIR with nothing in them, while no daemon runs there. What of its
 * records core does not have is sent after the next start.
 */
export const restore: Command = async (args, io) => {
  const { config, words } = readCommandLine(args, io)
  const [name, ...more] = words
  if (name === undefined || more.length > 0) throw new UsageError('cocod restore needs the name of a backup')
  process.umask(0o077)
  const { settings } = config
  const file = resolve(io.cwd, name)
  checkManifest(name, await manifestOf(file))
  await unpack(file, settings)
  await recordAct(settings.DATA_DIR, io, 'data-copy', { act: 'restore', file })
  io.stdout.write(`restored to ${settings.DATA_DIR} and ${settings.KEYS_DIR}\n`)
  return EXIT.ok
}

async function manifestOf(file: string): Promise<Manifest> {
  const text = await tar(['-xzOf', file, MANIFEST])
  const parsed = Manifest.safeParse(parsedJson(text))
  if (parsed.success) return parsed.data
  throw new BackupError(`${file} is no backup of cocod`, 'name a file that cocod backup wrote', parsed.error)
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function unpack(file: string, { DATA_DIR, KEYS_DIR }: Settings): Promise<void> {
  await mkdir(DATA_DIR, { recursive: true, mode: 0o700 })
  // Held to the end: no daemon starts over what is half there. It throws by the pid of one that runs.
  await using _lock = await takeLock(lockPath(DATA_DIR))
  await mkdir(KEYS_DIR, { recursive: true, mode: 0o700 })
  for (const directory of [DATA_DIR, KEYS_DIR]) await refuseFull(directory)
  await unpackPart(file, 'keys', KEYS_DIR)
  await unpackPart(file, 'data', DATA_DIR)
  await unpackPart(file, 'databases', DATA_DIR)
}

async function refuseFull(directory: string): Promise<void> {
  const found = (await readdir(directory)).filter((name) => !name.startsWith('lock'))
  if (found.length === 0) return
  throw new BackupError(
    `${directory} is not empty (${found.slice(0, 3).join(', ')})`,
    'move what is in it away first: nothing is written over',
  )
}

async function unpackPart(
  file: string,
  part: 'data' | 'keys' | 'databases',
  directory: string,
): Promise<void> {
  const unpacked = join(directory, UNPACKED)
  await rm(unpacked, { recursive: true, force: true })
  await mkdir(unpacked, { mode: 0o700 })
  await tar(['-xzpf', file, '-C', unpacked, part])
  if (part === 'databases') await placeDatabases(join(unpacked, part), directory)
  else await moveAll(join(unpacked, part), directory)
  await rm(unpacked, { recursive: true, force: true })
}

async function moveAll(from: string, to: string): Promise<void> {
  for (const name of await namesIn(from)) await rename(join(from, name), join(to, name))
}

async function placeDatabases(from: string, to: string): Promise<void> {
  for (const name of await namesIn(from, true)) {
    if (!name.endsWith('.copy')) continue
    const place = join(to, name.slice(0, -'.copy'.length))
    await mkdir(dirname(place), { recursive: true, mode: 0o700 })
    await rename(join(from, name), place)
  }
}

async function namesIn(directory: string, recursive = false): Promise<readonly string[]> {
  try {
    return await readdir(directory, { recursive, encoding: 'utf8' })
  } catch (error) {
    if (isMissingFile(error)) return []
    throw error
  }
}
