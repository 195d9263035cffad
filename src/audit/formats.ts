import { COMMANDS_VERSION } from './command-log.ts'
import { DELIVERY_VERSION } from './delivery-file.ts'
import { FILE_LOG_VERSION } from './file-log-file.ts'
import { REPLAY_VERSION } from './frames.ts'
import { SESSION_VERSION } from './session-file.ts'

/** The newest formats of the spool's files that this program reads and the ones it writes; older ones are read, too. */
export const FORMATS: Readonly<Record<string, number>> = {
  session: SESSION_VERSION,
  commands: COMMANDS_VERSION,
  replay: REPLAY_VERSION,
  delivery: DELIVERY_VERSION,
  'file-log': FILE_LOG_VERSION,
}
