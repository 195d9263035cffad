import type { Clock } from '../../base/clock.ts'
import type { AppService } from '../../core/app-service.ts'
import type { Files } from '../../files/files.ts'
import type { Log } from '../../log.ts'
import type { Identity } from '../visitor.ts'
import { busy } from './uploads.ts'
import { Volume } from './volume.ts'

export interface VolumesParts {
  readonly files: Pick<Files, 'client'>
  readonly core: Pick<AppService, 'assets'>
  readonly mostUploadBytes: number
  readonly clock: Clock
  readonly log: Log
}

/** A page that asks nothing for so long has its files closed; when it asks again, they are opened again. */
const IDLE_MS = 5 * 60_000
const MOST_PER_LOGIN = 16
/** Requests of one login at a time. */
const MOST_AT_ONCE = 24

interface Held {
  readonly owner: string
  readonly sid: string
  readonly volume: Promise<Volume>
  readonly gone: AbortController
  users: number
  idle: Disposable | undefined
}

/**
 * The file managers of all browsers. `sid` is a page's own word for itself and opens nothing: what it names belongs to
 * the login it was first used with, and for another login it names something else.
 */
export class Volumes implements AsyncDisposable {
  readonly #parts: VolumesParts
  readonly #held = new Map<string, Held>()

  constructor(parts: VolumesParts) {
    this.#parts = parts
  }

  /** Runs with the volume of this page, made now if there is none. */
  async use<T>(identity: Identity, sid: string, run: (volume: Volume) => Promise<T>): Promise<T> {
    const held = await this.#current(identity, sid)
    this.#enter(held)
    try {
      return await run(await held.volume)
    } finally {
      this.#leave(held)
    }
  }

  /** The page is gone. */
  close({ loginKey }: Identity, sid: string): void {
    const held = this.#held.get(keyOf(loginKey, sid))
    if (held) void this.#drop(held)
  }

  /** The login has ended: so have its file managers. */
  endLogin(loginKey: string): void {
    for (const held of this.#of(loginKey)) void this.#drop(held)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = [...this.#held.values()]
    await Promise.all(all.map((held) => this.#drop(held)))
  }

  async #current(identity: Identity, sid: string): Promise<Held> {
    const known = this.#held.get(keyOf(identity.loginKey, sid))
    if (!known) return this.#make(identity, sid)
    const volume = await known.volume
    if (!volume.isOver) return known
    void this.#drop(known)
    return this.#make(identity, sid)
  }

  #make(identity: Identity, sid: string): Held {
    const { loginKey: owner } = identity
    const key = keyOf(owner, sid)
    const made = this.#held.get(key)
    if (made) return made
    this.#makeRoom(owner)
    const gone = new AbortController()
    const volume = this.#open(identity, gone.signal)
    const held: Held = { owner, sid, gone, volume, users: 0, idle: undefined }
    volume.catch(() => this.#forget(held))
    this.#held.set(key, held)
    return held
  }

  async #open({ principal }: Identity, signal: AbortSignal): Promise<Volume> {
    const { files, core, mostUploadBytes } = this.#parts
    const client = await files.client(principal, undefined, signal)
    const volume = new Volume({ client, principal, core, mostUploadBytes })
    try {
      await volume.refresh(signal)
      return volume
    } catch (error) {
      await volume[Symbol.asyncDispose]()
      throw error
    }
  }

  /** The one that was used longest ago and is not in use makes room. */
  #makeRoom(owner: string): void {
    const own = this.#of(owner)
    if (own.length < MOST_PER_LOGIN) return
    const free = own.find(({ users }) => users === 0)
    if (!free) throw busy()
    void this.#drop(free)
  }

  #enter(held: Held): void {
    const users = this.#of(held.owner).reduce((sum, each) => sum + each.users, 0)
    if (users >= MOST_AT_ONCE) throw busy()
    held.users += 1
    held.idle?.[Symbol.dispose]()
    held.idle = undefined
  }

  #leave(held: Held): void {
    held.users -= 1
    if (held.users === 0) held.idle = this.#parts.clock.after(IDLE_MS, () => void this.#drop(held))
    // The last one used stands last.
    const key = keyOf(held.owner, held.sid)
    if (this.#held.get(key) !== held) return
    this.#held.delete(key)
    this.#held.set(key, held)
  }

  #forget(held: Held): void {
    held.idle?.[Symbol.dispose]()
    const key = keyOf(held.owner, held.sid)
    if (this.#held.get(key) === held) this.#held.delete(key)
  }

  /** Never rejects. */
  async #drop(held: Held): Promise<void> {
    this.#forget(held)
    try {
      const volume = await held.volume
      await volume[Symbol.asyncDispose]()
    } catch (err) {
      this.#parts.log.debug({ err }, 'the files of a page were not closed in order')
    } finally {
      held.gone.abort()
    }
  }

  #of(owner: string): readonly Held[] {
    return [...this.#held.values()].filter((held) => held.owner === owner)
  }
}

const keyOf = (owner: string, sid: string): string => `${owner} ${sid}`
