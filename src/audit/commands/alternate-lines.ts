import type { EditedLine } from '../command-detector.ts'
import type { Key } from './keys.ts'
import type { Prompts } from './prompts.ts'
import { standsAmong } from './reading.ts'
import type { Screen } from './screen.ts'
import { TypedLine } from './typed-line.ts'

/** How long the echo of a line may take to be drawn. */
const ECHO_MS = 2500

interface Watched {
  readonly prompt: string
  readonly row: number
  readonly line: TypedLine
  /** When Enter was pressed: monotonic, and ms since the epoch. */
  readonly at: number
  readonly wall: number
  shown: string
}

/**
 * Lines typed in the alternate screen. Editors and pagers yield none; tmux, screen and the like do where the person
 * types after a prompt that was learned before and the line is seen there. No place is followed here: the row is kept.
 */
export class AlternateLines {
  readonly #screen: Screen
  readonly #prompts: Prompts
  #line = new TypedLine()
  #begun: { prompt: string; row: number } | undefined
  #watched: Watched | undefined

  constructor(screen: Screen, prompts: Prompts) {
    this.#screen = screen
    this.#prompts = prompts
  }

  key(key: Key, moment: { at: number; wall: number }): void {
    const control = key.kind === 'control' ? key.text : ''
    if (control === '\r' || control === '\n') this.#enter(moment)
    else if (control === '\x03') this.clear()
    else {
      if (this.#line.untouched) this.#begin()
      this.#line.apply(key)
    }
  }

  /** After output: the line that was waited for, when it is there. */
  settle(at: number): { text: string; prompt: string; wall: number; pasted: boolean } | undefined {
    const watched = this.#watched
    if (!watched) return undefined
    if (!this.#screen.alternate || at - watched.at > ECHO_MS) this.#watched = undefined
    const text = this.#textOf(watched)
    if (text === undefined) return undefined
    this.#watched = undefined
    return { text, prompt: watched.prompt, wall: watched.wall, pasted: watched.line.pasted }
  }

  /** The line that is being typed. The keys are followed over what they do in an editor, too. */
  look(): EditedLine {
    const shown = this.#begun && this.#after(this.#begun)
    const typed = this.#line.text
    const texts = shown === undefined ? [] : [shown]
    const row = this.#screen.logical(this.#screen.row).text
    const sure = this.#line.sureIn(true)
    const echoed = typed.trim() === '' || standsAmong(typed, row)
    const exact = false
    return { editor: undefined, alternate: true, typed, sure, echoed, exact, texts, row, before: '' }
  }

  clear(): void {
    this.#line = new TypedLine()
    this.#begun = undefined
    this.#watched = undefined
  }

  #begin(): void {
    const { row, column } = this.#screen
    const left = this.#screen.before(row, column)
    // In a split window other text stands before the prompt.
    const prompt = this.#prompts.endingIn(left)
    this.#begun = prompt === undefined ? undefined : { prompt, row }
  }

  #enter({ at, wall }: { at: number; wall: number }): void {
    const begun = this.#begun
    const line = this.#line
    this.clear()
    if (begun && !line.untouched)
      this.#watched = { ...begun, line, at, wall, shown: this.#after(begun) ?? '' }
  }

  #textOf(watched: Watched): string | undefined {
    if (watched.line.sureIn(true)) {
      const text = watched.line.text.trimEnd()
      return text.trim() !== '' && this.#shows(watched.prompt, text) ? text : undefined
    }
    const shown = this.#after(watched) ?? ''
    // In the last row the window scrolls under the cursor.
    const left = this.#screen.row !== watched.row || shown === ''
    if (!left) watched.shown = shown
    return left && watched.shown !== '' ? watched.shown : undefined
  }

  /** Whether a row of the window has the text after the prompt; the window may have scrolled since Enter. */
  #shows(prompt: string, text: string): boolean {
    const { first, last } = this.#screen.window
    for (let row = first; row <= last; row++) {
      const { text: line } = this.#screen.logical(row)
      const from = line.lastIndexOf(prompt)
      if (from >= 0 && standsAmong(text, line.slice(from + prompt.length))) return true
    }
    return false
  }

  #after({ prompt, row }: { prompt: string; row: number }): string | undefined {
    const { text } = this.#screen.logical(row)
    const from = text.lastIndexOf(prompt)
    return from < 0 ? undefined : text.slice(from + prompt.length).trim()
  }
}
