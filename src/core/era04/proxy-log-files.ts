import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { writeFileAtomic } from '../../base/atomic-file.ts'
import { isMissingFile } from '../../base/system-error.ts'

const ProxyLogFile = z.object({
  format: z.literal('cocod-proxy-log'),
  version: z.literal(1),
  /** Core's id; null: asked for one, and no answer has come. */
  id: z.number().int().nullable(),
  /** ms since the epoch. */
  dateStart: z.number(),
  /** Commands core has, which is the number of the last of them. */
  commands: z.number().int(),
  /** Digest of the last batch of them; empty before the first. */
  lastBatch: z.string(),
  /** Pieces of the recording core has. */
  pieces: z.number().int(),
})

/** What core 0.4 has of a session, by the id it made. */
export type ProxyLogState = Omit<z.output<typeof ProxyLogFile>, 'format' | 'version'>

/** A small file for each session, `<session id>.json`: without core's id nothing more could be said of it after a restart. */
export class ProxyLogFiles {
  readonly #directory: string
  #made = false

  constructor(directory: string) {
    this.#directory = directory
  }

  /** Undefined: core was never told of this session. Throws for a file that cannot be read. */
  async read(sessionId: string): Promise<ProxyLogState | undefined> {
    try {
      const body: unknown = JSON.parse(await readFile(this.#path(sessionId), 'utf8'))
      const { format: _, version: __, ...state } = ProxyLogFile.parse(body)
      return state
    } catch (error) {
      if (isMissingFile(error)) return undefined
      throw error
    }
  }

  async write(sessionId: string, state: ProxyLogState): Promise<void> {
    if (!this.#made) await mkdir(this.#directory, { recursive: true, mode: 0o700 })
    this.#made = true
    const body = { format: 'cocod-proxy-log', version: 1, ...state }
    await writeFileAtomic(this.#path(sessionId), `${JSON.stringify(body)}\n`)
  }

  async remove(sessionId: string): Promise<void> {
    await rm(this.#path(sessionId), { force: true })
  }

  #path(sessionId: string): string {
    return join(this.#directory, `${encodeURIComponent(sessionId)}.json`)
  }
}
