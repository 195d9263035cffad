import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.ts'
import type { Clock } from '../base/clock.ts'
import { isMissingFile } from '../base/system-error.ts'
import type { Log } from '../log.ts'
import { NOBODY, type Person, readPerson, writePerson } from './person.ts'

export interface PeopleOptions {
  /** Made when it is missing. */
  readonly directory: string
  readonly clock: Clock
  readonly log: Log
  /** People remembered; beyond it those who were not here for the longest time are forgotten. */
  readonly most?: number
}

/** What is remembered of one person, shared by all their logins on this node. */
export interface Remembered extends AsyncDisposable {
  readonly person: Person
  /** Changes it; on the disk a moment later. */
  change(by: (person: Person) => Person): void
}

const MOST_PEOPLE = 10_000
/** A change waits so long for more of them: a line of the menu does not cost two syncs of the disk. */
const PAUSE_MS = 2_000

interface Entry {
  person: Person
  dirty: boolean
  /** Never written: the file is of a newer version. */
  readonly frozen: boolean
  timer: Disposable | undefined
  writing: Promise<void>
}

interface Slot {
  readonly entry: Promise<Entry>
  /** Logins that have it open. */
  logins: number
}

/** A file for each person under DATA_DIR. What cannot be read or written costs memory of habits, never a login. */
export class People implements AsyncDisposable {
  readonly #options: PeopleOptions
  readonly #open = new Map<string, Slot>()
  readonly #made: Promise<unknown>

  constructor(options: PeopleOptions) {
    this.#options = options
    const { directory, log } = options
    this.#made = mkdir(directory, { recursive: true, mode: 0o700 }).catch((err: unknown) =>
      log.warn({ err, directory }, 'what people did cannot be remembered'),
    )
  }

  /** Opens what is remembered of a user; dispose it when the login ends. Never rejects. */
  async of(userId: string): Promise<Remembered> {
    const slot: Slot = this.#open.get(userId) ?? { entry: this.#read(userId), logins: 0 }
    this.#open.set(userId, slot)
    slot.logins += 1
    const entry = await slot.entry
    let closed = false
    return {
      get person() {
        return entry.person
      },
      change: (by) => this.#change(userId, entry, by),
      [Symbol.asyncDispose]: async () => {
        if (!closed) slot.logins -= 1
        closed = true
        await this.#settle(userId, slot)
      },
    }
  }

  /** Everything is on the disk afterwards. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const [userId, slot] of this.#open) await this.#settle(userId, slot)
  }

  async #read(userId: string): Promise<Entry> {
    await this.#made
    const read = await this.#readFile(userId)
    const person = read.kind === 'read' ? read.person : NOBODY
    return {
      ...{ person, dirty: false, frozen: read.kind === 'newer' },
      ...{ timer: undefined, writing: Promise.resolve() },
    }
  }

  async #readFile(userId: string): Promise<ReturnType<typeof readPerson> | { kind: 'none' }> {
    const { log } = this.#options
    const path = this.#pathOf(userId)
    try {
      const read = readPerson(await readFile(path, 'utf8'), userId)
      if (read.kind !== 'read') log.warn({ path, ...read }, 'what a person did before is not usable')
      return read
    } catch (err) {
      if (!isMissingFile(err)) log.warn({ err, path }, 'what a person did before cannot be read')
      return { kind: 'none' }
    }
  }

  #change(userId: string, entry: Entry, by: (person: Person) => Person): void {
    const changed = by(entry.person)
    if (changed === entry.person) return
    entry.person = changed
    entry.dirty = !entry.frozen
    if (!entry.dirty || entry.timer) return
    entry.timer = this.#options.clock.after(PAUSE_MS, () => {
      entry.timer = undefined
      void this.#write(userId, entry)
    })
  }

  /** Writes what is not written yet, one after another; forgets who is not here any more. */
  async #settle(userId: string, slot: Slot): Promise<void> {
    const entry = await slot.entry
    entry.timer?.[Symbol.dispose]()
    entry.timer = undefined
    await this.#write(userId, entry)
    if (slot.logins === 0 && !entry.dirty) this.#open.delete(userId)
  }

  #write(userId: string, entry: Entry): Promise<void> {
    entry.writing = entry.writing.then(async () => {
      if (!entry.dirty) return
      entry.dirty = false
      await this.#writeFile(userId, entry.person)
    })
    return entry.writing
  }

  async #writeFile(userId: string, person: Person): Promise<void> {
    const { log } = this.#options
    const path = this.#pathOf(userId)
    try {
      const isNew = await stat(path).then(
        () => false,
        (error: unknown) => isMissingFile(error),
      )
      await writeFileAtomic(path, writePerson(person, userId))
      if (isNew) await this.#makeRoom()
    } catch (err) {
      log.warn({ err, path }, 'what a person did cannot be remembered')
    }
  }

  /** At the bound a tenth goes at once, so that not every newcomer costs a look at all files. */
  async #makeRoom(): Promise<void> {
    const { directory, most = MOST_PEOPLE } = this.#options
    const names = (await readdir(directory)).filter((name) => name.endsWith('.json'))
    if (names.length <= most) return
    const aged = await Promise.all(
      names.map(async (name) => ({ name, at: (await stat(join(directory, name))).mtimeMs })),
    )
    const oldest = aged.sort((a, b) => a.at - b.at).slice(0, names.length - Math.floor(most * 0.9))
    for (const { name } of oldest) await rm(join(directory, name), { force: true })
  }

  /** Ids come from core: no character of theirs gets into a path. */
  #pathOf(userId: string): string {
    const name = createHash('sha256').update(userId).digest('hex').slice(0, 32)
    return join(this.#options.directory, `${name}.json`)
  }
}
