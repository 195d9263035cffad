import { systemClock } from '../base/clock.ts'
import type { Settings } from '../config/settings.ts'
import { type Daemon, type StopOrder, startDaemon } from '../daemon.ts'
import { createLog, type Log, teeEvents } from '../log.ts'
import { announce, sayStarting } from './announce.ts'
import { EventSinks } from './event-sinks.ts'
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
  const events = new EventSinks(config.settings)
  const destination = teeEvents(screen ?? io.stdout, events.push)
  const log = createLog({ level: config.settings.LOG_LEVEL, destination })
  events.tellIn(log)
  const stop = stopSignals({ screen, log, settings: config.settings })
  const standalone = switches.has('standalone')
  const version = programVersion()
  const first = { settings: config.settings, standalone, version, screen, log, began, program, places }
  using starting = sayStarting(io, first)
  const parts = {
    config,
    standalone,
    clock: systemClock,
    log,
    version,
    environment: io.env,
    onStopAsked: stop.ask,
    onLocked: () => events.open(),
  }
  const daemon = await startDaemon(parts, stop.now.signal)
  const ready = daemon.ready.then(() => {
    starting[Symbol.dispose]()
    return announce(io, daemon, first)
  })
  try {
    return await untilStopped(daemon, ready, { stop, log })
  } finally {
    await events.close()
  }
}

/** A terminal is read by a person; elsewhere the log is JSON. Whoever read it may go: the sessions do not end for that. */
function screenOf(io: CliIo, { LOG_LEVEL }: Settings): TerminalLog | undefined {
  for (const stream of [io.stdout, io.stderr]) stream.on('error', () => {})
  return io.stdout.isTTY ? new TerminalLog(io, { calm: LOG_LEVEL !== 'debug' }) : undefined
}

/** How the daemon is told to stop: drain first, or now. The second order ends a drain, one more the process. */
interface Stopping {
  readonly drain: Promise<number>
  readonly now: AbortController
  readonly ask: (order: StopOrder) => void
}

/**
 * A SIGINT stops cleanly, and so does a SIGTERM unless SIGTERM_ACTION has it drain first. The next signal ends the
 * drain, one more the process at once.
 */
function stopSignals({ screen, log, settings }: Signalled): Stopping {
  const stop = new AbortController()
  let draining = false
  let drain: (minutes: number) => void = () => {}
  const drained = new Promise<number>((resolve) => {
    drain = (minutes) => {
      draining = true
      resolve(minutes)
    }
  })
  const ask = ({ drainMinutes }: StopOrder): void => {
    if (drainMinutes !== undefined && !draining) drain(drainMinutes)
    else stop.abort('asked to')
  }
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stop.signal.aborted) process.exit(INTERRUPTED)
    screen?.speak({ onNewLine: signal === 'SIGINT' })
    const drains = signal === 'SIGTERM' && settings.SIGTERM_ACTION === 'drain' && !draining
    log.info({ signal }, drains ? 'draining; once more stops' : 'stopping; once more ends at once')
    ask({ drainMinutes: drains ? settings.DRAIN_MINUTES : undefined })
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  // A file-size limit (RLIMIT_FSIZE) is to be a failed write, which ends one session, not the process.
  process.on('SIGXFSZ', () => {})
  process.on('uncaughtException', (err) => fatal(stop, log, err))
  process.on('unhandledRejection', (err) => fatal(stop, log, err))
  return { drain: drained, now: stop, ask }
}

/** A fault of the program itself: said loudly, and the sessions still end in order. */
function fatal(stop: AbortController, log: Log, err: unknown): void {
  log.fatal({ err }, 'a fault of the program; it stops')
  process.exitCode = EXIT.software
  stop.abort(err)
}

interface Signalled {
  readonly screen: TerminalLog | undefined
  readonly log: Log
  readonly settings: Settings
}

interface Running {
  readonly stop: Stopping
  readonly log: Log
}

async function untilStopped(daemon: Daemon, ready: Promise<void>, { stop, log }: Running): Promise<number> {
  const { signal } = stop.now
  const stopped = new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
  const drained = stop.drain.then((minutes) => daemon.drain(minutes, signal))
  const over = Promise.race([stopped, drained])
  try {
    await Promise.race([over, ready.then(() => over)])
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
