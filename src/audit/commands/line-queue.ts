import type { Place } from './screen.ts'

const MOST_LINES = 200
/** A person who saw the prompt needs longer than this for a key. */
const SAW_IT_MS = 60
/** An Enter that nothing has answered for so long was not taken as one. */
const UNANSWERED_MS = 2000

/** A line that was sent off with Enter. */
export interface Entered {
  readonly kind: 'line'
  readonly text: string
  readonly sureWithEditor: boolean
  readonly sureWithout: boolean
  readonly pasted: boolean
  /** Where it began on the screen; `undefined` when it was typed ahead. */
  readonly anchor: Place | undefined
  /** Which run of the line editor it was typed in. */
  readonly epoch: number
  readonly at: number
  readonly wall: number
  /** At Enter its text already stood on the screen. */
  readonly seen: boolean
}

/** Ctrl-C in a line editor: it ends like a line, but nothing runs. */
interface Break {
  readonly kind: 'break'
  readonly epoch: number
}

/** Lines that were entered and not answered yet, oldest first. */
export class LineQueue {
  #waiting: (Entered | Break)[] = []
  /** Typed while a program ran: its input, or for the shell after it. */
  #ahead: Entered[] = []

  get waiting(): boolean {
    return this.#waiting.length > 0
  }
  get ahead(): readonly Entered[] {
    return this.#ahead
  }

  push(entry: Entered | Break): void {
    this.#waiting.push(entry)
    if (this.#waiting.length > MOST_LINES) release(this.#waiting.shift())
  }

  /** The oldest line that is not typed ahead. */
  get head(): Entered | undefined {
    const [head] = this.#waiting
    return head?.kind === 'line' ? head : undefined
  }

  shift(): void {
    release(this.#waiting.shift())
  }

  /** The head was no answer to a prompt that is known. `seen`: it was shown all the same. */
  park(seen: boolean): void {
    const head = this.#waiting.shift()
    if (head?.kind !== 'line') return
    release(head)
    this.#ahead.push({ ...head, seen, anchor: undefined })
    if (this.#ahead.length > MOST_LINES) release(this.#ahead.shift())
  }

  /**
   * The line editor of `epoch` has ended. Finds the line it took: the one whose text is shown, else the oldest; but
   * not one that was for a program before it, if there is another.
   */
  taken<R extends { readonly shown: string }>(
    epoch: number,
    read: (entry: Entered) => R,
  ): { entry: Entered; read: R } | undefined {
    const all = [...this.#ahead, ...this.#waiting]
    const until = all.findIndex(({ kind }) => kind === 'break')
    const lines = all.slice(0, until < 0 ? undefined : until).filter((entry) => entry.kind === 'line')
    const shown = lines.findIndex((entry) => entry.text.trim() === read(entry).shown.trim())
    const index =
      shown >= 0
        ? shown
        : Math.max(
            0,
            lines.findIndex((entry) => entry.epoch === epoch || !entry.sureWithEditor),
          )
    const entry = lines[index]
    if (!entry) {
      this.#waiting.shift()
      return undefined
    }
    const result = { entry, read: read(entry) }
    this.#drop(index + 1)
    return result
  }

  /** A line editor begins: the breaks of the one before are over, and lines waiting stand where it echoes them. */
  began(): void {
    for (const entry of this.#waiting) release(entry)
    this.#waiting = this.#waiting
      .filter(({ kind }) => kind === 'line')
      .map((entry) => ({ ...entry, anchor: undefined }))
  }

  /** A key was pressed at the prompt of `epoch`: what is older was input of a program. */
  discardBefore(epoch: number, prompted: number, now: number): void {
    if (now - prompted <= SAW_IT_MS) return
    for (const one of this.#ahead) release(one)
    this.#ahead = []
    this.#waiting = this.#waiting.filter(
      (entry) => entry.epoch >= epoch && (entry.kind === 'break' || now - entry.at < UNANSWERED_MS),
    )
  }

  /** Without a line editor: what was answered with something else, or not at all, was not echoed. */
  parkAnswered(answered: number, now: number): void {
    for (let head = this.head; head; head = this.head) {
      const over = answered > head.at && now - answered > SAW_IT_MS
      if (!over && now - head.at < UNANSWERED_MS) return
      this.park(false)
    }
  }

  takeAhead(): Entered[] {
    const ahead = this.#ahead
    this.#ahead = []
    return ahead
  }

  clear(): void {
    this.#drop(Number.POSITIVE_INFINITY)
  }

  #drop(count: number): void {
    const fromAhead = Math.min(count, this.#ahead.length)
    for (const entry of this.#ahead.splice(0, fromAhead)) release(entry)
    for (const entry of this.#waiting.splice(0, count - fromAhead)) release(entry)
  }
}

function release(entry: Entered | Break | undefined): void {
  if (entry?.kind === 'line') entry.anchor?.marker?.dispose()
}
