import { randomUUID } from 'node:crypto'
import { chown, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { syncDirectory, writeFileAtomic } from '../base/atomic-file.ts'
import { Fault, reasonOf } from '../base/fault.ts'
import { isMissingFile } from '../base/system-error.ts'
import { parseVersioned } from './session-file.ts'

const ACT_VERSION = 1

/** What somebody did on this machine that belongs to the record: an audit event of the daemon later. */
export const Act = z.object({
  event: z.enum(['replay-read', 'hostkey-change', 'user-change', 'data-copy']),
  /** ISO 8601, UTC. */
  at: z.string(),
  /** Flat, as all facts of events. */
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
})
export type Act = z.output<typeof Act>

const ActFile = Act.extend({ format: z.literal('cocod-act'), version: z.number().int() })

/** It cannot be put on record, so it is not done. */
export class ActError extends Fault<'ACT'> {
  override readonly name = 'ActError'
}

/**
 * Acts that wait for the daemon, a file each: whoever writes one and the daemon that takes it never share a file, and
 * it needs no daemon to write one.
 */
export class Acts {
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
  }

  /** On the disk when it resolves. Throws ActError. */
  async add(act: Act): Promise<void> {
    const path = join(this.#directory, `${act.at.replaceAll(':', '')}-${randomUUID()}.json`)
    try {
      await this.#prepare()
      await writeFileAtomic(
        path,
        `${JSON.stringify({ format: 'cocod-act', version: ACT_VERSION, ...act })}\n`,
      )
      await this.#giveToOwner(path)
    } catch (cause) {
      throw new ActError('ACT', {
        step: 'put on record',
        message: `this is to be on record, and that cannot be written: ${reasonOf(cause)}`,
        next: `run it as the user the daemon runs as, and give ${this.#directory} some room`,
        cause,
      })
    }
  }

  /**
   * Hands each act to `take`, oldest first, and forgets it; one that a kill interrupts comes again. What cannot be read is
   * told to `onBad` and set aside.
   */
  async drain(take: (act: Act) => void, onBad: (path: string, error: unknown) => void): Promise<void> {
    for (const name of (await this.#names()).sort()) {
      const path = join(this.#directory, name)
      try {
        const text = await readFile(path, 'utf8')
        const {
          format: _,
          version: __,
          ...act
        } = parseVersioned({
          ...{ path, text, schema: ActFile, known: ACT_VERSION },
        })
        take(act)
        await rm(path)
      } catch (error) {
        onBad(path, error)
        await rename(path, `${path}.bad`).catch(() => {})
      }
    }
  }

  async #names(): Promise<string[]> {
    try {
      return (await readdir(this.#directory)).filter((name) => name.endsWith('.json'))
    } catch (error) {
      if (isMissingFile(error)) return []
      throw error
    }
  }

  async #prepare(): Promise<void> {
    const made = await mkdir(this.#directory, { recursive: true, mode: 0o700 })
    if (made === undefined) return
    await this.#giveToOwner(this.#directory)
    await syncDirectory(dirname(this.#directory))
  }

  /** What root writes is to be the daemon's to read. */
  async #giveToOwner(path: string): Promise<void> {
    if (process.geteuid?.() !== 0) return
    const { uid, gid } = await stat(dirname(this.#directory))
    await chown(path, uid, gid)
  }
}
