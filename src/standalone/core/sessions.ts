import type Database from 'libsql'
import { z } from 'zod'
import { formatTime } from '../../core/wire-time.ts'
import { bool, choice, moment, text, uuid } from './fields.ts'

const LOGIN_FROM = { ST: 'SSH Terminal', WT: 'Web Terminal' } as const

const shape = {
  user: text({ max: 128 }),
  asset: text({ max: 1024 }),
  system_user: text({ max: 128 }),
  org_id: text({ max: 36, blank: true }),
  login_from: choice(Object.keys(LOGIN_FROM), { optional: true }),
  // The column is that of an IPv4 address: a longer one is refused.
  remote_addr: text({ max: 15, blank: true, optional: true, nullable: true }),
  protocol: choice(['ssh', 'rdp', 'vnc'], { optional: true }),
  is_finished: bool({ optional: true }),
  has_replay: bool({ optional: true }),
  date_start: moment({ optional: true }),
  date_end: moment({ optional: true, nullable: true }),
}

/** Body of POST /api/terminal/v1/sessions/. */
export const NewSession = z.object({ id: uuid({ optional: true }), ...shape })

/** Body of PATCH /api/terminal/v1/sessions/<id>/: what is there is checked as above. */
export const SessionChange = z.object({
  ...shape,
  user: text({ max: 128, optional: true }),
  asset: text({ max: 1024, optional: true }),
  system_user: text({ max: 128, optional: true }),
  org_id: text({ max: 36, blank: true, optional: true }),
})

const Row = z.object({
  id: z.string(),
  user: z.string(),
  asset: z.string(),
  system_user: z.string(),
  org_id: z.string(),
  login_from: z.enum(['ST', 'WT']),
  remote_addr: z.string().nullable(),
  protocol: z.string(),
  is_finished: z.number().transform(Boolean),
  has_replay: z.number().transform(Boolean),
  date_start: z.number(),
  date_end: z.number().nullable(),
  terminal: z.string().nullable(),
  command_amount: z.number(),
})

/** A session as it is stored. */
export type SessionRow = z.output<typeof Row>

const SELECT = `SELECT sessions.*,
  (SELECT count(*) FROM commands WHERE commands.session = sessions.id) AS command_amount FROM sessions`
const FILTERS = ['user', 'asset', 'system_user', 'remote_addr', 'protocol', 'terminal'] as const

/** The sessions table. */
export class Sessions {
  readonly #database: Database.Database

  constructor(database: Database.Database) {
    this.#database = database
  }

  byId(id: string): SessionRow | undefined {
    return Row.optional().parse(this.#database.prepare(`${SELECT} WHERE id = ?`).get(id) ?? undefined)
  }

  /** Newest first. */
  list(query: URLSearchParams): readonly SessionRow[] {
    const conditions = new Conditions()
    for (const name of FILTERS) conditions.add(`${name} = ?`, query.get(name))
    const finished = bool({ optional: true }).safeParse(query.get('is_finished') ?? undefined)
    if (finished.success && typeof finished.data === 'boolean')
      conditions.add('is_finished = ?', Number(finished.data))
    conditions.add('date_start >= ?', timeOf(query.get('date_from')))
    conditions.add('date_start <= ?', timeOf(query.get('date_to')))
    const sql = `${SELECT} ${conditions.sql} ORDER BY date_start DESC, id`
    return Row.array().parse(this.#database.prepare(sql).all(...conditions.values))
  }

  insert(session: Omit<SessionRow, 'command_amount'>): void {
    const { is_finished, has_replay, ...rest } = session
    const row = { ...rest, is_finished: Number(is_finished), has_replay: Number(has_replay) }
    const names = Object.keys(row)
    this.#database
      .prepare(`INSERT INTO sessions (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`)
      .run(...Object.values(row))
  }

  /** Changes what is given; the names are those of `SessionChange`, never a caller's. */
  update(id: string, change: Partial<z.output<typeof SessionChange>>): void {
    const given = Object.entries(change).filter(([, value]) => value !== undefined)
    if (given.length === 0) return
    const assignments = given.map(([name]) => `${name} = ?`).join(', ')
    const values = given.map(([, value]) => (typeof value === 'boolean' ? Number(value) : value))
    this.#database.prepare(`UPDATE sessions SET ${assignments} WHERE id = ?`).run(...values, id)
  }

  /** Ends every open session that is not in `alive`; gives their ids. */
  finishAllBut(alive: ReadonlySet<string>, now: number): readonly string[] {
    const open = z
      .string()
      .array()
      .parse(this.#database.prepare('SELECT id FROM sessions WHERE is_finished = 0').pluck().all())
    const lost = open.filter((id) => !alive.has(id))
    for (const id of lost) this.update(id, { is_finished: true, date_end: now })
    return lost
  }
}

/** The WHERE of a list: what the query leaves out is no condition. */
export class Conditions {
  readonly #conditions: string[] = []
  readonly values: Array<string | number> = []

  add(condition: string, value: string | number | null | undefined): void {
    if (value === null || value === undefined || value === '') return
    this.#conditions.push(condition)
    this.values.push(value)
  }

  get sql(): string {
    return this.#conditions.length === 0 ? '' : `WHERE ${this.#conditions.join(' AND ')}`
  }
}

function timeOf(value: string | null): number | undefined {
  const parsed = moment({ optional: true }).safeParse(value ?? undefined)
  return parsed.success && typeof parsed.data === 'number' ? parsed.data : undefined
}

/** A session as core tells it. */
export const sessionReply = (row: SessionRow) => ({
  id: row.id,
  user: row.user,
  asset: row.asset,
  system_user: row.system_user,
  login_from: row.login_from,
  login_from_display: LOGIN_FROM[row.login_from],
  remote_addr: row.remote_addr,
  is_finished: row.is_finished,
  has_replay: row.has_replay,
  can_replay: row.has_replay,
  protocol: row.protocol,
  date_start: formatTime(row.date_start),
  date_end: row.date_end === null ? null : formatTime(row.date_end),
  terminal: row.terminal,
  command_amount: row.command_amount,
  org_id: row.org_id,
  org_name: row.org_id === '' ? 'DEFAULT' : row.org_id,
})
