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
  close(): Promise<void>
}

const INTERVAL_MS = 5_000
/** Syncs at a time: a disk gets slower, not faster, by more. */
const AT_A_TIME = 2

/** Brings written files to the disk as the mode asks. One for all files of the spool. */
export class SpoolSync {
  readonly #mode: FsyncMode
  readonly #clock: Clock
  readonly #dirty = new Map<Syncable, (error: unknown) => void>()
  readonly #finished = new Set<Syncable>()
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

  /**
   * Takes over a file that is complete. What it still owes the disk it gets in its turn and is closed then; nobody
   * waits for that: a person whose command is over must not wait for a disk.
   */
  async finish(file: Syncable): Promise<void> {
    if (this.#dirty.has(file)) this.#finished.add(file)
    else await file.close()
  }

  /** Resolves when all that is due is on the disk and all that was taken over is closed. */
  async close(): Promise<void> {
    this.#timer?.[Symbol.dispose]()
    this.#start()
    await this.#round
  }

  #start(): void {
    this.#timer = undefined
    const files = [...this.#dirty]
    this.#dirty.clear()
    const worker = async (): Promise<void> => {
      for (let next = files.pop(); next; next = files.pop()) await this.#sync(...next)
    }
    const before = this.#round
    this.#round = (async () => {
      await before
      await Promise.all(Array.from({ length: AT_A_TIME }, worker))
    })()
  }

  async #sync(file: Syncable, onError: (error: unknown) => void): Promise<void> {
    try {
      if (file.fd >= 0) await file.datasync() // else it was closed meanwhile
    } catch (error) {
      onError(error)
    }
    if (this.#finished.delete(file)) await file.close().catch(onError)
  }
}
