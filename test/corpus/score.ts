export interface Match {
  /** Which of the found are right: the same texts in the same order. */
  readonly right: readonly boolean[]
  readonly missed: readonly string[]
}

/** The longest sequence that both have in common is right; both are lines of `linesOf`. */
export function compare(found: readonly string[], expected: readonly string[]): Match {
  const lengths = commonLengths(found, expected)
  const right = found.map(() => false)
  const missed: string[] = []
  let [i, j] = [0, 0]
  while (i < found.length || j < expected.length) {
    const skipFound = lengths[i + 1]?.[j] ?? -1
    const skipTruth = lengths[i]?.[j + 1] ?? -1
    if (i < found.length && j < expected.length && found[i] === expected[j]) {
      right[i++] = true
      j++
    } else if (j >= expected.length || (i < found.length && skipFound >= skipTruth)) i++
    else missed.push(expected[j++] ?? '')
  }
  return { right, missed }
}

/** Lines to compare, and of which command each is the first. */
export interface Lines {
  readonly text: string[]
  readonly from: number[]
}

/**
 * What is compared of a list of commands: line by line, where one that ends in a backslash is one with the next, as
 * shells have it. Without `repeats` a line that is the same as the one before does not count.
 */
export function linesOf(commands: readonly string[], repeats = true): Lines {
  const text: string[] = []
  const from: number[] = []
  let open: string | undefined
  for (const [index, command] of commands.entries()) {
    for (const line of command.split('\n')) {
      if (open === undefined) from.push(index)
      const whole = (open ?? '') + line
      open = line.endsWith('\\') ? whole.slice(0, -1) : undefined
      if (open === undefined) text.push(whole.trim())
    }
  }
  if (open !== undefined) text.push(open.trim())
  const kept = text.map((line, index) => line !== '' && (repeats || line !== text[index - 1]))
  return { text: text.filter((_, index) => kept[index]), from: from.filter((_, index) => kept[index]) }
}

/** [i][j]: how many lines `a` from i and `b` from j have in common, in order. */
function commonLengths(a: readonly string[], b: readonly string[]): number[][] {
  const table = Array.from({ length: a.length + 1 }, () => Array.from({ length: b.length + 1 }, () => 0))
  for (let i = a.length - 1; i >= 0; i--) {
    const [row, below] = [table[i] ?? [], table[i + 1] ?? []]
    for (let j = b.length - 1; j >= 0; j--) {
      row[j] = a[i] === b[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0)
    }
  }
  return table
}
