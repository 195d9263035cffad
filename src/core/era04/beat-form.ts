import type { Log } from '../../log.ts'
import { type CoreAnswer, parseBody } from '../answer.ts'
import type { BeatForm } from '../beat-body.ts'
import type { Task } from '../model.ts'
import { BeatWire, TaskWire } from './wire.ts'

/**
 * The heartbeat of core 0.4 (`heatbeat`, as it is spelt there). It is told nothing about sessions; its one order,
 * `kill_proxy`, names core's number and comes once only.
 */
export class BeatForm04 implements BeatForm {
  readonly path = '/api/applications/v1/terminal/heatbeat/'
  readonly ordersOnce = true
  readonly #sessionOf: (proxyLogId: number) => string | undefined
  readonly #log: Log

  constructor({ sessionOf, log }: { sessionOf: (proxyLogId: number) => string | undefined; log: Log }) {
    this.#sessionOf = sessionOf
    this.#log = log
  }

  of(): Readonly<Record<string, never>> {
    return {}
  }

  turns(): boolean {
    return false
  }

  tasks(answer: CoreAnswer): readonly Task[] {
    return parseBody(BeatWire, answer).tasks.flatMap((item) => this.#task(item))
  }

  #task(item: unknown): Task[] {
    const { name, proxy_log_id: id } = TaskWire.safeParse(item).data ?? {}
    const session = name === 'kill_proxy' && typeof id === 'number' ? this.#sessionOf(id) : undefined
    if (session !== undefined) return [{ id: `kill_proxy ${id}`, name: 'kill_session', args: session }]
    this.#log.warn(
      { task: name, proxyLog: id },
      'order of core is unknown here, or about a session that has ended',
    )
    return []
  }
}
