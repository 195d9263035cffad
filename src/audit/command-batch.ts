import { commandKey } from '../core/command-records.ts'
import type { DetectedCommand } from './command-detector.ts'
import { readCommands } from './command-log.ts'

/** Commands that are sent together. */
export interface CommandBatch {
  readonly commands: readonly DetectedCommand[]
  /** Where the command behind each begins: no two of a session are alike. */
  readonly ends: readonly number[]
  /** Where the command behind the last one begins. */
  readonly next: number
}

/** At most `most` commands from a place in the file. */
export async function readBatch(path: string, offset: number, most: number): Promise<CommandBatch> {
  const commands: DetectedCommand[] = []
  const ends: number[] = []
  for await (const { command, next } of readCommands(path, offset)) {
    commands.push(command)
    ends.push(next)
    if (commands.length === most) break
  }
  return { commands, ends, next: ends.at(-1) ?? offset }
}

/** What makes two commands of a session the same in core. */
export const keyOf = ({ input, at }: DetectedCommand): string => commandKey({ input, timestamp: at / 1000 })

/** Counts what core has; each `take` uses one up and tells whether there was one. */
export function commandCounter(stored: ReadonlyArray<{ input: string; timestamp: number }>) {
  const left = new Map<string, number>()
  for (const key of stored.map(commandKey)) left.set(key, (left.get(key) ?? 0) + 1)
  return {
    take(key: string): boolean {
      const count = left.get(key) ?? 0
      left.set(key, count - 1)
      return count > 0
    },
  }
}
