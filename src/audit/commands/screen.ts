import unicode11 from '@xterm/addon-unicode11'
import headless, { type IBufferCell, type IBufferLine, type IMarker } from '@xterm/headless'
import type { Size } from '../../terminal/terminal.ts'

/** Enough for a line that is longer than the window; more was measured to help nothing. */
const SCROLLBACK = 100
/** The most rows that a line being edited is followed over. */
const MOST_ROWS = 60

/** A spot on the screen that is found again after scrolling. */
export interface Place {
  /** `undefined` in the alternate screen, which does not scroll away. */
  readonly marker: IMarker | undefined
  readonly row: number
  readonly column: number
  /** What stood left and right of it on its line. */
  readonly prompt: string
  readonly right: string
}

/** Called while parsing, with the screen exactly as it is at that byte. */
export interface ScreenEvents {
  /** The cursor has just left a row by a line feed. */
  lineFeed(): void
  /** Bracketed paste was switched (DECSET 2004): a line editor began or ended. */
  editor(on: boolean): void
  alternate(on: boolean): void
  /** A shell-integration mark, OSC 133 or 633: its letter. */
  mark(letter: string): void
}

/** What the person sees: a terminal emulator at the size of theirs. Rows are counted from the oldest kept. */
export class Screen implements Disposable {
  readonly #terminal: InstanceType<typeof headless.Terminal>

  constructor(size: Size, events: ScreenEvents) {
    this.#terminal = new headless.Terminal({
      cols: size.columns,
      rows: size.rows,
      scrollback: SCROLLBACK,
      allowProposedApi: true,
      logLevel: 'off',
    })
    this.#terminal.loadAddon(new unicode11.Unicode11Addon())
    this.#terminal.unicode.activeVersion = '11'
    this.#listen(events)
  }

  #listen(events: ScreenEvents): void {
    this.#terminal.onLineFeed(() => events.lineFeed())
    const { parser } = this.#terminal
    for (const final of ['h', 'l']) {
      parser.registerCsiHandler({ prefix: '?', final }, (params) => {
        if (params.includes(2004)) events.editor(final === 'h')
        if (params.some((mode) => mode === 1049 || mode === 1047 || mode === 47))
          events.alternate(final === 'h')
        return false
      })
    }
    for (const code of [133, 633]) {
      parser.registerOscHandler(code, (data) => {
        events.mark(data.charAt(0))
        return false
      })
    }
  }

  write(bytes: Uint8Array | string): void {
    this.#terminal.write(bytes)
  }

  /** Runs `task` when all that was written before is on the screen, and nothing that is written after. */
  whenShown(task: () => void): void {
    this.#terminal.write('', task)
  }

  resize(size: Size): void {
    this.#terminal.resize(size.columns, size.rows)
  }

  reset(): void {
    this.#terminal.reset()
  }

  [Symbol.dispose](): void {
    this.#terminal.dispose()
  }

  get alternate(): boolean {
    return this.#terminal.buffer.active.type === 'alternate'
  }

  get row(): number {
    const { baseY, cursorY } = this.#terminal.buffer.active
    return baseY + cursorY
  }

  get column(): number {
    return this.#terminal.buffer.active.cursorX
  }

  /** Rows of the window, without what has scrolled out. */
  get window(): { first: number; last: number } {
    const { baseY } = this.#terminal.buffer.active
    return { first: baseY, last: baseY + this.#terminal.rows - 1 }
  }

  /** Follows a row, `offset` from the cursor's. The caller disposes it. */
  follow(offset: number): IMarker | undefined {
    return this.alternate ? undefined : this.#terminal.registerMarker(offset)
  }

  here(): Place {
    const { row, column } = this
    const line = this.#line(row)
    return {
      marker: this.follow(0),
      row,
      column,
      prompt: this.before(row, column),
      right: line?.translateToString(true, column).trim() ?? '',
    }
  }

  /** Where the place is now; `undefined` when it has scrolled out or was wiped. */
  rowOf(place: Place): number | undefined {
    if (!place.marker) return this.alternate ? place.row : undefined
    return place.marker.isDisposed || this.alternate ? undefined : place.marker.line
  }

  /** The text of a line up to a spot on it. */
  before(row: number, column: number): string {
    let text = this.#line(row)?.translateToString(false, 0, column) ?? ''
    for (let at = row; at > row - MOST_ROWS && this.#line(at)?.isWrapped; at--) {
      text = (this.#line(at - 1)?.translateToString(true) ?? '') + text
    }
    return text
  }

  /** The whole line, over all rows it is wrapped to, that `row` is part of. */
  logical(row: number): { text: string; first: number; last: number } {
    let first = row
    while (first > 0 && first > row - MOST_ROWS && this.#line(first)?.isWrapped) first--
    const last = this.lastOf(row)
    let text = ''
    for (let at = first; at <= last; at++) text += this.#line(at)?.translateToString(true) ?? ''
    return { text: text.trimEnd(), first, last }
  }

  /** The last row that the line of `row` is wrapped to. */
  lastOf(row: number): number {
    let last = row
    while (last < row + MOST_ROWS && this.#line(last + 1)?.isWrapped) last++
    return last
  }

  /**
   * What stands from a spot to the end of `last`. A full row goes on in the next also where an editor's redrawing has
   * taken away the mark of wrapping; other rows are joined with LF.
   */
  region(row: number, column: number, last: number): string {
    let text = ''
    const end = Math.min(last, row + MOST_ROWS)
    for (let at = row; at <= end; at++) {
      const line = this.#line(at)
      text += line?.translateToString(true, at === row ? column : 0) ?? ''
      if (at < end && !this.#goesOn(line, at)) text = `${text.trimEnd()}\n`
    }
    return text.trimEnd()
  }

  /** As `region`, without what stands in grey behind the cursor: a suggestion that was not taken. */
  written(row: number, column: number, last: number): string {
    const whole = this.region(row, column, last)
    const ghost = this.#ghost()
    return ghost !== '' && whole.endsWith(ghost) ? whole.slice(0, -ghost.length) : whole
  }

  /** The grey text from the cursor on. */
  #ghost(): string {
    let text = ''
    for (let { row, column } = this; row <= this.window.last; row++, column = 0) {
      const line = this.#line(row)
      for (; column < this.#terminal.cols; column++) {
        const cell = line?.getCell(column)
        if (!cell || cell.getCode() === 0) return text.trimEnd()
        if (cell.getChars().trim() !== '' && !isGrey(cell)) return ''
        text += cell.getChars()
      }
    }
    return text.trimEnd()
  }

  #goesOn(line: IBufferLine | undefined, row: number): boolean {
    if (this.#line(row + 1)?.isWrapped) return true
    const lastCell = line?.getCell(this.#terminal.cols - 1)
    return lastCell !== undefined && (lastCell.getCode() !== 0 || lastCell.getWidth() === 0)
  }

  #line(row: number): IBufferLine | undefined {
    return row < 0 ? undefined : this.#terminal.buffer.active.getLine(row)
  }
}

/** What shells use for suggestions: dim, bright black, or a grey of 256 or more colours. */
function isGrey(cell: IBufferCell): boolean {
  if (cell.isDim() !== 0) return true
  const colour = cell.getFgColor()
  if (cell.isFgPalette()) return colour === 8 || (colour >= 232 && colour < 250)
  const [red, green, blue] = [colour >> 16, (colour >> 8) & 255, colour & 255]
  return cell.isFgRGB() && red === green && green === blue && red < 0xb0
}
