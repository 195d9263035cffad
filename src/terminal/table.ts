import { blankControls } from '../base/escape.ts'
import { PLAIN, type Style } from './ansi.ts'
import { cutText, padText, textWidth } from './width.ts'

/** A column, in order of importance: where the window is too narrow the last ones are left out. */
export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** Cells below which the column is left out rather than cut further. */
  readonly least: number
  /** Blanks at the beginning of its cells stay. */
  readonly indented?: true
}

export interface TableOptions {
  /** Cells of the window; held to 20..300. */
  readonly width: number
  readonly style?: Style
  /** What is done to a cell that is already cut, such as lighting a part of it; it must not change its width. */
  readonly paint?: (cell: string, column: number) => string
}

const GAP = '  '
/** A cell is never longer on a screen: what comes after is not even measured. */
const MOST_CHARACTERS = 1024

/** Cells a table or a text may take in a window of this width. */
export const tableWidth = (columns: number): number => Math.min(300, Math.max(20, columns))

/**
 * Lines of a table that fit the window, head first. Cells come from strangers: control characters become blanks;
 * what is too long ends in `…`.
 */
export function table(
  columns: readonly Column[],
  rows: ReadonlyArray<readonly string[]>,
  options: TableOptions,
): readonly string[] {
  const style = options.style ?? PLAIN
  const cells = rows.map((row) =>
    row.map((cell, at) => {
      const shown = blankControls(cell.slice(0, MOST_CHARACTERS)).trimEnd()
      return columns[at]?.indented ? shown : shown.trimStart()
    }),
  )
  const natural = columns.map(({ title }, at) =>
    cells.reduce((most, row) => Math.max(most, textWidth(row[at] ?? '')), textWidth(title)),
  )
  const widths = widthsFor(columns, natural, tableWidth(options.width))
  const line = (row: readonly string[], paint = options.paint): string =>
    widths
      .map((width, at) => {
        const cell = cutText(row[at] ?? '', width)
        const padded = padText(cell, width, columns[at]?.align)
        return paint === undefined ? padded : padded.replace(cell, () => paint(cell, at))
      })
      .join(GAP)
      .trimEnd()
  const title = columns.map((column) => column.title)
  return [style.bold(line(title, asIs)), ...cells.map((row) => line(row))]
}

const asIs = (cell: string): string => cell

/** Widths of the columns that are shown. */
function widthsFor(columns: readonly Column[], natural: readonly number[], width: number): readonly number[] {
  const least = columns.map((column, at) => Math.min(column.least, natural[at] ?? 0))
  let shown = columns.length
  while (shown > 1 && total(least.slice(0, shown)) > width) shown--
  const widths = natural.slice(0, shown).map((cells) => Math.min(cells, width))
  // The widest gives way first, cell by cell, so that short columns stay whole.
  for (let over = total(widths) - width; over > 0; over--) {
    const at = widest(widths, least)
    if (at === undefined) break
    widths[at] = (widths[at] ?? 0) - 1
  }
  return widths
}

function widest(widths: readonly number[], least: readonly number[]): number | undefined {
  let found: number | undefined
  widths.forEach((width, at) => {
    if (width > (least[at] ?? 0) && (found === undefined || width >= (widths[found] ?? 0))) found = at
  })
  return found
}

const total = (widths: readonly number[]): number =>
  widths.reduce((sum, width) => sum + width, 0) + GAP.length * Math.max(0, widths.length - 1)
