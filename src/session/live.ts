import type { LiveReplay, Recorder } from '../audit/audit.ts'
import type { Size } from '../terminal/terminal.ts'

/** Somebody who sees a session that is not theirs. No call waits or throws. */
export interface Onlooker {
  /** Who, as the person in the session and the record are told. */
  readonly name: string
  /** May type, too. */
  readonly types: boolean
  /** Told to the person in the session. Off only by policy; the record has it in any case. */
  readonly announced: boolean
  /** What the person is shown, as bytes. Not to be kept beyond the call without a copy. */
  output(bytes: Buffer): void
  resize(size: Size): void
  /** The session is over, or the onlooker has been sent away. */
  ended(): void
}

/** What is told to the person in the session. */
export type LiveNews =
  | { readonly kind: 'watched' | 'joined' | 'left'; readonly who: string }
  | { readonly kind: 'locked' | 'unlocked'; readonly who: string }
  | { readonly kind: 'draining'; readonly minutes: number }

/** What a session that runs gives to those who take part in it. */
export interface LiveParts {
  readonly recorder: Pick<Recorder, 'event'> & { readonly replay: LiveReplay }
  readonly size: Size
  /** Types as the person would: through command rules and into the record. `false`: the program takes no more now. */
  readonly type: (bytes: Buffer) => boolean
  readonly tell: (news: LiveNews) => void
  /** For the audit events. */
  readonly onWatched: (by: string, types: boolean) => void
}

/** More onlookers than this at one session are a mistake. */
const MOST_ONLOOKERS = 32

/**
 * How others take part in a session: they see it, type into it, or hold its keys. Costs one comparison a packet while
 * nobody does. What they do is in the record: who came and went, whose keys come from here on, who held the input.
 */
export class LiveTerminal {
  readonly #onlookers = new Set<Onlooker>()
  #parts: LiveParts | undefined
  #size: Size | undefined
  #lockedBy: string | undefined
  #typist: string | undefined
  #shown = 0

  /** The session runs from here on, until the answer is disposed. */
  begin(parts: LiveParts): Disposable {
    this.#parts = parts
    this.#size = parts.size
    return { [Symbol.dispose]: () => this.#end() }
  }

  /** Undefined before a session runs, and after. */
  get replay(): LiveReplay | undefined {
    return this.#parts?.recorder.replay
  }

  get size(): Size | undefined {
    return this.#size
  }

  /** Bytes the person was shown, of what is recorded. */
  get shownBytes(): number {
    return this.#shown
  }

  get onlookers(): readonly Onlooker[] {
    return [...this.#onlookers]
  }

  /** Who holds the keys; undefined: nobody. */
  get lockedBy(): string | undefined {
    return this.#lockedBy
  }

  shown(bytes: Buffer): void {
    this.#shown += bytes.length
    if (this.#onlookers.size > 0) for (const each of this.#onlookers) each.output(bytes)
  }

  resized(size: Size): void {
    this.#size = size
    for (const each of this.#onlookers) each.resize(size)
  }

  /** The person's own keys. `false`: they are held by somebody, and these are lost. */
  ownKeys(): boolean {
    if (this.#lockedBy !== undefined) return false
    if (this.#typist !== undefined) this.#typing(undefined)
    return true
  }

  /** Keys of an onlooker. `false`: not taken. */
  type(onlooker: Onlooker, bytes: Buffer): boolean {
    if (!this.#parts || !onlooker.types || !this.#onlookers.has(onlooker)) return false
    if (this.#lockedBy !== undefined && this.#lockedBy !== onlooker.name) return false
    if (this.#typist !== onlooker.name) this.#typing(onlooker.name)
    return this.#parts.type(bytes)
  }

  /** Lets somebody see the session until the answer is disposed. Undefined: it does not run, or too many look on. */
  admit(onlooker: Onlooker): Disposable | undefined {
    const parts = this.#parts
    if (!parts || this.#onlookers.size >= MOST_ONLOOKERS) return undefined
    this.#onlookers.add(onlooker)
    parts.recorder.event({ kind: onlooker.types ? 'join' : 'watch', by: onlooker.name })
    parts.onWatched(onlooker.name, onlooker.types)
    this.#tellOf(onlooker, onlooker.types ? 'joined' : 'watched')
    return { [Symbol.dispose]: () => this.#leave(onlooker) }
  }

  /** Holds the person's keys, or lets them go again. `false`: that is how it was. */
  lock(on: boolean, by: string): boolean {
    const parts = this.#parts
    if (!parts || on === (this.#lockedBy !== undefined)) return false
    this.#lockedBy = on ? by : undefined
    parts.recorder.event({ kind: on ? 'lock' : 'unlock', by })
    parts.tell({ kind: on ? 'locked' : 'unlocked', who: by })
    return true
  }

  /** Tells the person something. */
  announce(news: LiveNews): void {
    this.#parts?.tell(news)
  }

  #typing(by: string | undefined): void {
    this.#typist = by
    this.#parts?.recorder.event({ kind: 'typist', by })
  }

  #tellOf(onlooker: Onlooker, kind: 'watched' | 'joined' | 'left'): void {
    if (onlooker.announced) this.#parts?.tell({ kind, who: onlooker.name })
  }

  #leave(onlooker: Onlooker): void {
    if (!this.#onlookers.delete(onlooker)) return
    this.#parts?.recorder.event({ kind: 'leave', by: onlooker.name })
    this.#tellOf(onlooker, 'left')
  }

  #end(): void {
    this.#parts = undefined
    const all = this.onlookers
    this.#onlookers.clear()
    for (const each of all) each.ended()
  }
}
