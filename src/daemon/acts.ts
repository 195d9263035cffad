import type { Act } from '../audit/acts.ts'
import { Acts } from '../audit/acts.ts'
import { auditEvent, type Log } from '../log.ts'
import { answerOf, type ControlCommands } from './control.ts'

const MESSAGES: Readonly<Record<Act['event'], string>> = {
  'replay-read': 'a recording was read on this machine',
  'hostkey-change': 'pinned host keys were changed on this machine',
  'user-change': 'a user of the inventory was changed on this machine',
  'data-copy': 'keys and records were copied on this machine',
}

/** Makes audit events of what people did on the command line: at the start of what waits, then as they ask for it. */
export class ActsForwarder {
  readonly #acts: Acts
  readonly #log: Log
  #run: Promise<void> = Promise.resolve()

  constructor(directory: string, log: Log) {
    this.#acts = new Acts(directory)
    this.#log = log
  }

  /** One after the other, so that none is told twice. Never rejects. */
  forward(): Promise<void> {
    this.#run = this.#run.then(() =>
      this.#acts
        .drain(
          ({ event, at, facts }) => auditEvent(this.#log, event, { at, ...facts }, MESSAGES[event]),
          (path, err) => this.#log.error({ err, path }, 'what was done on this machine cannot be read'),
        )
        .catch((err: unknown) => this.#log.error({ err }, 'what was done on this machine cannot be read')),
    )
    return this.#run
  }

  readonly commands: ControlCommands = {
    acts: async () => {
      await this.forward()
      return answerOf({})
    },
  }
}
