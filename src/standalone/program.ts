import { constants } from 'node:os'
import type { Readable, Writable } from 'node:stream'
import type { Clock } from '../base/clock.ts'
import type { Exit, Size } from '../terminal/terminal.ts'

/** A program that runs on this machine for one SSH channel. */
export interface Program {
  /** Paused until it is read. Ends after the program's last byte. */
  readonly output: Readable
  /** Absent on a PTY, where there is one stream only. */
  readonly errors: Readable | undefined
  readonly input: Writable
  /** Resolves, never rejects, when the process is gone; `output` may have more to give then. */
  readonly exited: Promise<Exit>
  resize(size: Size): void
  /** A signal's name as in RFC 4254 section 6.10, without SIG; unknown ones are ignored. */
  signal(name: string): void
  /** Ends it as a closed terminal would, and after a second for good. What it has not given out is dropped. */
  end(): Promise<void>
}

/** How to start one. */
export interface ProgramStart {
  readonly file: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  readonly clock: Clock
}

const ALLOWED = 'ABRT ALRM FPE HUP ILL INT KILL PIPE QUIT SEGV TERM USR1 USR2'.split(' ')

/** Sends a signal to a process and its group, whose leader it is; a process that is gone is none of ours. */
export function signalGroup(pid: number, name: string): void {
  const signal = Object.entries(constants.signals).find(
    ([known]) => known === `SIG${name}` && ALLOWED.includes(name),
  )
  if (!signal) return
  try {
    process.kill(-pid, signal[1])
  } catch {
    // It ended in this very moment.
  }
}

/** The exit of a process as SSH tells it. */
export function exitOf(code: number | null, signal: number | string | null | undefined): Exit {
  if (signal) {
    const name = typeof signal === 'string' ? signal : signalName(signal)
    return { kind: 'signal', name: name.replace(/^SIG/, ''), coreDumped: false }
  }
  return code === null ? { kind: 'none' } : { kind: 'status', code }
}

const signalName = (number: number): string =>
  Object.entries(constants.signals).find(([, known]) => known === number)?.[0] ?? 'SIGTERM'

/** Hangs up, and kills what has not gone a second later. Resolves when it is gone, at the latest a second after that. */
export async function endGroup({
  pid,
  exited,
  clock,
}: {
  pid: number
  exited: Promise<Exit>
  clock: Clock
}): Promise<void> {
  let gone = false
  const noted = exited.then(() => {
    gone = true
  })
  for (const name of ['HUP', 'KILL']) {
    if (gone) return
    signalGroup(pid, name)
    await Promise.race([noted, later(clock, 1000)])
  }
}

const later = (clock: Clock, ms: number): Promise<void> =>
  new Promise((resolve) => void clock.after(ms, resolve))
