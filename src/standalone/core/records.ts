import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../log.ts'
import type { InventorySource } from '../inventory.ts'
import type { Caller } from './authentication.ts'
import type { Commands } from './commands.ts'
import { parseBatch } from './commands.ts'
import { parseFields } from './fields.ts'
import type { Liveness } from './liveness.ts'
import { type Call, listReply, NOT_FOUND, type Reply, type Resource } from './resource.ts'
import { NewSession, SessionChange, type Sessions, sessionReply } from './sessions.ts'
import { TaskChange, type Tasks, taskReply } from './tasks.ts'

interface RecordParts {
  readonly sessions: Sessions
  readonly commands: Commands
  readonly tasks: Tasks
  readonly liveness: Liveness
  readonly inventory: InventorySource
  readonly clock: Clock
  readonly log: Log
}

type TerminalCall = Call<Extract<Caller, { kind: 'terminal' }>>

const TERMINAL = '/api/terminal/v1/'

const SERVER_ERROR: Reply = { status: 500, body: { error: 'Server internal error' } }

/** Sessions, commands, heartbeats and the orders they bring. */
export function recordResources(parts: RecordParts): readonly Resource[] {
  const beat = {
    access: 'terminal',
    methods: { POST: (call: TerminalCall) => heartbeat(parts, call) },
  } as const
  return [
    { path: `${TERMINAL}terminal/status/`, ...beat },
    { path: `${TERMINAL}status/`, ...beat },
    { path: `${TERMINAL}terminal/:terminal/status/`, ...beat },
    {
      path: `${TERMINAL}sessions/`,
      access: 'terminal',
      methods: {
        GET: (call) => listReply(call, parts.sessions.list(call.query), sessionReply),
        POST: (call) => createSession(parts, call),
      },
    },
    {
      path: `${TERMINAL}sessions/:session/`,
      access: 'terminal',
      methods: {
        GET: ({ params }) => showSession(parts, params['session'] ?? ''),
        PATCH: (call) => changeSession(parts, call),
      },
    },
    {
      path: `${TERMINAL}command/`,
      access: 'terminal',
      methods: {
        GET: (call) =>
          listReply(call, parts.commands.list(call.query, parts.clock.now() / 1000), (row) => row),
        POST: (call) => storeCommands(parts, call),
      },
    },
    ...taskResources(parts),
  ]
}

const taskResources = (parts: RecordParts): readonly Resource[] => [
  {
    path: `${TERMINAL}tasks/`,
    access: 'terminal',
    methods: {
      GET: ({ caller }) => ({ status: 200, body: parts.tasks.open(caller.terminal.id).map(taskReply) }),
    },
  },
  {
    path: `${TERMINAL}tasks/kill-session/`,
    access: 'authenticated',
    methods: { POST: (call) => killSessions(parts, call) },
  },
  {
    path: `${TERMINAL}tasks/:task/`,
    access: 'terminal',
    methods: {
      GET: ({ params }) => showTask(parts, params['task'] ?? ''),
      PATCH: (call) => changeTask(parts, call),
    },
  },
]

/** POST .../status/: marks the listed sessions alive, answers the open tasks. `sessions: null` fails as in core. */
function heartbeat({ liveness, tasks }: RecordParts, { body, caller }: TerminalCall): Reply {
  const parsed = z.object({ sessions: z.string().array().max(100_000).default([]) }).safeParse(body)
  if (!parsed.success) return SERVER_ERROR
  liveness.mark(parsed.data.sessions)
  return { status: 201, body: tasks.open(caller.terminal.id).map(taskReply) }
}

function createSession({ sessions, inventory, clock }: RecordParts, { body, caller }: TerminalCall): Reply {
  if (Array.isArray(body)) return SERVER_ERROR
  const parsed = parseFields(NewSession, body)
  if (!parsed.ok) return { status: 400, body: parsed.faults }
  const { id: given, system_user, ...fields } = parsed.data
  const id = given ?? randomUUID()
  if (sessions.byId(id)) return { status: 400, body: { id: ['This field must be unique.'] } }
  // A system user given by its id is stored by its name; an unknown id is not.
  const account = inventory.current.accounts.get(system_user ?? '')
  if (!account && uuidLike(system_user ?? '')) return NOT_FOUND
  sessions.insert({
    id,
    user: fields.user ?? '',
    asset: fields.asset ?? '',
    system_user: account?.name ?? system_user ?? '',
    org_id: fields.org_id ?? '',
    login_from: fields.login_from === 'WT' ? 'WT' : 'ST',
    remote_addr: fields.remote_addr ?? null,
    protocol: fields.protocol ?? 'ssh',
    is_finished: fields.is_finished ?? false,
    has_replay: fields.has_replay ?? false,
    date_start: fields.date_start ?? clock.now(),
    date_end: fields.date_end ?? null,
    terminal: caller.terminal.id,
  })
  return showSession({ sessions }, id, 201)
}

const uuidLike = (text: string): boolean => /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/.test(text)

function showSession({ sessions }: Pick<RecordParts, 'sessions'>, id: string, status = 200): Reply {
  const session = sessions.byId(id)
  return session ? { status, body: sessionReply(session) } : NOT_FOUND
}

function changeSession(parts: RecordParts, { params, body }: Call): Reply {
  const id = params['session'] ?? ''
  if (!parts.sessions.byId(id)) return NOT_FOUND
  const parsed = parseFields(SessionChange, body)
  if (!parsed.ok) return { status: 400, body: parsed.faults }
  parts.sessions.update(id, parsed.data)
  return showSession(parts, id)
}

function storeCommands({ commands, log }: RecordParts, { body }: Call): Reply {
  const batch = parseBatch(body)
  if (!batch.ok) return { status: 401, body: { msg: batch.message } }
  try {
    commands.insert(batch.commands)
    return { status: 201, body: 'ok' }
  } catch (fault) {
    log.error({ err: fault }, 'embedded core could not store commands')
    return { status: 500, body: 'Save error' }
  }
}

/** Orders the terminals of these sessions to end them; only open ones, answered by id. */
function killSessions({ sessions, tasks, clock }: RecordParts, { body, caller }: Call): Reply {
  if (caller.kind === 'user' && !caller.user.admin) {
    return { status: 403, body: { detail: 'You do not have permission to perform this action.' } }
  }
  const ids = z.string().array().max(1000).safeParse(body)
  if (!ids.success) return SERVER_ERROR
  const open = ids.data.filter((id) => {
    const session = sessions.byId(id)
    if (!session || session.is_finished || session.terminal === null) return false
    tasks.orderKill({ terminal: session.terminal, session: id, now: clock.now() })
    return true
  })
  return { status: 200, body: { ok: open } }
}

function showTask({ tasks }: Pick<RecordParts, 'tasks'>, id: string): Reply {
  const task = tasks.byId(id)
  return task ? { status: 200, body: taskReply(task) } : NOT_FOUND
}

function changeTask(parts: RecordParts, { params, body }: Call): Reply {
  const id = params['task'] ?? ''
  if (!parts.tasks.byId(id)) return NOT_FOUND
  const parsed = parseFields(TaskChange, body)
  if (!parsed.ok) return { status: 400, body: parsed.faults }
  parts.tasks.update(id, parsed.data)
  return showTask(parts, id)
}
