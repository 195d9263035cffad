import { randomBytes } from 'node:crypto'
import { mkdir, opendir, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isMissingFile } from '../base/system-error.ts'
import { utcDay } from '../base/utc-day.ts'

/** Where one session's files are. */
export interface SpooledSession {
  readonly id: string
  readonly directory: string
}

const DATE = /^\d{4}-\d{2}-\d{2}$/
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** The directory tree of all sessions: `<root>/<UTC date>/<session id>/`; what is broken is put in `<root>/damaged`. */
export class Spool {
  readonly root: string

  constructor(root: string) {
    this.root = root
  }

  /** Where a session that starts at `startedAt` (ms since the epoch) belongs. Throws for an id that is no UUID. */
  place(id: string, startedAt: number): SpooledSession {
    if (!ID.test(id)) throw new TypeError('a session id is a lower-case UUID')
    const date = utcDay(startedAt)
    return { id, directory: join(this.root, date, id) }
  }

  /** Throws EEXIST when there is one already. */
  async make({ directory }: SpooledSession): Promise<void> {
    await mkdir(dirname(directory), { recursive: true, mode: 0o700 })
    await mkdir(directory, { mode: 0o700 })
  }

  /** Every session on disk, day by day; read as it goes, in constant memory but for one day's names. */
  async *sessions({ newestFirst = false } = {}): AsyncGenerator<SpooledSession> {
    const days = (await namesIn(this.root)).filter((name) => DATE.test(name)).sort()
    for (const day of newestFirst ? days.reverse() : days) {
      for await (const id of entries(join(this.root, day))) {
        if (ID.test(id)) yield { id, directory: join(this.root, day, id) }
      }
    }
  }

  /** Puts a session's directory where nobody trips over it. Returns the new place. */
  async setAside({ id, directory }: SpooledSession): Promise<string> {
    const damaged = join(this.root, 'damaged')
    await mkdir(damaged, { recursive: true, mode: 0o700 })
    const free = join(damaged, id)
    const place = (await exists(free)) ? `${free}.${randomBytes(4).toString('hex')}` : free
    await rename(directory, place)
    return place
  }

  /** Removes a session, and its day when that is empty. */
  async remove({ directory }: SpooledSession): Promise<void> {
    await rm(directory, { recursive: true, force: true })
  }

  /** Removes the days that have no session any more, but for `keep`, in which a new one may begin. */
  async tidy(keep: string): Promise<void> {
    for (const day of (await namesIn(this.root)).filter((name) => DATE.test(name) && name < keep)) {
      const left = await namesIn(join(this.root, day))
      if (left.length === 0) await rm(join(this.root, day), { recursive: true, force: true })
    }
  }
}

async function* entries(directory: string): AsyncGenerator<string> {
  try {
    for await (const entry of await opendir(directory)) if (entry.isDirectory()) yield entry.name
  } catch (error) {
    if (!isMissingFile(error)) throw error
  }
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory)
  } catch (error) {
    if (isMissingFile(error)) return []
    throw error
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (isMissingFile(error)) return false
    throw error
  }
}
