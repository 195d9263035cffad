import { z } from 'zod'
import { LOG_LEVELS, type LogLevel } from '../log.ts'
import { answerOf, asked, type ControlCommands } from './control.ts'

/** What another configuration changed: names of settings. */
export interface Reloaded {
  readonly applied: readonly string[]
  /** In force after a restart only. */
  readonly waiting: readonly string[]
}

/** What whoever started the daemon does for it on request. */
export interface Upkeep {
  /** Opens the log file anew and reads the configuration again. Throws ConfigError, and all stays as it was. */
  reload(): Reloaded
  /** Until the next start, or until LOG_LEVEL changes. Returns the level before. */
  setLogLevel(level: LogLevel): string
}

const Level = z.object({ level: z.enum(LOG_LEVELS) })

/** What `cocod reload` and `cocod log-level` ask for. */
export const upkeepCommands = (upkeep: Upkeep): ControlCommands => ({
  reload: async () => answerOf(upkeep.reload()),
  'log-level': async (request) => {
    const { level } = asked(Level, request)
    return answerOf({ level, before: upkeep.setLogLevel(level) })
  },
})
