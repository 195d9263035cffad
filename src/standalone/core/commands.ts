import { randomUUID } from 'node:crypto'
import type Database from 'libsql'
import { z } from 'zod'
import { type FieldFaults, integer, parseFields, pythonType, text } from './fields.ts'
import { Conditions } from './sessions.ts'

/** One item of POST /api/terminal/v1/command/. */
const NewCommand = z.object({
  user: text({ max: 64 }),
  asset: text({ max: 128 }),
  system_user: text({ max: 64 }),
  input: text({ max: 128 }),
  output: text({ max: 1024, blank: true }),
  session: text({ max: 36 }),
  org_id: text({ max: 36, blank: true, optional: true, nullable: true }),
  timestamp: integer(),
})
type NewCommand = z.output<typeof NewCommand>

const Row = z.object({
  user: z.string(),
  asset: z.string(),
  system_user: z.string(),
  input: z.string(),
  output: z.string(),
  session: z.string(),
  org_id: z.string(),
  timestamp: z.number(),
  id: z.string(),
})

/** A command as it is stored and told. */
export type CommandRow = z.output<typeof Row>

export type CommandBatch =
  | { readonly ok: true; readonly commands: readonly NewCommand[] }
  /** `message` is core's own, a Python-like text. */
  | { readonly ok: false; readonly message: string }

/** Judges a whole batch: one bad item refuses all of it. */
export function parseBatch(body: unknown): CommandBatch {
  if (!Array.isArray(body)) {
    const wanted = `Expected a list of items but got type \\"${pythonType(body)}\\".`
    return refused(
      `{'non_field_errors': [ErrorDetail(string='${wanted.replaceAll('\\"', '"')}', code='not_a_list')]}`,
    )
  }
  const parsed = body.map((item: unknown) => parseFields(NewCommand, item))
  const commands = parsed.flatMap((one) => (one.ok ? [one.data] : []))
  if (commands.length === parsed.length) return { ok: true, commands }
  return refused(`[${parsed.map((one) => pythonFaults(one.ok ? {} : one.faults)).join(', ')}]`)
}

const refused = (faults: string): CommandBatch => ({ ok: false, message: `Command not valid: ${faults}` })

const CODES: ReadonlyArray<readonly [RegExp, string]> = [
  [/required/, 'required'],
  [/may not be null/, 'null'],
  [/may not be blank/, 'blank'],
  [/no more than/, 'max_length'],
]

const pythonFaults = (faults: FieldFaults): string => {
  const items = Object.entries(faults).map(([name, messages]) => {
    const details = messages.map((message) => {
      const code = CODES.find(([pattern]) => pattern.test(message))?.[1] ?? 'invalid'
      return `ErrorDetail(string='${message}', code='${code}')`
    })
    return `'${name}': [${details.join(', ')}]`
  })
  return `{${items.join(', ')}}`
}

const FIVE_DAYS_SECONDS = 5 * 24 * 3600

/** The commands table. */
export class Commands {
  readonly #database: Database.Database

  constructor(database: Database.Database) {
    this.#database = database
  }

  /** Stores all of them or, when it throws, none. */
  insert(commands: readonly NewCommand[]): void {
    const statement = this.#database.prepare(
      `INSERT INTO commands (id, user, asset, system_user, input, output, session, org_id, timestamp)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    const all = this.#database.transaction(() => {
      for (const one of commands) {
        const org = one.org_id ?? ''
        const text = [one.user, one.asset, one.system_user, one.input, one.output, one.session]
        statement.run(randomUUID(), ...text, org, one.timestamp)
      }
    })
    all()
  }

  /** Newest first; without `date_from` (epoch seconds) the last five days. */
  list(query: URLSearchParams, nowSeconds: number): readonly CommandRow[] {
    const conditions = new Conditions()
    const from = seconds(query.get('date_from'))
    conditions.add('timestamp >= ?', from ?? Math.floor(nowSeconds) - FIVE_DAYS_SECONDS)
    conditions.add('timestamp <= ?', seconds(query.get('date_to')))
    for (const name of ['user', 'asset', 'system_user']) conditions.add(`${name} = ?`, query.get(name))
    conditions.add('instr(lower(input), lower(?)) > 0', query.get('input'))
    const sql = `SELECT * FROM commands ${conditions.sql} ORDER BY timestamp DESC, rowid DESC`
    return Row.array().parse(this.#database.prepare(sql).all(...conditions.values))
  }
}

const seconds = (value: string | null): number | undefined =>
  value !== null && /^\d{1,12}(\.\d*)?$/.test(value) ? Math.floor(Number(value)) : undefined
