import {
  ALTERNATE_SCREEN_OFF,
  ALTERNATE_SCREEN_ON,
  CLEAR_SCREEN,
  cursorTo,
  ERASE_LINE_END,
  PASTE_BRACKETS_OFF,
  PASTE_BRACKETS_ON,
} from '../terminal/ansi.ts'
import type { Size, Terminal } from '../terminal/terminal.ts'

/** A whole screen: its lines, and where the cursor stands (from 1). */
export interface Frame {
  readonly lines: readonly string[]
  readonly cursor: { readonly row: number; readonly column: number }
}

/** Draws whole screens on the alternate screen of a terminal: of each only the lines that changed are sent. */
export class FrameScreen {
  readonly #terminal: Pick<Terminal, 'output' | 'size'>
  #shown: readonly string[] = []
  #size: Size | undefined
  #stale = false

  constructor(terminal: Pick<Terminal, 'output' | 'size'>) {
    this.#terminal = terminal
  }

  /** Whether the last frame could not be sent, because the output was full. */
  get isStale(): boolean {
    return this.#stale
  }

  draw({ lines, cursor }: Frame): void {
    const { output, size } = this.#terminal
    this.#stale = output.writableNeedDrain
    if (this.#stale || !output.writable) return
    const isNew = size !== this.#size
    const begin = this.#size === undefined ? ALTERNATE_SCREEN_ON + PASTE_BRACKETS_ON : ''
    const clear = isNew ? CLEAR_SCREEN : ''
    const shown = isNew ? [] : this.#shown
    const changed = Array.from({ length: Math.max(lines.length, shown.length) }, (_, at) => {
      const line = lines[at] ?? ''
      return line === (shown[at] ?? '') ? '' : cursorTo(at + 1, 1) + line + ERASE_LINE_END
    })
    this.#shown = lines
    this.#size = size
    output.write(Buffer.from(begin + clear + changed.join('') + cursorTo(cursor.row, cursor.column)))
  }

  /** Back to the screen that was there before. */
  leave(): void {
    const { output } = this.#terminal
    if (this.#size && output.writable) output.write(Buffer.from(PASTE_BRACKETS_OFF + ALTERNATE_SCREEN_OFF))
    this.#size = undefined
    this.#shown = []
  }
}
