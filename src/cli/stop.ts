import { z } from 'zod'
import { sleep, systemClock } from '../base/clock.ts'
import { type Holder, isAlive } from '../base/lock-file.ts'
import type { Settings } from '../config/settings.ts'
import type { StopOrder } from '../daemon.ts'
import { askDaemon } from './ask-daemon.ts'
import { type CliIo, type Command, EXIT } from './io.ts'
import { readCommandLine, refuseWords, UsageError } from './options.ts'
import { takeOptions } from './own-options.ts'
import { askStatus, runningDaemon } from './running.ts'

/** The daemon gives itself 30 s to end its sessions and records; then it is not going to. */
const PATIENCE_MS = 40_000
const LOOK_EVERY_MS = 100
const TELL_EVERY_MS = 10_000

/**
 * `cocod stop [--drain] [--timeout MINUTES]`: SIGTERM to the daemon of this DATA_DIR, and waits until it is gone; with
 * `--drain` it takes nothing new, and sessions that run may end by themselves until the time is over.
 */
export const stop: Command = async (args, io) => {
  const { own, rest } = takeOptions(args, ['timeout'])
  const { config, switches, words } = readCommandLine(rest, io, ['drain'])
  refuseWords('stop', words)
  const { DATA_DIR: dataDir } = config.settings
  const order = stopOrder(config.settings, { drain: switches.has('drain'), timeout: own.timeout })
  const holder = await runningDaemon(dataDir)
  if (!holder) {
    io.stdout.write(`not running (${dataDir})\n`)
    return EXIT.ok
  }
  return await stopDaemon(holder, { dataDir, ...order }, io)
}

/** Minutes that sessions may take to end; undefined: none. Throws UsageError for a time that is none. */
export function stopOrder(
  { DRAIN_MINUTES }: Settings,
  { drain, timeout }: { readonly drain: boolean; readonly timeout: string | undefined },
): StopOrder {
  const minutes = minutesOf(timeout, DRAIN_MINUTES)
  return { drainMinutes: drain ? minutes : undefined }
}

/** Stops a daemon and waits until it is gone. Resolves with the exit code. */
export async function stopDaemon(
  holder: Holder,
  { dataDir, drainMinutes }: StopOrder & { readonly dataDir: string },
  io: CliIo,
): Promise<number> {
  const Answer = z.object({ sessions: z.number() })
  if (drainMinutes === undefined) process.kill(holder.pid, 'SIGTERM')
  else await askDaemon(dataDir, { command: 'stop', drainMinutes }, Answer)
  return await gone({ holder, dataDir, forMs: PATIENCE_MS + (drainMinutes ?? 0) * 60_000 }, io)
}

function minutesOf(given: string | undefined, otherwise: number): number {
  if (given === undefined) return otherwise
  const minutes = Number(given)
  if (minutes >= 0) return minutes
  throw new UsageError(`--timeout is a number of minutes, not “${given}”`)
}

interface Leaving {
  readonly holder: Holder
  readonly dataDir: string
  readonly forMs: number
}

/** Waits until the daemon is gone; says every ten seconds how many sessions it waits for. */
export async function gone({ holder, dataDir, forMs }: Leaving, io: CliIo): Promise<number> {
  const began = systemClock.monotonic()
  const alive = setInterval(() => {}, PATIENCE_MS) // the clock's timers do not keep this process alive
  let tell = began + TELL_EVERY_MS
  while ((await isAlive(holder)) && systemClock.monotonic() < began + forMs) {
    await sleep(systemClock, LOOK_EVERY_MS)
    if (systemClock.monotonic() < tell) continue
    tell += TELL_EVERY_MS
    const status = await askStatus(dataDir)
    if (status)
      io.stdout.write(`waiting for ${status.sessions} ${status.sessions === 1 ? 'session' : 'sessions'}\n`)
  }
  clearInterval(alive)
  const left = !(await isAlive(holder))
  io.stdout.write(left ? `stopped (pid ${holder.pid})\n` : `process ${holder.pid} is still stopping\n`)
  return left ? EXIT.ok : EXIT.failed
}
