import { userInfo } from 'node:os'
import { z } from 'zod'
import { durationText } from '../base/duration.ts'
import { askDaemon } from './ask-daemon.ts'
import { columns, minuteOf } from './columns.ts'
import { type CliIo, type Command, EXIT } from './io.ts'
import { readCommandLine, UsageError } from './options.ts'
import { takeOptions } from './own-options.ts'

const USAGE = 'cocod session list | end ID [--reason TEXT]; cocod help has their flags'

const Session = z.object({
  id: z.string(),
  shortId: z.string(),
  user: z.string(),
  account: z.string(),
  asset: z.string(),
  loginFrom: z.string(),
  remoteAddr: z.string(),
  startedAt: z.number(),
  idleMs: z.number(),
  phase: z.string(),
  recording: z.string(),
})
const List = z.object({ sessions: z.array(Session.loose()) })

/** `cocod session …`: the sessions that run now; asks the daemon of this DATA_DIR. */
export const session: Command = async (args, io) => {
  const { own, rest } = takeOptions(args, ['reason'])
  const { config, words, switches } = readCommandLine(rest, io, ['json'])
  const [verb = 'list', id] = words
  const dataDir = config.settings.DATA_DIR
  if (verb === 'list') return await list(io, dataDir, switches.has('json'))
  if (verb !== 'end') throw new UsageError(`cocod session does not know “${verb}”`, USAGE)
  if (id === undefined) throw new UsageError('cocod session end needs the id of a session', USAGE)
  await askDaemon(dataDir, { command: 'session.end', id, by: userInfo().username, reason: own.reason }, End)
  io.stdout.write(`ended ${id}\n`)
  return EXIT.ok
}

const End = z.object({ ended: z.string() })

async function list(io: CliIo, dataDir: string, json: boolean): Promise<number> {
  const { sessions } = await askDaemon(dataDir, { command: 'session.list' }, List)
  if (json) io.stdout.write(`${JSON.stringify({ sessions })}\n`)
  else io.stdout.write(sessions.length === 0 ? 'no session runs\n' : columns(sessions.map(row)))
  return EXIT.ok
}

const row = (each: z.output<typeof Session>): readonly string[] => [
  each.shortId,
  minuteOf(each.startedAt),
  durationText(Date.now() - each.startedAt),
  each.user,
  `${each.account}@${each.asset}`,
  `${each.loginFrom === 'WT' ? 'web' : 'ssh'} ${each.remoteAddr}`,
  each.phase === 'running' ? `idle ${durationText(each.idleMs)}` : each.phase,
]
