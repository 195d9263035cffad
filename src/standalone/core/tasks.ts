import { randomUUID } from 'node:crypto'
import type Database from 'libsql'
import { z } from 'zod'
import { formatTime } from '../../core/wire-time.ts'
import { bool, choice, moment, text } from './fields.ts'

/** Body of PATCH /api/terminal/v1/tasks/<id>/. */
export const TaskChange = z.object({
  name: choice(['kill_session'], { optional: true }),
  args: text({ max: 1024, optional: true }),
  is_finished: bool({ optional: true }),
  date_finished: moment({ optional: true, nullable: true }),
})

const Row = z.object({
  id: z.string(),
  name: z.string(),
  args: z.string(),
  is_finished: z.number().transform(Boolean),
  date_created: z.number(),
  date_finished: z.number().nullable(),
  terminal: z.string(),
})

/** An order to a terminal. */
export type TaskRow = z.output<typeof Row>

/** The tasks table. */
export class Tasks {
  readonly #database: Database.Database

  constructor(database: Database.Database) {
    this.#database = database
  }

  byId(id: string): TaskRow | undefined {
    return Row.optional().parse(
      this.#database.prepare('SELECT * FROM tasks WHERE id = ?').get(id) ?? undefined,
    )
  }

  /** Open tasks of a terminal, in order. */
  open(terminal: string): readonly TaskRow[] {
    const sql = 'SELECT * FROM tasks WHERE terminal = ? AND is_finished = 0 ORDER BY rowid'
    return Row.array().parse(this.#database.prepare(sql).all(terminal))
  }

  /** Orders a terminal to end a session. */
  orderKill({ terminal, session, now }: { terminal: string; session: string; now: number }): void {
    this.#database
      .prepare(
        `INSERT INTO tasks (id, name, args, terminal, is_finished, date_created) VALUES (?, 'kill_session', ?, ?, 0, ?)`,
      )
      .run(randomUUID(), session, terminal, now)
  }

  update(id: string, change: Partial<z.output<typeof TaskChange>>): void {
    const given = Object.entries(change).filter(([, value]) => value !== undefined)
    if (given.length === 0) return
    const values = given.map(([, value]) => (typeof value === 'boolean' ? Number(value) : value))
    const assignments = given.map(([name]) => `${name} = ?`).join(', ')
    this.#database.prepare(`UPDATE tasks SET ${assignments} WHERE id = ?`).run(...values, id)
  }
}

/** A task as core tells it. */
export const taskReply = (row: TaskRow) => ({
  id: row.id,
  name: row.name,
  args: row.args,
  is_finished: row.is_finished,
  date_created: formatTime(row.date_created),
  date_finished: row.date_finished === null ? null : formatTime(row.date_finished),
  terminal: row.terminal,
})
