import { randomUUID } from 'node:crypto'
import type Database from 'libsql'
import { z } from 'zod'

/** A bastion registered here, with its access key. */
export interface TerminalRow {
  readonly id: string
  readonly name: string
  readonly userId: string
  readonly createdAt: number
  readonly accessKey: { readonly id: string; readonly secret: string }
}

const Row = z
  .object({
    id: z.string(),
    name: z.string(),
    user_id: z.string(),
    created_at: z.number(),
    access_key_id: z.string(),
    access_key_secret: z.string(),
  })
  .transform(
    (row): TerminalRow => ({
      id: row.id,
      name: row.name,
      userId: row.user_id,
      createdAt: row.created_at,
      accessKey: { id: row.access_key_id, secret: row.access_key_secret },
    }),
  )

/** The registered terminals. */
export class Terminals {
  readonly #database: Database.Database
  readonly #registeredNow = new Set<string>()

  constructor(database: Database.Database) {
    this.#database = database
  }

  byAccessKey(id: string): TerminalRow | undefined {
    return Row.optional().parse(
      this.#database.prepare('SELECT * FROM terminals WHERE access_key_id = ?').get(id) ?? undefined,
    )
  }

  /**
   * Registers a terminal and makes its key; undefined when the name is taken. A real core never gives a name away
   * again. Here both sides live in one process and the bootstrap token is made at each start, so whoever knows it is
   * this very daemon: a name that only an earlier start has registered means that it lost its key file, and the old
   * entry is deleted. A name registered in this run stays taken.
   */
  register({ name, comment, now }: { name: string; comment: string; now: number }): TerminalRow | undefined {
    if (this.#registeredNow.has(name)) return undefined
    const [id, userId, keyId, secret] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()]
    const replace = this.#database.transaction(() => {
      this.#database
        .prepare('DELETE FROM tasks WHERE terminal IN (SELECT id FROM terminals WHERE name = ?)')
        .run(name)
      this.#database.prepare('DELETE FROM terminals WHERE name = ?').run(name)
      this.#database
        .prepare(
          `INSERT INTO terminals (id, name, comment, user_id, access_key_id, access_key_secret, created_at)
           VALUES (?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(id, name, comment, userId, keyId, secret, now)
    })
    replace()
    this.#registeredNow.add(name)
    return { id, name, userId, createdAt: now, accessKey: { id: keyId, secret } }
  }
}
