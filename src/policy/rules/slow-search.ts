import { Worker } from 'node:worker_threads'
import type { Clock } from '../../base/clock.ts'

export interface SlowSearchOptions {
  readonly clock: Clock
  /** ms for one search, counted from when the thread has it. */
  readonly limitMs?: number
}

interface Search {
  readonly pattern: string
  readonly text: string
  readonly done: (found: boolean | undefined) => void
}

const LIMIT_MS = 50
/** More waiting searches than people can ask for: the rest is refused. */
const MOST_WAITING = 1000

/**
 * Searches with patterns that may take for ever (look-around, back-references), in a thread that is ended when one
 * does. There is one thread, made when it is needed; searches are done one after the other.
 */
export class SlowSearch implements Disposable {
  readonly #clock: Clock
  readonly #limitMs: number
  readonly #waiting: Search[] = []
  #worker: Worker | undefined
  #ready = false
  #now: Search | undefined
  #timer: Disposable | undefined
  #over = false

  constructor({ clock, limitMs = LIMIT_MS }: SlowSearchOptions) {
    this.#clock = clock
    this.#limitMs = limitMs
  }

  /** Undefined when it took too long. Never rejects. */
  search(pattern: string, text: string): Promise<boolean | undefined> {
    if (this.#over || this.#waiting.length >= MOST_WAITING) return Promise.resolve(undefined)
    return new Promise((done) => {
      this.#waiting.push({ pattern, text, done })
      this.#proceed()
    })
  }

  [Symbol.dispose](): void {
    this.#over = true
    this.#end(undefined)
    for (const each of this.#waiting.splice(0)) each.done(undefined)
    this.#drop()
  }

  #proceed(): void {
    if (this.#now || this.#over) return
    this.#worker ??= this.#start()
    if (!this.#ready) return
    this.#now = this.#waiting.shift()
    if (!this.#now) return
    const { pattern, text } = this.#now
    this.#worker.postMessage({ pattern, text })
    this.#timer = this.#clock.after(this.#limitMs, () => this.#fail())
  }

  #start(): Worker {
    const worker = new Worker(thread, { name: 'rules' })
    worker.unref()
    worker.on('message', (message: unknown) => {
      if (worker !== this.#worker) return
      if (message === 'ready') this.#ready = true
      else this.#end(message === 'found' ? true : message === 'missing' ? false : undefined)
      this.#proceed()
    })
    worker.on('error', () => {
      if (worker === this.#worker) this.#fail()
    })
    return worker
  }

  /** The search is given up, and the thread with it. One that could not even start takes all that wait along. */
  #fail(): void {
    if (!this.#ready) for (const each of this.#waiting.splice(0)) each.done(undefined)
    this.#drop()
    this.#end(undefined)
    if (this.#waiting.length > 0) this.#proceed()
  }

  #drop(): void {
    void this.#worker?.terminate()
    this.#worker = undefined
    this.#ready = false
  }

  #end(found: boolean | undefined): void {
    this.#timer?.[Symbol.dispose]()
    this.#timer = undefined
    const search = this.#now
    this.#now = undefined
    search?.done(found)
  }
}

// Node runs no TypeScript: from the sources (tests, npm run dev) the built thread is used.
const fromSource = import.meta.url.endsWith('.ts')
const thread = new URL(
  fromSource ? '../../../dist/policy/rules/slow-search-thread.js' : './slow-search-thread.js',
  import.meta.url,
)
