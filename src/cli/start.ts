import { systemClock } from '../base/clock.ts'
import type { Settings } from '../config/settings.ts'
import { type Daemon, startDaemon } from '../daemon.ts'
import { createLog, type Log } from '../log.ts'
import { announce, sayStarting } from './announce.ts'
import { type CliIo, type Command, EXIT } from './io.ts'
import { readCommandLine, refuseWords } from './options.ts'
import { programName } from './program-name.ts'
import { TerminalLog } from './terminal-log.ts'
import { programVersion } from './version.ts'

/** How long a stop may take before it is cut short (R13). */
const STOP_SECONDS = 30
const INTERRUPTED = 130

/** `cocod start [--standalone]`: runs in the foreground until it is told to stop. */
export const start: Command = async (args, io) => {
  const began = systemClock.monotonic()
  const { config, switches, words, places } = readCommandLine(args, io, ['standalone'])
  refuseWords('start', words)
  process.umask(0o077)
  const program = programName(process.argv[1] ?? 'bin/cocod', io)
  const screen = screenOf(io, config.settings)
  const log = createLog({ level: config.settings.LOG_LEVEL, destination: screen ?? io.stdout })
  const stop = stopSignals(screen, log)
  const standalone = switches.has('standalone')
  const version = programVersion()
  const first = { settings: config.settings, standalone, version, screen, log, began, program, places }
  using starting = sayStarting(io, first)
  const parts = { config, standalone, clock: systemClock, log, version, environment: io.env }
  const daemon = await startDaemon(parts, stop.signal)
  const ready = daemon.ready.then(() => {
    starting[Symbol.dispose]()
    return announce(io, daemon, first)
  })
  return await untilStopped(daemon, ready, { stop, log })
}

/** A terminal is read by a person; elsewhere the log is JSON. Whoever read it may go: the sessions do not end for that. */
function screenOf(io: CliIo, { LOG_LEVEL }: Settings): TerminalLog | undefined {
  for (const stream of [io.stdout, io.stderr]) stream.on('error', () => {})
  return io.stdout.isTTY ? new TerminalLog(io, { calm: LOG_LEVEL !== 'debug' }) : undefined
}

/** The first SIGINT or SIGTERM stops cleanly; the second one ends the process at once. */
function stopSignals(screen: TerminalLog | undefined, log: Log): AbortController {
  const stop = new AbortController()
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stop.signal.aborted) process.exit(INTERRUPTED)
    screen?.speak({ onNewLine: signal === 'SIGINT' })
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
