import type { Entered } from './line-queue.ts'
import { isContinuation, type Prompts } from './prompts.ts'
import { withoutRight } from './reading.ts'
import type { Place, Screen } from './screen.ts'

/** A line as it stood on the screen. */
export interface Shown {
  readonly shown: string
  readonly prompt: string
  /** It was read from where the prompt ended when its first key came. */
  readonly anchored: boolean
}

/** Finds an entered line on the screen: at its anchor, else after a prompt that is known, else by its own text. */
export class LineReader {
  readonly #screen: Screen
  readonly #prompts: Prompts

  constructor(screen: Screen, prompts: Prompts) {
    this.#screen = screen
    this.#prompts = prompts
  }

  /** `end`: the last row it can reach. */
  find(entry: Entered, end: number): Shown | undefined {
    const text = entry.anchor && this.atAnchor(entry.anchor, end)
    if (text !== undefined && entry.anchor) return this.#redrawn(text, entry.anchor.prompt)
    return this.#strip(entry, this.#screen.logical(end).text)
  }

  /** As `find`; a line without a prompt that is known is taken whole. */
  read(entry: Entered, end: number): Shown {
    const whole = (): string => this.#screen.logical(end).text
    return this.find(entry, end) ?? { shown: whole(), prompt: '', anchored: false }
  }

  /** What stands after the anchor, if the prompt before it still does; `ghosts`: with what an editor suggests in grey. */
  atAnchor(anchor: Place, end: number, ghosts = true): string | undefined {
    const row = this.#screen.rowOf(anchor)
    if (row === undefined || row > end || this.#screen.before(row, anchor.column) !== anchor.prompt)
      return undefined
    const last = Math.max(end, this.#screen.lastOf(row))
    const text = ghosts
      ? this.#screen.region(row, anchor.column, last)
      : this.#screen.written(row, anchor.column, last)
    return withoutRight(text, anchor.right)
  }

  /** An editor that lists completions draws the prompt and the line again below them. */
  #redrawn(text: string, prompt: string): Shown {
    const rows = text.split('\n')
    const again = prompt.trim() === '' ? -1 : rows.findLastIndex((row) => row.startsWith(prompt))
    if (again > 0) {
      const shown = [rows[again]?.slice(prompt.length), ...rows.slice(again + 1)].join('\n')
      return { shown, prompt, anchored: true }
    }
    // The first key came before the prompt was drawn.
    const late = prompt === '' ? this.#prompts.strip(text) : undefined
    return { shown: late?.text ?? text, prompt: late?.prompt ?? prompt, anchored: !late }
  }

  #strip(entry: Entered, line: string): Shown | undefined {
    const before = entry.anchor?.prompt ?? ''
    if (before.trim() !== '' && `${line} `.startsWith(before)) {
      return { shown: line.slice(before.length), prompt: before, anchored: false }
    }
    const known = this.#prompts.strip(line)
    if (known) return { shown: known.text, prompt: known.prompt, anchored: false }
    const text = entry.text.trimEnd()
    if (!entry.sureWithEditor || text === '' || !line.endsWith(text)) return undefined
    const prompt = line.slice(0, line.length - text.length)
    return { shown: text, prompt, anchored: isContinuation(prompt) }
  }
}
