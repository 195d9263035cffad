import { z } from 'zod'
import { blankControls } from '../base/escape.ts'
import { askDaemon } from './ask-daemon.ts'
import { type Command, EXIT } from './io.ts'
import { readCommandLine, refuseWords } from './options.ts'

const Answer = z.object({ applied: z.array(z.string()), waiting: z.array(z.string()) })

/** `cocod reload`: the daemon opens its log file anew and reads its configuration again; says what that changed. */
export const reload: Command = async (args, io) => {
  const { config, words } = readCommandLine(args, io)
  refuseWords('reload', words)
  const { applied, waiting } = await askDaemon(config.settings.DATA_DIR, { command: 'reload' }, Answer)
  const lines = [
    applied.length === 0 ? 'no setting changed that can change now' : `in force: ${applied.join(', ')}`,
    ...(waiting.length === 0 ? [] : [`after a restart (cocod restart): ${waiting.join(', ')}`]),
  ]
  io.stdout.write(lines.map((line) => `${blankControls(line)}\n`).join(''))
  return EXIT.ok
}
