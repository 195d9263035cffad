import { z } from 'zod'
import { durationText } from '../base/duration.ts'
import { who } from './acts.ts'
import { askDaemon } from './ask-daemon.ts'
import { columns, minuteOf } from './columns.ts'
import { type CliIo, type Command, EXIT } from './io.ts'
import { readCommandLine, UsageError } from './options.ts'
import { type OwnOptions, takeOptions } from './own-options.ts'
import { watchSession } from './session-watch.ts'

const USAGE =
  'cocod session list | end | watch | join | lock | unlock | share, and an id; cocod help has their flags'

const Listed = z.looseObject({
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
  lockedBy: z.string().nullable(),
  onlookers: z.array(z.object({ name: z.string(), types: z.boolean() })),
})
type Listed = z.output<typeof Listed>

const OPTIONS = ['reason', 'users', 'minutes'] as const

interface Order {
  readonly dataDir: string
  readonly id: string
  /** Who asks: the account on this machine. */
  readonly by: string
  readonly own: OwnOptions<(typeof OPTIONS)[number]>
  readonly switches: ReadonlySet<string>
}

/** `cocod session …`: the sessions that run now; asks the daemon of this DATA_DIR. */
export const session: Command = async (args, io) => {
  const { own, rest } = takeOptions(args, OPTIONS)
  const { config, words, switches } = readCommandLine(rest, io, ['json', 'write'])
  const [verb = 'list', id] = words
  const dataDir = config.settings.DATA_DIR
  if (verb === 'list') return await list(io, dataDir, switches.has('json'))
  const run = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined
  if (!run) throw new UsageError(`cocod session does not know “${verb}”`, USAGE)
  if (id === undefined) throw new UsageError(`cocod session ${verb} needs the id of a session`, USAGE)
  return await run({ dataDir, id, by: who(io).by, own, switches }, io)
}

const VERBS: Readonly<Record<string, (order: Order, io: CliIo) => Promise<number>>> = {
  end: async ({ dataDir, id, by, own }, io) => {
    await askDaemon(
      dataDir,
      { command: 'session.end', id, by, reason: own.reason },
      z.object({ ended: z.string() }),
    )
    return said(io, `ended ${id}`)
  },
  watch: (order, io) => watchSession({ ...order, types: false }, io),
  join: (order, io) => watchSession({ ...order, types: true }, io),
  lock: (order, io) => lock(order, io, true),
  unlock: (order, io) => lock(order, io, false),
  share,
}

async function lock({ dataDir, id, by }: Order, io: CliIo, on: boolean): Promise<number> {
  const schema = z.object({ changed: z.boolean() })
  const { changed } = await askDaemon(dataDir, { command: 'session.lock', id, by, on }, schema)
  const state = on ? 'the keys of its person are held' : 'its person types again'
  return said(io, `${id}: ${changed ? '' : 'as before, '}${state}`)
}

const SHARE_MINUTES = 30

async function share({ dataDir, id, by, own, switches }: Order, io: CliIo): Promise<number> {
  const minutes = Number(own.minutes ?? SHARE_MINUTES)
  if (!(minutes >= 1)) throw new UsageError(`--minutes is a number from 1 on, not “${own.minutes}”`, USAGE)
  const users = own.users?.split(',').filter((name) => name !== '') ?? []
  const order = { command: 'session.share', id, by, types: switches.has('write'), users, minutes }
  const { code } = await askDaemon(dataDir, order, z.object({ code: z.string() }))
  const who = users.length === 0 ? 'whoever can log in' : users.join(', ')
  const what = switches.has('write') ? 'see it and type into it' : 'see it'
  return said(io, `${code}\nFor ${minutes} min ${who} may ${what}: ssh 'NAME#join:${code}@...'`)
}

function said(io: CliIo, text: string): number {
  io.stdout.write(`${text}\n`)
  return EXIT.ok
}

async function list(io: CliIo, dataDir: string, json: boolean): Promise<number> {
  const { sessions } = await askDaemon(
    dataDir,
    { command: 'session.list' },
    z.object({ sessions: z.array(Listed) }),
  )
  if (json) io.stdout.write(`${JSON.stringify({ sessions })}\n`)
  else io.stdout.write(sessions.length === 0 ? 'no session runs\n' : columns(sessions.map(row)))
  return EXIT.ok
}

const row = (each: Listed): readonly string[] => [
  each.shortId,
  minuteOf(each.startedAt),
  durationText(Date.now() - each.startedAt),
  each.user,
  `${each.account}@${each.asset}`,
  `${each.loginFrom === 'WT' ? 'web' : 'ssh'} ${each.remoteAddr}`,
  each.phase === 'running' ? `idle ${durationText(each.idleMs)}` : each.phase,
  [
    ...(each.lockedBy === null ? [] : [`held by ${each.lockedBy}`]),
    ...each.onlookers.map(({ name, types }) => `${name} ${types ? 'types' : 'watches'}`),
  ].join(', '),
]
