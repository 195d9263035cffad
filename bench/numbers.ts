/** The value below which `share` (0-1) of the numbers lie, by the nearest rank. NaN for none. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((one, other) => one - other)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

export const median = (numbers: readonly number[]): number => quantile(numbers, 0.5)

/** One measure of both ways, round by round. */
export interface Measure {
  readonly name: string
  readonly unit: string
  readonly bastion: readonly number[]
  readonly jump: readonly number[]
}

/** A row of the table: the medians, their ratio, and the smallest and largest ratio of one round. */
export function row({ name, unit, bastion, jump }: Measure): readonly string[] {
  const ratios = bastion.map((value, round) => value / (jump[round] ?? Number.NaN))
  const [ours, theirs] = [median(bastion), median(jump)]
  return [
    name,
    (ours / theirs).toFixed(2),
    `${Math.min(...ratios).toFixed(2)}-${Math.max(...ratios).toFixed(2)}`,
    `${figure(ours)} ${unit}`,
    `${figure(theirs)} ${unit}`,
  ]
}

const figure = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(2))

/** Columns side by side; the first is set left, the others right. */
export function columns(rows: ReadonlyArray<readonly string[]>): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((cells) => (cells[at] ?? '').length)))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('   ')
  return rows.map((cells) => `  ${line(cells)}`).join('\n')
}
