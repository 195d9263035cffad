import type { Style } from '../terminal/ansi.ts'
import type { Line } from '../terminal/line.ts'
import { type Column, table, tableWidth } from '../terminal/table.ts'
import type { Size } from '../terminal/terminal.ts'
import { clusters, clusterWidth, cutText, padText, textWidth } from '../terminal/width.ts'
import type { Frame } from './frame.ts'

/** A list to choose from, with a line to type in above it. */
export interface PickerView {
  readonly size: Size
  readonly style: Style
  readonly label: string
  readonly line: Pick<Line, 'text' | 'cursor'>
  readonly columns: readonly Column[]
  /** The rows that are shown; of a mark and the cells of the columns. */
  readonly rows: ReadonlyArray<readonly [mark: string, cells: readonly string[]]>
  /** Index into `rows`. */
  readonly selected: number
  /** The last line. */
  readonly footer: string
  readonly paint?: ((cell: string, column: number) => string) | undefined
}

/** Lines of a screen that are no rows of the list: the input, the head of the table, the footer. */
const OTHER_LINES = 3

/** Rows of the list that fit. */
export const listHeight = ({ rows }: Size): number => Math.max(1, rows - OTHER_LINES)

/** The whole screen. */
export function pickerFrame(view: PickerView): Frame {
  const { size, style, columns, rows, selected, footer, paint } = view
  const { columns: wide } = size
  const width = Math.min(tableWidth(wide), wide)
  const marked = [{ title: '', least: Number.POSITIVE_INFINITY }, ...columns]
  const cells = rows.map(([mark, own], at) => [`${at === selected ? '>' : '·'}${mark}`, ...own])
  const lines = table(marked, cells, {
    width,
    style,
    paint: (cell, column) => (column === 0 ? cell.replace('·', ' ') : (paint?.(cell, column - 1) ?? cell)),
  })
  const { shown, column } = inputLine(view)
  const list = lines.map((line, at) => (at === selected + 1 ? style.chosen(padded(line, width)) : line))
  const height = Math.max(2, size.rows - 1)
  const above = [shown, ...list].slice(0, height)
  const blanks = Array.from({ length: height - above.length }, () => '')
  return {
    lines: [...above, ...blanks, style.dim(cutText(footer, width))].slice(0, size.rows),
    cursor: { row: 1, column },
  }
}

/** The bar over the chosen row goes to the end of the window; its own sequences take no room. */
const padded = (line: string, width: number): string =>
  line + padText('', Math.max(0, width - 1 - textWidth(line.replace(/\x1b\[[\d;]*m/g, ''))))

/** The part of the input around the cursor that fits, and the cursor's column. */
function inputLine({ size, style, label, line }: PickerView): { shown: string; column: number } {
  const prompt = cutText(label, Math.max(1, size.columns - 6))
  const room = Math.max(2, size.columns - textWidth(prompt) - 1)
  let before = ''
  let used = 0
  for (const cluster of clusters(line.text.slice(0, line.cursor)).toReversed()) {
    used += clusterWidth(cluster)
    if (used > room - 1) break
    before = cluster + before
  }
  const after = cutText(line.text.slice(line.cursor), Math.max(0, room - textWidth(before)))
  return {
    shown: style.bold(prompt) + before + after,
    column: textWidth(prompt) + textWidth(before) + 1,
  }
}
