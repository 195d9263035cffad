import { mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'libsql'
import { z } from 'zod'
import { Fault } from '../../base/fault.ts'

const SCHEMA_VERSION = 2
const FILE = 'core.db'
const Version = z.object({ user_version: z.int() })

/** What brings a database from one version to the next; the first makes an empty one. */
const STEPS = [
  `
  CREATE TABLE terminals (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    comment TEXT NOT NULL,
    user_id TEXT NOT NULL,
    access_key_id TEXT NOT NULL UNIQUE,
    access_key_secret TEXT NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    user TEXT NOT NULL,
    asset TEXT NOT NULL,
    system_user TEXT NOT NULL,
    org_id TEXT NOT NULL,
    login_from TEXT NOT NULL,
    remote_addr TEXT,
    protocol TEXT NOT NULL,
    is_finished INTEGER NOT NULL,
    has_replay INTEGER NOT NULL,
    date_start INTEGER NOT NULL,
    date_end INTEGER,
    terminal TEXT
  ) STRICT;
  CREATE INDEX sessions_by_start ON sessions (date_start);
  CREATE TABLE commands (
    id TEXT PRIMARY KEY,
    user TEXT NOT NULL,
    asset TEXT NOT NULL,
    system_user TEXT NOT NULL,
    input TEXT NOT NULL,
    output TEXT NOT NULL,
    session TEXT NOT NULL,
    org_id TEXT NOT NULL,
    timestamp INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX commands_by_time ON commands (timestamp);
  CREATE INDEX commands_by_session ON commands (session);
  CREATE TABLE tasks (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    args TEXT NOT NULL,
    terminal TEXT NOT NULL,
    is_finished INTEGER NOT NULL,
    date_created INTEGER NOT NULL,
    date_finished INTEGER
  ) STRICT;
`,
  `
  CREATE TABLE file_logs (
    id TEXT PRIMARY KEY,
    user TEXT NOT NULL,
    remote_addr TEXT,
    asset TEXT NOT NULL,
    system_user TEXT NOT NULL,
    operate TEXT NOT NULL,
    filename TEXT NOT NULL,
    is_success INTEGER NOT NULL,
    org_id TEXT NOT NULL,
    date_start INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX file_logs_by_time ON file_logs (date_start);
`,
] as const

/** The embedded core cannot keep its records. */
export class EmbeddedCoreError extends Fault<'EMBEDDED_CORE_DATABASE'> {
  override readonly name = 'EmbeddedCoreError'
}

/**
 * Opens `<directory>/core.db`, making it where it is not. Everything in the directory is for its owner only.
 *
 * @throws EmbeddedCoreError when the file is of a newer version or no database.
 */
export async function openDatabase(directory: string): Promise<Database.Database> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const path = join(directory, FILE)
  // SQLite would make it with the umask's mode, and its journals with the mode of this file.
  await (await open(path, 'a', 0o600)).close()
  const database = new Database(path)
  try {
    migrate(database, path)
    return database
  } catch (cause) {
    database.close()
    if (cause instanceof EmbeddedCoreError) throw cause
    throw new EmbeddedCoreError('EMBEDDED_CORE_DATABASE', {
      step: 'open database',
      message: `${path} cannot be used as a database`,
      next: 'Move the file away; sessions listed in it are then no longer shown.',
      facts: { path },
      cause,
    })
  }
}

/**
 * Carries out `act`, one statement, and brings it to the disk off the main thread: SQLite itself would hold up the whole
 * process for that, once for each of many. When it resolves, what was done survives a power cut as everything does.
 */
export async function durably<T>(database: Database.Database, directory: string, act: () => T): Promise<T> {
  database.pragma('synchronous = NORMAL')
  let result: T
  try {
    result = act()
  } finally {
    database.pragma('synchronous = FULL')
  }
  // A commit is in the log and nowhere else until SQLite takes it over, and for that it syncs both files itself.
  await using log = await open(join(directory, `${FILE}-wal`), 'r')
  await log.sync()
  return result
}

function migrate(database: Database.Database, path: string): void {
  database.pragma('journal_mode = WAL')
  // Whoever was answered 201 deletes its copy: an answer must survive a power cut.
  database.pragma('synchronous = FULL')
  const { user_version: version } = Version.parse(database.prepare('PRAGMA user_version').get())
  if (version > SCHEMA_VERSION) {
    throw new EmbeddedCoreError('EMBEDDED_CORE_DATABASE', {
      step: 'open database',
      message: `${path} was written by a newer version of this program (format ${version})`,
      next: 'Install that version again, or give another DATA_DIR.',
      facts: { path, version },
    })
  }
  if (version < SCHEMA_VERSION) {
    const steps = STEPS.slice(version).join('')
    database.exec(`BEGIN; ${steps} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT;`)
  }
}
