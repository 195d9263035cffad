import { Backoff } from '../base/backoff.ts'
import { type Clock, sleep } from '../base/clock.ts'
import type { EventStore } from './event-store.ts'

/** Where audit events go: a batch at a time, each a line of JSON. Rejects when it should be tried again. */
export interface EventSink {
  /** For the log, without secrets; the same after a restart. */
  readonly name: string
  send(lines: readonly string[], signal: AbortSignal): Promise<void>
}

export interface EventQueueOptions {
  readonly sink: EventSink
  readonly store: EventStore
  readonly clock: Clock
  /** Told once when a sink begins to fail, and when it takes events again, with how many it never got. */
  readonly onTrouble: (error: unknown) => void
  readonly onRecovered: (lost: number) => void
}

const BATCH = 100

/**
 * Brings the events of a store to one sink in order, with growing pauses while it fails. A daemon that is killed
 * between a sink's answer and the note of it sends that batch again.
 */
export class EventQueue {
  readonly #options: EventQueueOptions
  readonly #backoff = new Backoff({ first: 1_000, most: 60_000 })
  readonly #stop = new AbortController()
  #failing = false
  #place: number
  #running = false
  #run: Promise<void> = Promise.resolve()

  constructor(options: EventQueueOptions) {
    this.#options = options
    this.#place = options.store.place(options.sink.name)
  }

  /** There is something in the store. */
  wake(): void {
    if (this.#running || this.#stop.signal.aborted) return
    this.#running = true
    this.#run = this.#sendAll()
  }

  /** Sends what is there until `deadline` fires; the rest stays in the store. */
  async close(deadline: AbortSignal): Promise<void> {
    const stop = (): void => this.#stop.abort()
    if (deadline.aborted) stop()
    deadline.addEventListener('abort', stop, { once: true })
    await this.#run
    stop()
    deadline.removeEventListener('abort', stop)
  }

  async #sendAll(): Promise<void> {
    const { sink, store, clock } = this.#options
    const { signal } = this.#stop
    while (!signal.aborted) {
      try {
        const batch = store.next(sink.name, BATCH)
        const last = batch.at(-1)
        if (!last) break
        await sink.send(
          batch.map(({ line }) => line),
          signal,
        )
        store.taken(sink.name, last.id)
        this.#sent(batch[0]?.id ?? last.id, last.id)
      } catch (error) {
        this.#failed(error)
        await sleep(clock, this.#backoff.next(), signal)
      }
    }
    this.#running = false
  }

  /** Ids have no gaps but where the oldest were dropped. */
  #sent(first: number, last: number): void {
    const lost = first - this.#place - 1
    this.#place = last
    this.#backoff.reset()
    if (this.#failing || lost > 0) this.#options.onRecovered(lost)
    this.#failing = false
  }

  #failed(error: unknown): void {
    if (!this.#failing && !this.#stop.signal.aborted) this.#options.onTrouble(error)
    this.#failing = true
  }
}
