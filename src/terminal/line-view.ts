import { cursorRight, cursorUp, ERASE_BELOW } from './ansi.ts'
import type { Size } from './terminal.ts'
import { clusters, clusterWidth, textWidth } from './width.ts'

/** What is to be seen: a prompt and a line with the cursor in it. */
export interface LineView {
  readonly prompt: string
  /** The prompt as it is sent, with its colours. */
  readonly styledPrompt: string
  readonly text: string
  /** Index into `text` (UTF-16). */
  readonly cursor: number
  readonly size: Size
}

/** What the terminal shows now. */
export interface Drawn {
  readonly view: LineView
  /** The part of the text that is shown: all of it, unless it does not fit the window. */
  readonly shown: string
  readonly cursor: Spot
  readonly end: Spot
}

/** A place on the screen, counted from the prompt's first cell. */
interface Spot {
  readonly row: number
  readonly column: number
}

/**
 * Bytes that turn what is shown into `view`, and what is shown then. Without `drawn` the cursor stands where the
 * prompt is to begin.
 */
export function drawLine(
  drawn: Drawn | undefined,
  view: LineView,
): { readonly echo: string; readonly drawn: Drawn } {
  const { shown, cursor, end } = layOut(view)
  const now: Drawn = { view, shown, cursor, end }
  if (drawn && unchanged(drawn, now)) return { echo: '', drawn: now }
  const added = drawn && appended(drawn, now)
  if (added !== undefined) return { echo: added, drawn: now }
  // A row that is just full leaves the cursor in doubt (xterm's pending wrap): a blank and a return settle it.
  const settle = end.column === 0 && end.row > 0 ? ' \r' : ''
  const back =
    cursorUp(end.row - cursor.row) + (sameSpot(cursor, end) ? '' : `\r${cursorRight(cursor.column)}`)
  const home = drawn ? eraseLine(drawn, view.size) : ''
  return { echo: home + view.styledPrompt + shown + settle + back, drawn: now }
}

/** Takes the line off the screen; the cursor then stands where its prompt began. */
export const eraseLine = (drawn: Drawn, size: Size): string =>
  `${cursorUp(rowsAbove(drawn, size))}\r${ERASE_BELOW}`

/** Moves from the cursor to behind the line's end and on to a new line. */
export const leaveLine = ({ cursor, end }: Drawn): string => '\r\n'.repeat(end.row - cursor.row + 1)

/** Only printable ASCII behind the end, on the same row: sent as it is, because that is nearly every key. */
function appended(drawn: Drawn, { view, shown, cursor, end }: Drawn): string | undefined {
  const added = shown.slice(drawn.shown.length)
  const plain =
    shown.startsWith(drawn.shown) &&
    /^[\x20-\x7e]*$/.test(added) &&
    sameSpot(drawn.cursor, drawn.end) &&
    sameSpot(cursor, end) &&
    cursor.row === drawn.cursor.row &&
    cursor.column === drawn.cursor.column + added.length &&
    view.prompt === drawn.view.prompt
  return plain && sameSize(drawn.view.size, view.size) ? added : undefined
}

const unchanged = (drawn: Drawn, { view, shown, cursor }: Drawn): boolean =>
  view.prompt === drawn.view.prompt &&
  shown === drawn.shown &&
  sameSpot(cursor, drawn.cursor) &&
  sameSize(view.size, drawn.view.size)

/**
 * Rows between the prompt's first cell and the cursor after the window changed: some terminals rewrap the line, some
 * do not, so the smaller of the two, which never reaches into what was printed before.
 */
function rowsAbove(drawn: Drawn, size: Size): number {
  if (sameSize(drawn.view.size, size)) return drawn.cursor.row
  return Math.min(drawn.cursor.row, layOut({ ...drawn.view, size }).cursor.row)
}

type Layout = Omit<Drawn, 'view'>

function layOut({ prompt, text, cursor, size }: LineView): Layout {
  const columns = Math.max(2, size.columns)
  const before = clusters(text.slice(0, cursor))
  const after = clusters(text.slice(cursor))
  const room = columns * Math.max(1, size.rows - 1) - textWidth(prompt) - columns
  const { head, tail } = windowed(before, after, Math.max(columns, room))
  const mark = walk(wrapped({ row: 0, column: textWidth(prompt) }, columns), head, columns)
  const end = settled(walk(mark, tail, columns), columns)
  const first = clusterWidth(tail[0] ?? '')
  return { shown: [...head, ...tail].join(''), cursor: first > 0 ? placed(mark, first, columns) : end, end }
}

/** What fits into `room` cells around the cursor: first what is before it, then what comes after. */
function windowed(before: readonly string[], after: readonly string[], room: number) {
  const head = take([...before].reverse(), after.length > 0 ? room - Math.ceil(room / 4) : room)
  const tail = take(after, room - cells(head))
  const more = take([...before].reverse(), room - cells(tail))
  return { head: [...more].reverse(), tail }
}

function take(from: readonly string[], room: number): readonly string[] {
  let used = 0
  const until = from.findIndex((cluster) => {
    used += clusterWidth(cluster)
    return used > room
  })
  return until < 0 ? from : from.slice(0, until)
}

const cells = (text: readonly string[]): number =>
  text.reduce((sum, cluster) => sum + clusterWidth(cluster), 0)

const walk = (from: Spot, text: readonly string[], columns: number): Spot =>
  text.reduce<Spot>((spot, cluster) => {
    const width = clusterWidth(cluster)
    const { row, column } = placed(spot, width, columns)
    return { row, column: column + width }
  }, from)

/** Where a cluster of this width goes: a wide one does not begin in the last cell. */
const placed = (spot: Spot, width: number, columns: number): Spot =>
  spot.column + width > columns ? { row: spot.row + 1, column: 0 } : spot

const settled = (spot: Spot, columns: number): Spot =>
  spot.column >= columns ? { row: spot.row + 1, column: 0 } : spot

const wrapped = ({ row, column }: Spot, columns: number): Spot => ({
  row: row + Math.floor(column / columns),
  column: column % columns,
})

const sameSpot = (a: Spot, b: Spot): boolean => a.row === b.row && a.column === b.column
const sameSize = (a: Size, b: Size): boolean => a.columns === b.columns && a.rows === b.rows
