import { readFile, rm } from 'node:fs/promises'
import { z } from 'zod'
import { writeFileAtomic } from '../base/atomic-file.ts'

const KeptWire = z.object({
  address: z.string(),
  name: z.string(),
  id: z.guid(),
  token: z.string().min(1),
  /** When core took it, ms since the epoch. */
  at: z.number(),
})

/** A request for a terminal that waits for an administrator. */
export type KeptRequest = z.output<typeof KeptWire>

/**
 * Keeps the request beside the key file, 0600, so that a restart goes on waiting for the same acceptance: core would
 * refuse a second request of the same name. Without it nothing is lost but that.
 */
export class PendingRequest {
  readonly #file: string

  constructor(keyFile: string) {
    this.#file = `${keyFile}.pending`
  }

  /** The request made by `name` at this core less than `mostAge` ms ago. */
  async read(
    { address, name }: { address: string; name: string },
    { now, mostAge }: { now: number; mostAge: number },
  ): Promise<KeptRequest | undefined> {
    try {
      const kept = KeptWire.parse(JSON.parse(await readFile(this.#file, 'utf8')))
      const age = now - kept.at
      return kept.address === address && kept.name === name && age >= 0 && age < mostAge ? kept : undefined
    } catch {
      return undefined
    }
  }

  async keep(request: KeptRequest): Promise<void> {
    await writeFileAtomic(this.#file, `${JSON.stringify(request)}\n`).catch(() => undefined)
  }

  async drop(): Promise<void> {
    await rm(this.#file, { force: true }).catch(() => undefined)
  }
}
