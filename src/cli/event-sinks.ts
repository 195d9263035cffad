import { EventQueue, type EventSink } from '../audit/event-queue.ts'
import { syslogSink } from '../audit/syslog-sink.ts'
import { webhookSink } from '../audit/webhook-sink.ts'
import { systemClock } from '../base/clock.ts'
import { Secret } from '../base/secret.ts'
import type { Settings } from '../config/settings.ts'
import type { Log } from '../log.ts'

/** How long a stop waits for events to be taken. */
const CLOSE_MS = 5_000

/** Where audit events go besides the log. */
export class EventSinks {
  readonly #queues: readonly EventQueue[]
  #log: Log | undefined

  constructor({ AUDIT_SYSLOG, AUDIT_WEBHOOK, AUDIT_WEBHOOK_TOKEN: token }: Settings) {
    const sinks = [
      ...(AUDIT_SYSLOG === undefined ? [] : [syslogSink(AUDIT_SYSLOG)]),
      ...(AUDIT_WEBHOOK === undefined
        ? []
        : [webhookSink(AUDIT_WEBHOOK, token === undefined ? undefined : new Secret(token))]),
    ]
    this.#queues = sinks.map((sink) => this.#queue(sink))
  }

  /** Where troubles are told from now on. */
  tellIn(log: Log): void {
    this.#log = log
  }

  readonly push = (line: string): void => {
    for (const queue of this.#queues) queue.push(line)
  }

  /** Sends what is there, within five seconds. */
  async close(): Promise<void> {
    const deadline = AbortSignal.timeout(CLOSE_MS)
    await Promise.all(this.#queues.map((queue) => queue.close(deadline)))
  }

  #queue(sink: EventSink): EventQueue {
    return new EventQueue({
      sink,
      clock: systemClock,
      onTrouble: (err) =>
        this.#log?.warn({ err, sink: sink.name }, 'audit events are not taken, it is tried again'),
      onRecovered: (lost) => this.#log?.info({ sink: sink.name, lost }, 'audit events are taken again'),
    })
  }
}
