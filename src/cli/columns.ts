import { blankControls } from '../base/escape.ts'
import { padText, textWidth } from '../terminal/width.ts'

/** Rows in columns two blanks apart, a line each. What cells hold comes from strangers: no control characters. */
export function columns(rows: ReadonlyArray<readonly string[]>): string {
  const cells = rows.map((row) => row.map(blankControls))
  const widths =
    cells[0]?.map((_, at) => cells.reduce((most, row) => Math.max(most, textWidth(row[at] ?? '')), 0)) ?? []
  const line = (row: readonly string[]): string =>
    row.map((cell, at) => padText(cell, widths[at] ?? 0)).join('  ')
  return cells.map((row) => `${line(row).trimEnd()}\n`).join('')
}

/** Local time to the minute, `2026-11-20 18:02`. */
export function minuteOf(at: number): string {
  const date = new Date(at)
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-')
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`
}
