import type { Clock } from '../base/clock.ts'

/**
 * What a power cut may take; a killed process takes nothing in any of them.
 * - `off`: what the kernel has not written by itself
 * - `5s`: the last five seconds
 * - `strict`: nothing that was acknowledged
 */
export type FsyncMode = 'off' | '5s' | 'strict'

/** What is used of a FileHandle; `fd` is below 0 when it is closed. */
export interface Syncable {
  readonly fd: number
  datasync(): Promise<void>
}

const INTERVAL_MS = 5_000
/** Syncs at a time: a disk gets slower, not faster, by more. */
const AT_A_TIME = 2

/** Brings written files to the disk as the mode asks. One for all files of the spool. */
export class SpoolSync {
  readonly #mode: FsyncMode
  readonly #clock: Clock
  readonly #dirty = new Map<Syncable, (error: unknown) => void>()
  #timer: Disposable | undefined
  #round: Promise<void> | undefined

  constructor({ mode, clock }: { mode: FsyncMode; clock: Clock }) {
    this.#mode = mode
    this.#clock = clock
  }

  /** To be called after each write. Rejects in strict mode when the disk refuses; `onError` hears of it in `5s`. */
  async written(file: Syncable, onError: (error: unknown) => void): Promise<void> {
    if (this.#mode === 'strict') return await file.datasync()
    if (this.#mode === 'off') return
    this.#dirty.set(file, onError)
    this.#timer ??= this.#clock.after(INTERVAL_MS, () => this.#start())
  }

  /** To be called before a file is closed: what is due is synced at once. */
  async finish(file: Syncable): Promise<void> {
    if (this.#dirty.delete(file)) await file.datasync()
  }

  /** Stops the timer; resolves when no sync is under way. */
  async close(): Promise<void> {
    this.#timer?.[Symbol.dispose]()
    await this.#round
  }

  #start(): void {
    this.#timer = undefined
    const files = [...this.#dirty]
    this.#dirty.clear()
    const worker = async (): Promise<void> => {
      for (let next = files.pop(); next; next = files.pop()) await sync(...next)
    }
    const before = this.#round
    this.#round = (async () => {
      await before
      await Promise.all(Array.from({ length: AT_A_TIME }, worker))
    })()
  }
}

async function sync(file: Syncable, onError: (error: unknown) => void): Promise<void> {
  if (file.fd < 0) return // closed meanwhile
  try {
    await file.datasync()
  } catch (error) {
    onError(error)
  }
}
