import type { Readable, Writable } from 'node:stream'

/** What a command may touch of the process; tests give their own. */
export interface CliIo {
  readonly stdin: Readable & { isTTY?: boolean; setRawMode?: (raw: boolean) => unknown }
  readonly stdout: Writable & { isTTY?: boolean; columns?: number; rows?: number }
  readonly stderr: Writable & { isTTY?: boolean }
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
}

/** Exit codes, after sysexits(3) where it has one. */
export const EXIT = { ok: 0, failed: 1, usage: 64, software: 70, config: 78 } as const

/** One command of the program. Resolves with the exit code. */
export type Command = (args: readonly string[], io: CliIo) => Promise<number>
