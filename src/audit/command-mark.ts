import { createHash } from 'node:crypto'
import { z } from 'zod'

const Mark = z.object({ command: z.number().int().positive(), sha256: z.string() })

/**
 * The mark a command leaves in the replay: its number from 1 and the hash of its line in `commands.ndjson`. So the
 * replay's chain covers the commands too, and a player can go from command to command.
 */
export type CommandMark = z.output<typeof Mark>

/** Of a line that a mark covers, in hex. */
export const hashOf = (line: Uint8Array): string => createHash('sha256').update(line).digest('hex')

/** `line` is without its line end. */
export const encodeMark = (command: number, line: Uint8Array): Buffer =>
  Buffer.from(JSON.stringify({ command, sha256: hashOf(line) } satisfies CommandMark))

/** Undefined for a mark of another kind. */
export function decodeMark(payload: Buffer): CommandMark | undefined {
  try {
    return Mark.safeParse(JSON.parse(payload.toString())).data
  } catch {
    return undefined
  }
}
