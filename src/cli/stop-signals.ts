import type { Settings } from '../config/settings.ts'
import type { StopOrder } from '../daemon.ts'
import type { Log } from '../log.ts'
import { EXIT } from './io.ts'
import type { TerminalLog } from './terminal-log.ts'

const INTERRUPTED = 130

/** How the daemon is told to stop: drain first, or now. The second order ends a drain, one more the process. */
export interface Stopping {
  readonly drain: Promise<number>
  readonly now: AbortController
  readonly ask: (order: StopOrder) => void
}

export interface Signalled {
  readonly screen: TerminalLog | undefined
  readonly log: Log
  readonly settings: Settings
}

/**
 * A SIGINT stops cleanly, and so does a SIGTERM unless SIGTERM_ACTION has it drain first; a terminal that is closed
 * (SIGHUP) stops what runs in it. The next signal ends the drain, one more the process at once.
 */
export function stopSignals({ screen, log, settings }: Signalled): Stopping {
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
  if (screen) process.on('SIGHUP', onSignal)
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
