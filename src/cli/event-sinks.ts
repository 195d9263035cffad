import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { EventQueue, type EventSink } from '../audit/event-queue.ts'
import { EventStore } from '../audit/event-store.ts'
import { syslogSink } from '../audit/syslog-sink.ts'
import { webhookSink } from '../audit/webhook-sink.ts'
import { systemClock } from '../base/clock.ts'
import { eventsPath } from '../base/data-dir.ts'
import { Secret } from '../base/secret.ts'
import type { Settings } from '../config/settings.ts'
import type { Log } from '../log.ts'

/** How long a stop waits for events to be taken; the rest goes out after the next start. */
const CLOSE_MS = 5_000
/** Events held while the file cannot be written; of more the oldest are lost. */
const MOST_HELD = 10_000

/** Where audit events go besides the log. What comes before `open` is held until then. */
export class EventSinks {
  readonly #sinks: readonly EventSink[]
  readonly #path: string
  #store: EventStore | undefined
  #queues: readonly EventQueue[] = []
  #held: string[] = []
  #lost = 0
  #turn: NodeJS.Immediate | undefined
  #log: Log | undefined

  constructor({ DATA_DIR, AUDIT_SYSLOG, AUDIT_WEBHOOK, AUDIT_WEBHOOK_TOKEN: token }: Settings) {
    this.#path = eventsPath(DATA_DIR)
    this.#sinks = [
      ...(AUDIT_SYSLOG === undefined ? [] : [syslogSink(AUDIT_SYSLOG)]),
      ...(AUDIT_WEBHOOK === undefined
        ? []
        : [webhookSink(AUDIT_WEBHOOK, token === undefined ? undefined : new Secret(token))]),
    ]
  }

  /** Where troubles are told from now on. */
  tellIn(log: Log): void {
    this.#log = log
  }

  readonly push = (line: string): void => {
    if (this.#sinks.length === 0) return
    this.#held.push(line)
    if (this.#held.length > MOST_HELD) {
      this.#held.shift()
      this.#lost += 1
    }
    this.#turn ??= setImmediate(() => this.#keep())
  }

  /** DATA_DIR is this process's: what waited there, and what comes, goes out. */
  async open(): Promise<void> {
    if (this.#sinks.length === 0) return
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 })
    const names = this.#sinks.map(({ name }) => name)
    const store = new EventStore({ path: this.#path, sinks: names })
    this.#store = store
    this.#queues = this.#sinks.map((sink) => this.#queue(sink, store))
    this.#keep()
  }

  /** Sends what is there, within five seconds. */
  async close(): Promise<void> {
    this.#keep()
    const deadline = AbortSignal.timeout(CLOSE_MS)
    await Promise.all(this.#queues.map((queue) => queue.close(deadline)))
    this.#store?.[Symbol.dispose]()
    this.#store = undefined
  }

  #keep(): void {
    this.#turn = undefined
    if (!this.#store) return
    try {
      if (this.#held.length > 0) this.#store.add(this.#held)
      if (this.#lost > 0)
        this.#log?.error({ lost: this.#lost }, 'audit events were lost while the disk was full')
      this.#held = []
      this.#lost = 0
      for (const queue of this.#queues) queue.wake()
    } catch (err) {
      this.#log?.error({ err, held: this.#held.length }, 'audit events cannot be written; they are held')
    }
  }

  #queue(sink: EventSink, store: EventStore): EventQueue {
    return new EventQueue({
      sink,
      store,
      clock: systemClock,
      onTrouble: (err) =>
        this.#log?.warn({ err, sink: sink.name }, 'audit events are not taken, it is tried again'),
      onRecovered: (lost) => this.#log?.info({ sink: sink.name, lost }, 'audit events are taken again'),
    })
  }
}
