import { systemClock } from '../base/clock.ts'
import { LiveConfig } from '../config/live-config.ts'
import type { Settings } from '../config/settings.ts'
import { type Daemon, startDaemon } from '../daemon.ts'
import { createLog, type Log, setLogLevel, teeEvents } from '../log.ts'
import { announce, type ReadyFacts, sayStarting } from './announce.ts'
import { launch, logFileOf, START_SECONDS } from './detach.ts'
import { EventSinks } from './event-sinks.ts'
import { type CliIo, type Command, EXIT } from './io.ts'
import { LogFile } from './log-file.ts'
import { type CommandLine, readCommandLine, refuseWords, UsageError } from './options.ts'
import { takeOptions } from './own-options.ts'
import { programName } from './program-name.ts'
import { DETACHED, START_SWITCHES, tellStarter, writePidFile } from './starter.ts'
import { type Stopping, stopSignals } from './stop-signals.ts'
import { Systemd } from './systemd.ts'
import { exitCode, tell } from './tell.ts'
import { TerminalLog } from './terminal-log.ts'
import { upkeepOf } from './upkeep.ts'
import { programVersion } from './version.ts'

/** How long a stop may take before it is cut short (R13). */
const STOP_SECONDS = 30

/** `cocod start [--standalone] [-d]`: runs in the foreground until it is told to stop, or starts one that does not. */
export const start: Command = async (args, io) => {
  const long = args.map((each) => (each === '-d' ? '--detach' : each))
  const { own, rest } = takeOptions(long, ['timeout'])
  const line = readCommandLine(rest, io, START_SWITCHES)
  refuseWords('start', line.words)
  if (line.switches.has('detach')) {
    const settings = line.config.settings
    const plain = rest.filter((each) => each !== '--detach')
    return await launch({ args: plain, cwd: io.cwd, env: io.env }, io, {
      settings,
      seconds: secondsOf(own.timeout),
    })
  }
  process.umask(0o077)
  const detached = line.switches.has(DETACHED)
  try {
    return await run({ line, again: () => readCommandLine(rest, io, START_SWITCHES).config, detached }, io)
  } catch (error) {
    if (detached) await tellStarter({ kind: 'failed', text: tell(error), code: exitCode(error) })
    throw error
  }
}

function secondsOf(given: string | undefined): number {
  const seconds = Number(given ?? START_SECONDS)
  if (seconds > 0) return seconds
  throw new UsageError(`--timeout is a number of seconds, not “${given}”`)
}

interface Run {
  readonly line: CommandLine
  /** Reads the configuration as it is now. */
  readonly again: () => CommandLine['config']
  readonly detached: boolean
}

async function run({ line, again, detached }: Run, io: CliIo): Promise<number> {
  const began = systemClock.monotonic()
  const { switches, places } = line
  const live = new LiveConfig(line.config)
  const { config } = live
  const { settings } = config
  const program = programName(process.argv[1] ?? 'bin/cocod', io)
  const screen = screenOf(io, settings)
  using file = logFile(settings, detached, io)
  const events = new EventSinks(settings)
  const log = createLog({
    level: settings.LOG_LEVEL,
    destination: teeEvents(both(screen ?? (file ? undefined : io.stdout), file), events.push),
  })
  events.tellIn(log)
  const stop = stopSignals({ screen, log, settings })
  await using systemd = new Systemd({ env: io.env, pid: process.pid, log })
  stop.now.signal.addEventListener('abort', () => systemd.stopping(), { once: true })
  const upkeep = upkeepOf({ live, again, file, log, setLevel: (level) => setLogLevel(log, level) })
  if (!screen) process.on('SIGHUP', upkeep.onHangup)
  const standalone = switches.has('standalone')
  const version = programVersion()
  const first = { settings, standalone, version, screen, log, began, program, places }
  using starting = sayStarting(io, first)
  const parts = {
    ...{ config, standalone, clock: systemClock, log, version, upkeep },
    environment: io.env,
    onStopAsked: stop.ask,
    onLocked: () => events.open(),
  }
  const daemon = await startDaemon(parts, stop.now.signal)
  await using _pid = detached ? await writePidFile(settings.DATA_DIR) : undefined
  const ready = daemon.ready.then(async () => {
    starting[Symbol.dispose]()
    const facts = await announce(io, daemon, first)
    systemd.ready(`ssh ${facts.ssh}, web ${facts.web}`)
    await said(facts, detached)
  })
  try {
    return await untilStopped(daemon, ready, { stop, log })
  } finally {
    process.off('SIGHUP', upkeep.onHangup)
    await events.close()
  }
}

async function said(facts: ReadyFacts, detached: boolean): Promise<void> {
  if (detached) await tellStarter({ kind: 'ready', ...facts })
}

/** A terminal is read by a person; elsewhere the log is JSON. Whoever read it may go: the sessions do not end for that. */
function screenOf(io: CliIo, { LOG_LEVEL }: Settings): TerminalLog | undefined {
  for (const stream of [io.stdout, io.stderr]) stream.on('error', () => {})
  return io.stdout.isTTY ? new TerminalLog(io, { calm: LOG_LEVEL !== 'debug' }) : undefined
}

function logFile(settings: Settings, detached: boolean, io: CliIo): LogFile | undefined {
  if (!detached && settings.LOG_FILE === undefined) return undefined
  return new LogFile(logFileOf(settings), (reason) =>
    io.stderr.write(`cocod: lines of the log are lost: ${reason}\n`),
  )
}

interface Lines {
  write(line: string): unknown
}

const both = (screen: Lines | undefined, file: Lines | undefined): { write(line: string): void } => ({
  write(line) {
    screen?.write(line)
    file?.write(line)
  },
})

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
