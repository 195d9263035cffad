import { findSession, type RecordSummary, shortId, summarise } from '../audit/catalogue.ts'
import { Spool, type SpooledSession } from '../audit/spool.ts'
import { verifySession } from '../audit/verify.ts'
import { sessionsPath } from '../base/data-dir.ts'
import { durationText } from '../base/duration.ts'
import { blankControls } from '../base/escape.ts'
import { reasonOf } from '../base/fault.ts'
import { recordAct } from './acts.ts'
import { columns, minuteOf } from './columns.ts'
import { type CliIo, type Command, EXIT } from './io.ts'
import { readCommandLine, UsageError } from './options.ts'
import { type OwnOptions, takeOptions } from './own-options.ts'
import { exportReplay } from './replay-export.ts'
import { playReplay } from './replay-play.ts'
import { searchReplays } from './replay-search.ts'

const USAGE = 'cocod replay list | play ID | search TEXT | verify ID | export ID; cocod help has their flags'
export const OPTIONS = ['user', 'id', 'speed', 'max-idle', 'at', 'format'] as const
export const SWITCHES = ['regex', 'json'] as const
const VERBS = ['play', 'verify', 'export']

/** `cocod replay …`: looks at the records under DATA_DIR, whether the daemon runs or not. */
export const replay: Command = async (args, io) => {
  const { own, rest } = takeOptions(args, OPTIONS)
  const { config, words, switches } = readCommandLine(rest, io, SWITCHES)
  return await replayCommand({ words, options: own, switches }, io, {
    sessionsDir: sessionsPath(config.settings.DATA_DIR),
    onRead: (facts) => recordAct(config.settings.DATA_DIR, io, 'replay-read', facts),
  })
}

export interface ReplayRequest {
  /** `list`, or `play`, `verify` or `export` and an id. */
  readonly words: readonly string[]
  readonly options: ReplayOptions
  readonly switches?: ReadonlySet<string>
}

export type ReplayOptions = OwnOptions<(typeof OPTIONS)[number]>

/** Told before anything of a record is shown: what is read, and how. It rejects when that cannot be put on record. */
export type OnRead = (facts: Readonly<Record<string, string>>) => Promise<void>

/** The same for records that are in `sessionsDir`. Throws UsageError and AuditError. */
export async function replayCommand(
  { words, options, switches = new Set() }: ReplayRequest,
  io: CliIo,
  { sessionsDir, onRead }: { sessionsDir: string; onRead: OnRead },
): Promise<number> {
  const [verb = 'list', id] = words
  const spool = new Spool(sessionsDir)
  if (verb === 'list') return await list(spool, io, options.user)
  if (verb === 'search') {
    if (id === undefined) throw new UsageError('cocod replay search needs a text', USAGE)
    const sessions =
      options.id === undefined ? ofUser(spool, options.user) : [await findSession(spool, options.id)]
    const of = { ...(options.user && { user: options.user }), ...(options.id && { session: options.id }) }
    await onRead({ act: 'search', text: id, ...of })
    const how = { regex: switches.has('regex'), json: switches.has('json') }
    return await searchReplays({ sessions, text: id, ...how }, io)
  }
  if (!VERBS.includes(verb)) throw new UsageError(`cocod replay does not know “${verb}”`, USAGE)
  if (id === undefined) throw new UsageError(`cocod replay ${verb} needs the id of a session`, USAGE)
  const session = await findSession(spool, id)
  const format = verb === 'export' ? { format: options.format ?? 'asciicast' } : {}
  await onRead({ act: verb, session: session.id, ...format })
  if (verb === 'verify') return await verify(session.id, session.directory, io)
  if (verb === 'export') return await exportReplay(session, options.format, io)
  const speed = numberOf(options, 'speed')
  const maxIdle = numberOf(options, 'max-idle')
  const at = numberOf(options, 'at')
  return await playReplay(session, io, {
    ...(speed === undefined ? {} : { speed }),
    ...(at === undefined ? {} : { atMs: at * 1000 }),
    ...(maxIdle === undefined ? {} : { maxIdleMs: maxIdle * 1000 }),
  })
}

function numberOf(options: ReplayOptions, name: 'speed' | 'max-idle' | 'at'): number | undefined {
  const text = options[name]
  if (text === undefined) return undefined
  const value = Number(text)
  if (Number.isFinite(value) && (value > 0 || name === 'at')) return Math.max(0, value)
  throw new UsageError(`--${name} is a number above 0, not “${text}”`, USAGE)
}

/** Newest first; those of one person only, where a user name is given. */
async function* ofUser(spool: Spool, user: string | undefined): AsyncGenerator<SpooledSession> {
  for await (const session of spool.sessions({ newestFirst: true })) {
    const summary = user === undefined ? undefined : await summarise(session).catch(() => undefined)
    if (user === undefined || (summary && accountOf(summary.state.record.user) === user)) yield session
  }
}

async function list(spool: Spool, io: CliIo, user: string | undefined): Promise<number> {
  const found: RecordSummary[] = []
  for await (const session of spool.sessions({ newestFirst: true })) {
    try {
      const summary = await summarise(session)
      if (user === undefined || accountOf(summary.state.record.user) === user) found.push(summary)
    } catch (error) {
      io.stderr.write(`${shortId(session.id)}  cannot be read: ${blankControls(reasonOf(error))}\n`)
    }
  }
  found.sort((a, b) => b.state.record.dateStart - a.state.record.dateStart)
  const rows = found.map(row)
  if (rows.length === 0) io.stderr.write(`No sessions are recorded in ${spool.root}.\n`)
  io.stdout.write(columns(rows))
  return EXIT.ok
}

function row({ id, state, status, commands }: RecordSummary): readonly string[] {
  const { user, asset, systemUser, dateStart } = state.record
  return [
    shortId(id),
    minuteOf(dateStart),
    state.end ? durationText(state.end.at - dateStart) : 'live',
    accountOf(user),
    `${systemUser}@${asset}`,
    `${commands} ${commands === 1 ? 'command' : 'commands'}`,
    state.end?.cut ? `${status}, cut` : status === 'live' ? 'recording' : status,
  ]
}

/** Core's `name (username)`: the name a person logs in with. */
const accountOf = (user: string): string => /\(([^()]*)\)$/.exec(user)?.[1] ?? user

/** Exit code 1 for a record that is not as it was written. */
async function verify(id: string, directory: string, { stdout }: CliIo): Promise<number> {
  const verdict = await verifySession(directory)
  const name = shortId(id)
  switch (verdict.kind) {
    case 'whole':
      stdout.write(
        `${name}  whole: ${verdict.blocks} blocks, every hash right${verdict.cut ? '; cut by a crash' : ''}\n`,
      )
      return EXIT.ok
    case 'running':
      stdout.write(`${name}  not ended yet: ${verdict.blocks} blocks so far, every hash right\n`)
      return EXIT.ok
    case 'broken': {
      const { block, offset, time, why } = verdict
      stdout.write(
        `${name}  BROKEN at block ${block} (byte ${offset}, ${(time / 1e6).toFixed(1)} s): ${blankControls(why)}\n`,
      )
      return EXIT.failed
    }
  }
}
