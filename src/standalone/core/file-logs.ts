import { randomUUID } from 'node:crypto'
import type Database from 'libsql'
import { z } from 'zod'
import type { Clock } from '../../base/clock.ts'
import { formatTime } from '../../core/wire-time.ts'
import { durably } from './database.ts'
import { bool, parseFields, text, uuid } from './fields.ts'
import { type Call, listReply, type Reply, type Resource } from './resource.ts'

/** Body of POST /api/audits/v1/ftp-log/. */
const NewFileLog = z.object({
  id: uuid({ optional: true }),
  user: text({ max: 128 }),
  asset: text({ max: 1024 }),
  system_user: text({ max: 128 }),
  operate: text({ max: 16 }),
  filename: text({ max: 1024 }),
  // The column is that of an IPv4 address: a longer one is refused.
  remote_addr: text({ max: 15, blank: true, optional: true, nullable: true }),
  is_success: bool({ optional: true }),
  org_id: text({ max: 36, blank: true, optional: true }),
})

const Row = z.object({
  id: z.string(),
  user: z.string(),
  remote_addr: z.string().nullable(),
  asset: z.string(),
  system_user: z.string(),
  operate: z.string(),
  filename: z.string(),
  is_success: z.number().transform(Boolean),
  org_id: z.string(),
  date_start: z.number(),
})

const fileLogReply = (row: z.output<typeof Row>) => ({ ...row, date_start: formatTime(row.date_start) })
const COLUMNS = Object.keys(Row.shape)
/** The newest that are listed. */
const MOST_LISTED = 10_000

/** What was done with files, as it is told: one a call, under an id that may come from the caller. */
export class FileLogs {
  readonly #database: Database.Database
  readonly #directory: string
  readonly #clock: Clock

  /** `directory` is the database's. */
  constructor(parts: { database: Database.Database; directory: string; clock: Clock }) {
    this.#database = parts.database
    this.#directory = parts.directory
    this.#clock = parts.clock
  }

  get resources(): readonly Resource[] {
    return [
      {
        path: '/api/audits/v1/ftp-log/',
        access: 'terminal',
        methods: {
          GET: (call) => listReply(call, this.#list(), fileLogReply),
          POST: (call) => this.#create(call),
        },
      },
    ]
  }

  async #create({ body }: Call): Promise<Reply> {
    const parsed = parseFields(NewFileLog, body)
    if (!parsed.ok) return { status: 400, body: parsed.faults }
    const { id, remote_addr, is_success, org_id, ...fields } = parsed.data
    const row = Row.parse({
      ...fields,
      id: id ?? randomUUID(),
      remote_addr: remote_addr ?? null,
      is_success: Number(is_success ?? true),
      org_id: org_id ?? '',
      date_start: this.#clock.now(),
    })
    const isNew = await durably(this.#database, this.#directory, () => this.#insert(row))
    if (!isNew) return { status: 400, body: { id: ['This field must be unique.'] } }
    return { status: 201, body: fileLogReply(row) }
  }

  /** False: there is one with this id. */
  #insert(row: z.output<typeof Row>): boolean {
    const values = { ...row, is_success: Number(row.is_success) }
    const { changes } = this.#database
      .prepare(
        `INSERT INTO file_logs (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map(() => '?').join(', ')})
          ON CONFLICT (id) DO NOTHING`,
      )
      .run(
        ...Object.entries(values)
          .toSorted(inColumnOrder)
          .map(([, value]) => value),
      )
    return changes > 0
  }

  #list(): ReadonlyArray<z.output<typeof Row>> {
    return Row.array().parse(
      this.#database
        .prepare(`SELECT * FROM file_logs ORDER BY date_start DESC, id LIMIT ${MOST_LISTED}`)
        .all(),
    )
  }
}

const inColumnOrder = ([one]: [string, unknown], [other]: [string, unknown]): number =>
  COLUMNS.indexOf(one) - COLUMNS.indexOf(other)
