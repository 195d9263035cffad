import { type Clock, sleep } from '../../base/clock.ts'

/** Output has come to rest when none came for this long after the echo of the last key (ms). */
const QUIET_MS = 30
/** A key that nothing answers in this time has no echo; longer where answers take longer. */
const SILENT_MS = 120
const MOST_RTT_MS = 5_000
const MOST_SAMPLES = 16
const CAP_MS = 500
const ESC = 0x1b
const EDITOR_ON = Buffer.from('\x1b[?2004h')

/** - `quiet`: all keys are answered, and no more comes; or there is nothing to answer them
 *  - `restless`: output goes on and on */
export type Rest = 'quiet' | 'restless'

/** Knows when what was typed has been answered. */
export class Echo {
  readonly #clock: Clock
  readonly #signal: AbortSignal
  #keyAt = Number.NEGATIVE_INFINITY
  #outputAt = Number.NEGATIVE_INFINITY
  /** Output that came late enough to be the answer to the last key has come. */
  #answered = true
  /** When the key was sent whose answer is measured. */
  #measuring: number | undefined
  #rtt = 0
  /** The last few of these times. */
  readonly #samples: number[] = []
  #tail: Buffer = Buffer.alloc(0)
  #prompts = 0
  #news: AbortController | undefined

  constructor(clock: Clock, signal: AbortSignal) {
    this.#clock = clock
    this.#signal = signal
  }

  keySent(): void {
    this.#keyAt = this.#clock.monotonic()
    this.#answered = false
    this.#measuring ??= this.#keyAt
  }

  outputCame(bytes: Buffer): void {
    const now = this.#clock.monotonic()
    // What comes sooner than an answer can answers a key before.
    if (now - this.#keyAt >= 0.6 * this.#soonest()) this.#answered = true
    if (this.#measuring !== undefined) {
      const sample = Math.min(MOST_RTT_MS, now - this.#measuring)
      this.#measuring = undefined
      this.#rtt = this.#rtt === 0 ? sample : this.#rtt * 0.8 + sample * 0.2
      this.#samples.push(sample)
      if (this.#samples.length > MOST_SAMPLES) this.#samples.shift()
    }
    this.#outputAt = now
    this.#countPrompts(bytes)
    this.#news?.abort()
  }

  /** How many times a line editor has begun. */
  get prompts(): number {
    return this.#prompts
  }

  /** Resolves when the answer to the last key is there and nothing more comes, or at the cap. */
  async settled(capMs = CAP_MS + 2 * this.#rtt): Promise<Rest> {
    const end = this.#clock.monotonic() + capMs
    for (;;) {
      const now = this.#clock.monotonic()
      const rest = this.#restAt()
      if (now >= rest) return 'quiet'
      if (now >= end || this.#signal.aborted) return 'restless'
      await this.#pause(Math.max(1, Math.min(rest, end) - now))
    }
  }

  /** Until then, or until output comes and the answer may be there. */
  async #pause(ms: number): Promise<void> {
    const news = new AbortController()
    this.#news = news
    await sleep(this.#clock, ms, AbortSignal.any([this.#signal, news.signal]))
  }

  /** Resolves when a line editor has begun since there were `before`, or after `ms`. */
  async prompted(before: number, ms: number): Promise<void> {
    const end = this.#clock.monotonic() + ms
    while (this.#prompts === before && this.#clock.monotonic() < end && !this.#signal.aborted) {
      await sleep(this.#clock, 5, this.#signal)
    }
  }

  /**
   * How soon an answer may come: not the mean, which one late answer keeps high for many keys, and not the least, which
   * may have been output that answered nothing.
   */
  #soonest(): number {
    return this.#samples.toSorted((one, other) => one - other)[this.#samples.length >> 2] ?? 0
  }

  #restAt(): number {
    if (!this.#answered) return this.#keyAt + Math.max(SILENT_MS, 3 * this.#rtt + QUIET_MS)
    return this.#outputAt + QUIET_MS
  }

  #countPrompts(bytes: Buffer): void {
    if (this.#tail.length === 0 && !bytes.includes(ESC)) return
    const text = this.#tail.length === 0 ? bytes : Buffer.concat([this.#tail, bytes])
    for (let at = text.indexOf(EDITOR_ON); at >= 0; at = text.indexOf(EDITOR_ON, at + 1)) this.#prompts++
    const last = text.lastIndexOf(ESC)
    const open = last >= 0 && text.length - last < EDITOR_ON.length
    this.#tail = open ? Buffer.from(text.subarray(last)) : Buffer.alloc(0)
  }
}
