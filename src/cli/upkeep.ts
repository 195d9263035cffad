import { isFault } from '../base/fault.ts'
import type { Config } from '../config/config.ts'
import type { LiveConfig } from '../config/live-config.ts'
import type { Reloaded, Upkeep } from '../daemon/upkeep.ts'
import type { Log, LogLevel } from '../log.ts'
import type { LogFile } from './log-file.ts'

export interface UpkeepParts {
  readonly live: LiveConfig
  /** Reads the configuration as it is now. */
  readonly again: () => Config
  readonly file: LogFile | undefined
  readonly log: Log
  readonly setLevel: (level: LogLevel) => void
}

/** What a running daemon does on `cocod reload`, `cocod log-level` and SIGHUP. */
export function upkeepOf({ live, again, file, log, setLevel }: UpkeepParts): Upkeep & { onHangup(): void } {
  const reload = (): Reloaded => {
    file?.reopen()
    const change = live.apply(again())
    if (change.applied.includes('LOG_LEVEL')) setLevel(live.config.settings.LOG_LEVEL)
    log.info(change, 'the configuration was read again')
    return change
  }
  return {
    reload,
    setLogLevel: (level) => {
      const before = log.level
      setLevel(level)
      return before
    },
    onHangup: () => {
      try {
        reload()
      } catch (err) {
        if (!isFault(err)) log.warn({ err }, 'the log file cannot be opened anew')
        else log.warn({ err }, 'the configuration cannot be read again; all stays as it was')
      }
    },
  }
}
