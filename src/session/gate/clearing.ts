import type { EditedLine } from '../../audit/command-detector.ts'

/** Keys that take a line away, and how long to wait before the next ones: a ^C makes a terminal forget what is unread. */
export interface Clearing {
  readonly keys: string
  readonly restMs: number
}

const INTERRUPT_REST_MS = 180
export const INTERRUPT = '\x03'
/** To the end of the line, and all of it away. */
const WIPE = '\x05\x15'
/** What a terminal without an editor knows. */
const KILL = '\x15'

/**
 * How a refused line is taken away. At a line editor by ^C and then by its own keys: measured to be clean in all modes
 * of bash, zsh, fish, dash, busybox, python and sqlite. Where a program may be running ^C would end it. In a
 * full-screen program nothing is pressed: the line end was withheld, and no key clears a line in all of them.
 */
export function clearing(line: EditedLine | undefined): readonly Clearing[] {
  if (!line) return []
  if (line.alternate) return line.texts.length > 0 ? [{ keys: WIPE, restMs: 0 }] : []
  if (line.editor === false) return [{ keys: KILL, restMs: 0 }]
  if (line.editor === undefined) return [{ keys: WIPE, restMs: 0 }]
  return [
    { keys: INTERRUPT, restMs: INTERRUPT_REST_MS },
    { keys: WIPE, restMs: 0 },
  ]
}
