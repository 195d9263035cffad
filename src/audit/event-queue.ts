import { Backoff } from '../base/backoff.ts'
import { type Clock, sleep } from '../base/clock.ts'

/** Where audit events go: a batch at a time, each a line of JSON. Rejects when it should be tried again. */
export interface EventSink {
  /** For the log, without secrets. */
  readonly name: string
  send(lines: readonly string[], signal: AbortSignal): Promise<void>
}

export interface EventQueueOptions {
  readonly sink: EventSink
  readonly clock: Clock
  /** Told once when a sink begins to fail, and once when it takes events again, with how many were lost. */
  readonly onTrouble: (error: unknown) => void
  readonly onRecovered: (lost: number) => void
}

const MOST_WAITING = 10_000
const BATCH = 100

/**
 * Brings events to one sink in order, with growing pauses while it fails. It holds ten thousand; when more come the
 * oldest are lost and counted: events tell of what happened, the record itself is kept elsewhere.
 */
export class EventQueue {
  readonly #options: EventQueueOptions
  readonly #backoff = new Backoff({ first: 1_000, most: 60_000 })
  readonly #stop = new AbortController()
  #waiting: string[] = []
  #lost = 0
  #failing = false
  #running: Promise<void> | undefined

  constructor(options: EventQueueOptions) {
    this.#options = options
  }

  push(line: string): void {
    if (this.#stop.signal.aborted) return
    this.#waiting.push(line)
    if (this.#waiting.length > MOST_WAITING) {
      this.#waiting.shift()
      this.#lost += 1
    }
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
    })
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /** Sends what is there until `deadline` fires. */
  async close(deadline: AbortSignal): Promise<void> {
    const stop = (): void => this.#stop.abort()
    if (deadline.aborted) stop()
    deadline.addEventListener('abort', stop, { once: true })
    await this.#running
    stop()
    deadline.removeEventListener('abort', stop)
  }

  async #run(): Promise<void> {
    const { sink, clock } = this.#options
    const { signal } = this.#stop
    while (this.#waiting.length > 0 && !signal.aborted) {
      const batch = this.#waiting.slice(0, BATCH)
      const lostBefore = this.#lost
      try {
        await sink.send(batch, signal)
        this.#sent(batch.length - (this.#lost - lostBefore))
      } catch (error) {
        this.#failed(error)
        await sleep(clock, this.#backoff.next(), signal)
      }
    }
  }

  /** Of a batch that was lost from the front while it was on its way, only the rest is still here. */
  #sent(count: number): void {
    this.#waiting.splice(0, Math.max(0, count))
    this.#backoff.reset()
    if (this.#failing) this.#options.onRecovered(this.#lost)
    this.#failing = false
    this.#lost = 0
  }

  #failed(error: unknown): void {
    if (!this.#failing && !this.#stop.signal.aborted) this.#options.onTrouble(error)
    this.#failing = true
  }
}
