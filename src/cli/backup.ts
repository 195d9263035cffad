import { mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import Database from 'libsql'
import { FORMATS } from '../audit/formats.ts'
import { systemClock } from '../base/clock.ts'
import { reasonOf } from '../base/fault.ts'
import type { Settings } from '../config/settings.ts'
import { recordAct } from './acts.ts'
import { BACKUP_VERSION, BackupError, MANIFEST, type Manifest, tar } from './backup-file.ts'
import { type Command, EXIT } from './io.ts'
import { readCommandLine, UsageError } from './options.ts'
import { runningDaemon } from './running.ts'
import { programVersion } from './version.ts'

/** What belongs to a running process, what is copied in another way, and the log. */
const LEFT_OUT = [
  'lock',
  'lock.pid',
  'lock-*',
  'control.sock',
  'cocod.pid',
  'cocod.log*',
  '*.tmp',
  '*.db',
  '*.db-wal',
  '*.db-shm',
]

/**
 * `cocod backup FILE`: DATA_DIR and KEYS_DIR in one packed tar file, modes kept, also under a running daemon: databases
 * are copied by SQLite, all other files only grow or are replaced whole, so each record is as a kill would have left it.
 */
export const backup: Command = async (args, io) => {
  const { config, words } = readCommandLine(args, io)
  const [name, ...more] = words
  if (name === undefined || more.length > 0)
    throw new UsageError('cocod backup needs the name of a file to write')
  process.umask(0o077)
  const { settings } = config
  const file = resolve(io.cwd, name)
  const running = await runningDaemon(settings.DATA_DIR)
  await recordAct(settings.DATA_DIR, io, 'data-copy', { act: 'backup', file })
  await write(file, settings, running !== undefined)
  io.stdout.write(
    `${file}: keys and records${running ? ', as they were while it ran' : ''}. Whoever has it has the keys: keep it as you keep those.\n`,
  )
  return EXIT.ok
}

async function write(file: string, settings: Settings, running: boolean): Promise<void> {
  const staging = await mkdtemp(join(tmpdir(), 'cocod-backup-'))
  const part = `${file}.part`
  try {
    await stage(staging, settings)
    const left = LEFT_OUT.map((each) => `--exclude=${each}`)
    const members = [MANIFEST, 'databases', 'data/.', 'keys/.']
    // While the daemon runs files grow or go under tar's eyes, which it reports as 1.
    await tar(
      ['-czf', part, '-C', staging, ...left, '--warning=no-file-changed', ...members],
      running ? [0, 1] : [0],
    )
    await rename(part, file)
  } catch (cause) {
    await rm(part, { force: true })
    if (cause instanceof BackupError) throw cause
    throw new BackupError(`${file} was not written: ${reasonOf(cause)}`, 'look at the disk', cause)
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}

/** The manifest, whole copies of the databases, and links by which tar finds the rest under names of its own. */
async function stage(staging: string, { DATA_DIR, KEYS_DIR }: Settings): Promise<void> {
  const manifest: Manifest = {
    format: 'cocod-backup',
    version: BACKUP_VERSION,
    program: programVersion(),
    at: new Date(systemClock.now()).toISOString(),
    formats: FORMATS,
  }
  await writeFile(join(staging, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`)
  await mkdir(join(staging, 'databases'))
  await symlink(DATA_DIR, join(staging, 'data'))
  await symlink(KEYS_DIR, join(staging, 'keys'))
  for (const path of await databasesIn(DATA_DIR)) {
    // tar leaves out *.db by its name, so these have another.
    const copy = join(staging, 'databases', `${relative(DATA_DIR, path)}.copy`)
    await mkdir(dirname(copy), { recursive: true })
    copyDatabase(path, copy)
  }
}

/** At the top of DATA_DIR and one below: a walk through all recordings would take long. */
async function databasesIn(dataDir: string): Promise<readonly string[]> {
  const top = await readdir(dataDir, { withFileTypes: true })
  const below = top
    .filter((entry) => entry.isDirectory() && entry.name === 'core')
    .map(({ name }) => join(dataDir, name))
  const files = await Promise.all(
    [dataDir, ...below].map(async (each) => (await readdir(each)).map((name) => join(each, name))),
  )
  return files.flat().filter((path) => path.endsWith('.db'))
}

function copyDatabase(path: string, copy: string): void {
  const database = new Database(path)
  try {
    database.prepare('VACUUM INTO ?').run(copy)
  } finally {
    database.close()
  }
}
