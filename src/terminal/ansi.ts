import type { Pty } from './terminal.ts'

/** Control sequences by name (ECMA-48; private modes as xterm has them). */
const CSI = '\x1b['
export const BELL = '\x07'
export const ERASE_BELOW = `${CSI}J`
export const ERASE_LINE_END = `${CSI}K`
/** The screen of full-screen programs, and back to what was there before. */
export const ALTERNATE_SCREEN_ON = `${CSI}?1049h`
export const ALTERNATE_SCREEN_OFF = `${CSI}?1049l`
/** Row and column from 1. */
export const cursorTo = (row: number, column: number): string => `${CSI}${row};${column}H`
export const CLEAR_SCREEN = `${CSI}H${CSI}2J`
export const PASTE_BRACKETS_ON = `${CSI}?2004h`
export const PASTE_BRACKETS_OFF = `${CSI}?2004l`
export const cursorUp = (rows: number): string => (rows > 0 ? `${CSI}${rows}A` : '')
export const cursorRight = (columns: number): string => (columns > 0 ? `${CSI}${columns}C` : '')

/**
 * Undoes what a program on an asset may have left on the person's terminal. The alternate screen is entered before it
 * is left: leaving restores the cursor that entering saved, so nothing moves when the normal screen is on already
 * (tmux would restore the one of long ago). The cursor is saved around the margins, whose reset moves it home.
 */
export const RESTORE_SCREEN = [
  `${CSI}?1049h${CSI}?1049l`,
  `\x1b7${CSI}r\x1b8`,
  `${CSI}?1l\x1b>`, // cursor and keypad keys
  `${CSI}?9l${CSI}?1000l${CSI}?1002l${CSI}?1003l${CSI}?1004l${CSI}?1005l${CSI}?1006l${CSI}?1015l`, // mouse, focus
  PASTE_BRACKETS_OFF,
  `${CSI}4l${CSI}?7h${CSI}?25h`, // insert mode, wrapping, cursor shown
  '\x1b(B\x0f', // ASCII
  `${CSI}m`,
].join('')

/** How emphasis is shown; without colours the same text stays. */
export interface Style {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly accent: (text: string) => string
  /** The part of a text that was looked for. */
  readonly lit: (text: string) => string
  /** The row that is chosen in a full-screen list. */
  readonly chosen: (text: string) => string
}

const sgr =
  (on: number, off: number) =>
  (text: string): string =>
    `${CSI}${on}m${text}${CSI}${off}m`
const asIs = (text: string): string => text

export const PLAIN: Style = { bold: asIs, dim: asIs, accent: asIs, lit: asIs, chosen: asIs }
const COLOURED: Style = {
  bold: sgr(1, 22),
  dim: sgr(2, 22),
  accent: sgr(36, 39),
  lit: (text) => `${CSI}1;33m${text}${CSI}22;39m`,
  chosen: sgr(7, 27),
}

/** Without colours; the chosen row of a list is still to be seen. */
const COLOURLESS: Style = { ...PLAIN, chosen: COLOURED.chosen }

/** Colours for this terminal: none without a PTY, on a dumb one, or for who wants none (https://no-color.org). */
export function styleFor(pty: Pty | undefined): Style {
  if (!canMoveCursor(pty)) return PLAIN
  return pty.noColor ? COLOURLESS : COLOURED
}

/** Whether control sequences may be sent at all. */
export const canMoveCursor = (pty: Pty | undefined): pty is Pty =>
  pty !== undefined && !['', 'dumb', 'unknown'].includes(pty.term)
