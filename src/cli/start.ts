import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import pretty from 'pino-pretty'
import { writeFileAtomic } from '../base/atomic-file.ts'
import { systemClock } from '../base/clock.ts'
import { reasonOf } from '../base/fault.ts'
import type { Settings } from '../config/settings.ts'
import { type Daemon, startDaemon } from '../daemon.ts'
import { createLog, type Log } from '../log.ts'
import { greeting } from './greeting.ts'
import { type CliIo, type Command, EXIT } from './io.ts'
import { readCommandLine } from './options.ts'
import { programVersion } from './version.ts'

/** How long a stop may take before it is cut short (R13). */
const STOP_SECONDS = 30
const INTERRUPTED = 130

/** `cocod start [--standalone]`: runs in the foreground until it is told to stop. */
export const start: Command = async (args, io) => {
  const began = systemClock.monotonic()
  const { config, switches } = readCommandLine(args, io, ['standalone'])
  process.umask(0o077)
  const log = logTo(io, config.settings)
  const stop = stopSignals(log)
  const standalone = switches.has('standalone')
  const parts = {
    config,
    standalone,
    clock: systemClock,
    log,
    version: programVersion(),
    environment: io.env,
  }
  const daemon = await startDaemon(parts, stop.signal)
  const ready = daemon.ready.then(() => announce(io, daemon, { settings: config.settings, log, began }))
  return await untilStopped(daemon, ready, { stop, log })
}

/** Pretty on a terminal, JSON elsewhere. Whoever read the log may go: the sessions do not end for that. */
function logTo({ stdout, stderr }: CliIo, { LOG_LEVEL }: Settings): Log {
  for (const stream of [stdout, stderr]) stream.on('error', () => {})
  const destination = stdout.isTTY ? pretty({ sync: true, singleLine: true, destination: stdout }) : stdout
  return createLog({ level: LOG_LEVEL, destination })
}

/** The first SIGINT or SIGTERM stops cleanly; the second one ends the process at once. */
function stopSignals(log: Log): AbortController {
  const stop = new AbortController()
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stop.signal.aborted) process.exit(INTERRUPTED)
    log.info({ signal }, 'stopping; once more ends at once')
    stop.abort(signal)
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  // A file-size limit (RLIMIT_FSIZE) is to be a failed write, which ends one session, not the process.
  process.on('SIGXFSZ', () => {})
  process.on('uncaughtException', (err) => fatal(stop, log, err))
  process.on('unhandledRejection', (err) => fatal(stop, log, err))
  return stop
}

/** A fault of the program itself: said loudly, and the sessions still end in order. */
function fatal(stop: AbortController, log: Log, err: unknown): void {
  log.fatal({ err }, 'a fault of the program; it stops')
  process.exitCode = EXIT.software
  stop.abort(err)
}

interface Running {
  readonly stop: AbortController
  readonly log: Log
}

async function untilStopped(daemon: Daemon, ready: Promise<void>, { stop, log }: Running): Promise<number> {
  const stopped = new Promise<void>((resolve) => {
    if (stop.signal.aborted) resolve()
    else stop.signal.addEventListener('abort', () => resolve(), { once: true })
  })
  try {
    await Promise.race([stopped, ready.then(() => stopped)])
  } finally {
    const late = setTimeout(() => {
      log.error({ seconds: STOP_SECONDS }, 'not everything ended in time')
      process.exit(EXIT.failed)
    }, STOP_SECONDS * 1000)
    await daemon.stop()
    clearTimeout(late)
    process.removeAllListeners('SIGINT')
    process.removeAllListeners('SIGTERM')
  }
  log.info('stopped')
  return Number(process.exitCode ?? EXIT.ok)
}

interface Announcement {
  readonly settings: Settings
  readonly log: Log
  readonly began: number
}

/** The first screen on a terminal; one line of facts elsewhere, and the demo's password in a file of its own. */
async function announce(io: CliIo, daemon: Daemon, { settings, log, began }: Announcement): Promise<void> {
  const { ssh, web, hostKeys, demo } = daemon
  const seconds = (systemClock.monotonic() - began) / 1000
  if (io.stdout.isTTY && demo) {
    io.stdout.write(greeting({ version: programVersion(), ssh, web, hostKeys, demo, seconds }))
    return
  }
  const passwordFile = demo && (await keepPassword(settings.DATA_DIR, demo.password.reveal()))
  log.info(
    { ssh: address(ssh), web: address(web), hostKeys, ...(demo && { user: demo.user, passwordFile }) },
    'ready',
  )
}

async function keepPassword(dataDir: string, password: string): Promise<string> {
  const file = join(dataDir, 'demo-password')
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    await writeFileAtomic(file, `${password}\n`)
    return file
  } catch (error) {
    return `could not be written: ${reasonOf(error)}`
  }
}

const address = ({ host, port }: { host: string; port: number }): string => `${host}:${port}`
