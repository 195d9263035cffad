import { z } from 'zod'
import { LOG_LEVELS } from '../log.ts'
import { askDaemon } from './ask-daemon.ts'
import { type Command, EXIT } from './io.ts'
import { readCommandLine, UsageError } from './options.ts'

const Answer = z.object({ level: z.string(), before: z.string() })

/** `cocod log-level LEVEL`: how much the running daemon writes, until its next start. */
export const logLevel: Command = async (args, io) => {
  const { config, words } = readCommandLine(args, io)
  const [level, ...more] = words
  if (!LOG_LEVELS.some((each) => each === level) || more.length > 0)
    throw new UsageError('which level is meant?', `cocod log-level ${LOG_LEVELS.join(', ')}`)
  const answer = await askDaemon(config.settings.DATA_DIR, { command: 'log-level', level }, Answer)
  io.stdout.write(`the log has level ${answer.level} now; it was ${answer.before}\n`)
  return EXIT.ok
}
