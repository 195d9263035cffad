import Database from 'libsql'
import { z } from 'zod'
import { Fault, reasonOf } from '../base/fault.ts'

export class EventStoreError extends Fault<'EVENT_STORE'> {
  override readonly name = 'EventStoreError'
}

export interface StoredEvent {
  readonly id: number
  /** A line of JSON. */
  readonly line: string
}

export interface EventStoreOptions {
  /** The file, made when it is not there. */
  readonly path: string
  /** Who takes events, by name; a new one gets those that come from now on. */
  readonly sinks: readonly string[]
  /** Events kept at most; of more the oldest are lost. */
  readonly most?: number
}

const VERSION = 1
const MOST = 100_000
const Rows = z.array(z.object({ id: z.number(), line: z.string() }))
const Place = z.object({ id: z.number() })
const Count = z.object({ count: z.number() })
const Version = z.object({ user_version: z.number() })

/**
 * Audit events on their way, in a file, so that neither a kill nor a restart loses one. Each sink has its own place in
 * it; what all have is deleted. Calls are synchronous: tens of microseconds for what is written in one turn.
 */
export class EventStore implements Disposable {
  readonly #database: Database.Database
  readonly #most: number

  constructor({ path, sinks, most = MOST }: EventStoreOptions) {
    this.#most = most
    this.#database = open(path)
    this.#database.exec(TABLES)
    const forget = `DELETE FROM places WHERE sink NOT IN (${sinks.map(() => '?').join(',')})`
    this.#database.prepare(forget).run(...sinks)
    const enter = 'INSERT OR IGNORE INTO places SELECT ?, coalesce(max(id), 0) FROM events'
    for (const sink of sinks) this.#database.prepare(enter).run(sink)
  }

  /** @throws what SQLite says when it cannot be written: then none of these lines is in it. */
  add(lines: readonly string[]): void {
    const insert = this.#database.prepare('INSERT INTO events (line) VALUES (?)')
    this.#database.transaction(() => {
      for (const line of lines) insert.run(line)
    })()
    this.#database.prepare(TRIM).run(this.#most)
  }

  /** The next events of a sink in their order, `most` at most. */
  next(sink: string, most: number): readonly StoredEvent[] {
    return Rows.parse(this.#database.prepare(NEXT).all(sink, most))
  }

  /** The sink has all up to and with this one. */
  taken(sink: string, id: number): void {
    this.#database.prepare('UPDATE places SET id = ? WHERE sink = ?').run(id, sink)
    this.#database.exec('DELETE FROM events WHERE id <= (SELECT min(id) FROM places)')
  }

  /** The id of the last event the sink has; 0: none yet. */
  place(sink: string): number {
    return Place.parse(this.#database.prepare('SELECT id FROM places WHERE sink = ?').get(sink)).id
  }

  waiting(sink: string): number {
    return Count.parse(this.#database.prepare(WAITING).get(sink)).count
  }

  [Symbol.dispose](): void {
    this.#database.close()
  }
}

const TABLES = `
  CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY AUTOINCREMENT, line TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS places (sink TEXT PRIMARY KEY, id INTEGER NOT NULL)`
const OF_SINK = 'FROM events WHERE id > (SELECT id FROM places WHERE sink = ?)'
const NEXT = `SELECT id, line ${OF_SINK} ORDER BY id LIMIT ?`
const WAITING = `SELECT count(*) AS count ${OF_SINK}`
const TRIM = 'DELETE FROM events WHERE id <= (SELECT max(id) FROM events) - ?'

function open(path: string): Database.Database {
  try {
    const database = new Database(path)
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 1000')
    const { user_version: version } = Version.parse(database.prepare('PRAGMA user_version').get())
    if (version > VERSION)
      throw new Error(`it is of a newer cocod (format ${version}, this one knows ${VERSION})`)
    database.exec(`PRAGMA user_version = ${VERSION}`)
    return database
  } catch (cause) {
    throw new EventStoreError('EVENT_STORE', {
      step: 'open the waiting audit events',
      message: `${path}: ${reasonOf(cause)}`,
      next: 'give the disk of DATA_DIR room; if the file is damaged move it away: what waited in it is also in the log',
      cause,
    })
  }
}
