import { appendFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { isFault, reasonOf } from '../base/fault.ts'
import type { Log } from '../log.ts'

/** What core refused for good: `<root>/<session id, or file-logs>/refused.ndjson`, one JSON object a line, for an operator to read. */
export class DeadLetters {
  readonly #root: string
  readonly #clock: Clock
  readonly #log: Log
  #count = 0

  constructor({ root, clock, log }: { root: string; clock: Clock; log: Log }) {
    this.#root = root
    this.#clock = clock
    this.#log = log
  }

  /** Since the start. */
  get count(): number {
    return this.#count
  }

  /** `what` names the step, `body` is what was refused. */
  async add(session: string, letter: { what: string; body: unknown; error: unknown }): Promise<void> {
    const { what, body, error } = letter
    const directory = join(this.#root, session)
    await mkdir(directory, { recursive: true, mode: 0o700 })
    const code = isFault(error) ? { code: error.code, id: error.id } : {}
    const line = { at: this.#clock.now(), what, reason: reasonOf(error), ...code, body }
    await appendFile(join(directory, 'refused.ndjson'), `${JSON.stringify(line)}\n`, { mode: 0o600 })
    this.#count += 1
    this.#log.error(
      { err: error, session, what, directory },
      'core refused a record for good, it is kept here',
    )
  }
}
