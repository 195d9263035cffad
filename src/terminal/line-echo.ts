import { CLEAR_SCREEN, canMoveCursor, PASTE_BRACKETS_OFF, PASTE_BRACKETS_ON } from './ansi.ts'
import type { Line } from './line.ts'
import { type Drawn, drawLine, eraseLine, leaveLine } from './line-view.ts'
import type { Terminal } from './terminal.ts'
import { textWidth } from './width.ts'

export interface Prompt {
  readonly text: string
  /** The same with colours. */
  readonly styled?: string
  /** What stands before the text that Ctrl-R looks for. */
  readonly search?: string
  /** What is typed is not shown. */
  readonly hidden?: boolean
}

/** What a terminal of some kind is sent while a line is edited. Every method gives the bytes to send. */
export interface LineEcho {
  /** Whether the cursor may stand inside the line. */
  readonly movesCursor: boolean
  begin(line: Line): string
  change(line: Line): string
  clear(line: Line): string
  /** Lines of text in between, and the line anew below them. */
  aside(lines: readonly string[], line: Line): string
  /** The end of this line: `mark` is shown behind it, and a new line begun. */
  leave(mark: string): string
}

export function lineEcho(terminal: Terminal, prompt: Prompt): LineEcho {
  if (!terminal.pty) return new PlainEcho(prompt)
  if (prompt.hidden === true) return new HiddenEcho(prompt)
  return canMoveCursor(terminal.pty) ? new ScreenEcho(terminal, prompt) : new TeletypeEcho(prompt)
}

/** For passwords: nothing of the line, not even its length, goes to the screen. */
class HiddenEcho implements LineEcho {
  readonly movesCursor = false
  readonly #prompt: Prompt

  constructor(prompt: Prompt) {
    this.#prompt = prompt
  }

  begin(): string {
    return this.#prompt.styled ?? this.#prompt.text
  }

  change(): string {
    return ''
  }

  clear(): string {
    return ''
  }

  aside(lines: readonly string[]): string {
    return `\r\n${lines.map((each) => `${each}\r\n`).join('')}${this.begin()}`
  }

  leave(mark: string): string {
    return `${mark}\r\n`
  }
}

class ScreenEcho implements LineEcho {
  readonly movesCursor = true
  readonly #terminal: Pick<Terminal, 'size'>
  readonly #prompt: Prompt
  #drawn: Drawn | undefined

  constructor(terminal: Pick<Terminal, 'size'>, prompt: Prompt) {
    this.#terminal = terminal
    this.#prompt = prompt
  }

  begin(line: Line): string {
    return PASTE_BRACKETS_ON + this.change(line)
  }

  change({ text, cursor, search }: Line): string {
    const { text: usual, styled = usual, search: label = 'search' } = this.#prompt
    const prompt = search ? `(${label}) ${search.query}${search.failing ? ' ✗' : ''}: ` : usual
    const styledPrompt = search ? prompt : styled
    const { size } = this.#terminal
    const { echo, drawn } = drawLine(this.#drawn, { prompt, styledPrompt, text, cursor, size })
    this.#drawn = drawn
    return echo
  }

  clear(line: Line): string {
    this.#drawn = undefined
    return CLEAR_SCREEN + this.change(line)
  }

  aside(lines: readonly string[], line: Line): string {
    const erased = this.#drawn ? eraseLine(this.#drawn, this.#terminal.size) : ''
    this.#drawn = undefined
    return erased + lines.map((each) => `${each}\r\n`).join('') + this.change(line)
  }

  leave(mark: string): string {
    return `${mark}${this.#drawn ? leaveLine(this.#drawn) : '\r\n'}${PASTE_BRACKETS_OFF}`
  }
}

/** A terminal that knows no control sequences: only backspace, and the line anew where that is not enough. */
class TeletypeEcho implements LineEcho {
  readonly movesCursor = false
  readonly #prompt: Prompt
  #shown = ''

  constructor(prompt: Prompt) {
    this.#prompt = prompt
  }

  begin({ text }: Line): string {
    this.#shown = text
    return this.#prompt.text + text
  }

  change({ text }: Line): string {
    const shown = this.#shown
    this.#shown = text
    if (text.startsWith(shown)) return text.slice(shown.length)
    if (shown.startsWith(text)) return '\b \b'.repeat(textWidth(shown.slice(text.length)))
    return `\r\n${this.#prompt.text}${text}`
  }

  clear(line: Line): string {
    return `\r\n${this.begin(line)}`
  }

  aside(lines: readonly string[], line: Line): string {
    return `\r\n${lines.map((each) => `${each}\r\n`).join('')}${this.begin(line)}`
  }

  leave(mark: string): string {
    return `${mark}\r\n`
  }
}

/** No PTY: the other side shows what is typed, if anybody does. */
class PlainEcho implements LineEcho {
  readonly movesCursor = false
  readonly #prompt: Prompt

  constructor(prompt: Prompt) {
    this.#prompt = prompt
  }

  begin(): string {
    return this.#prompt.text
  }

  change(): string {
    return ''
  }

  clear(): string {
    return ''
  }

  aside(lines: readonly string[]): string {
    return `\n${lines.map((each) => `${each}\n`).join('')}${this.begin()}`
  }

  leave(mark: string): string {
    return mark === '' ? '' : '\n'
  }
}
