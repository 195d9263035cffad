import { join } from 'node:path'
import { asciicast } from '../../audit/asciicast.ts'
import { findSession, type RecordSummary, shortId, summarise } from '../../audit/catalogue.ts'
import { readCommands } from '../../audit/command-log.ts'
import { ReplayFile } from '../../audit/replay-file.ts'
import type { Spool, SpooledSession } from '../../audit/spool.ts'
import { isFault } from '../../base/fault.ts'

/** One row of the list of recorded sessions. Times in ms since the epoch. */
export interface RecordRow {
  readonly id: string
  readonly shortId: string
  readonly user: string
  readonly asset: string
  readonly account: string
  readonly remoteAddr: string
  readonly kind: string
  readonly startedAt: number
  readonly endedAt: number | null
  readonly commands: number
  readonly status: RecordSummary['status']
  /** The command that made a search find it. */
  readonly match: string | null
}

export interface RecordCommand {
  /** Seconds since the session's begin. */
  readonly seconds: number
  readonly input: string
  readonly confidence: 'exact' | 'screen' | 'typed'
  readonly pasted: boolean
  readonly verdict: string | null
}

export interface RecordPage {
  readonly rows: readonly RecordRow[]
  /** Records were left unread: there may be more. */
  readonly more: boolean
}

const MOST_ROWS = 100
/** Records that one search looks into. */
const MOST_SEARCHED = 2000
const MOST_COMMANDS = 20_000

/** The records of this node, for those who may read them. What cannot be read is left out of lists. */
export class Records {
  readonly #spool: Spool

  constructor(spool: Spool) {
    this.#spool = spool
  }

  /** Newest first. `query`: part of a user, asset, account, address or of a command. */
  async list(query: string, signal: AbortSignal): Promise<RecordPage> {
    const rows: RecordRow[] = []
    const wanted = query.trim().toLowerCase()
    let read = 0
    for await (const session of this.#spool.sessions({ newestFirst: true })) {
      if (signal.aborted || read >= MOST_SEARCHED) return { rows: sorted(rows), more: true }
      read += 1
      const row = await this.#row(session, wanted).catch(() => undefined)
      if (row) rows.push(row)
    }
    return { rows: sorted(rows).slice(0, MOST_ROWS), more: rows.length > MOST_ROWS }
  }

  /** Throws AUDIT_NO_SESSION. */
  async commands(id: string): Promise<readonly RecordCommand[]> {
    const { directory } = await this.#find(id)
    const { state } = await summarise({ id, directory })
    const found: RecordCommand[] = []
    for await (const { command } of readCommands(join(directory, 'commands.ndjson'))) {
      if (found.length >= MOST_COMMANDS) break
      const { input, at, confidence, pasted, hit } = command
      const seconds = Math.max(0, (at - state.record.dateStart) / 1000)
      found.push({ seconds, input, confidence, pasted, verdict: hit?.verdict ?? null })
    }
    return found
  }

  /** The recording as an asciicast, in pieces. Undefined: nothing of it was written. Throws AUDIT_NO_SESSION. */
  async recording(id: string): Promise<AsyncGenerator<string> | undefined> {
    const { directory } = await this.#find(id)
    const file = new ReplayFile(join(directory, 'replay.log'))
    const head = await file.head()
    return head && asciicast(head, file.frames())
  }

  async #find(id: string): Promise<SpooledSession> {
    return await findSession(this.#spool, id)
  }

  async #row(session: SpooledSession, wanted: string): Promise<RecordRow | undefined> {
    const { id, state, status, commands } = await summarise(session)
    const { user, asset, systemUser: account, remoteAddr, dateStart } = state.record
    const facts = `${user}\n${account}@${asset}\n${remoteAddr}\n${shortId(id)}`.toLowerCase()
    const match = facts.includes(wanted) ? null : await firstCommand(session, wanted)
    if (match === undefined) return undefined
    return {
      ...{ id, shortId: shortId(id), user, asset, account, remoteAddr, kind: state.kind, match },
      ...{ startedAt: dateStart, endedAt: state.end?.at ?? null, commands, status },
    }
  }
}

async function firstCommand({ directory }: SpooledSession, wanted: string): Promise<string | undefined> {
  for await (const { command } of readCommands(join(directory, 'commands.ndjson')))
    if (command.input.toLowerCase().includes(wanted)) return command.input.slice(0, 200)
  return undefined
}

const sorted = (rows: readonly RecordRow[]): readonly RecordRow[] =>
  rows.toSorted((one, other) => other.startedAt - one.startedAt)

/** There is no such record, whatever else could be wrong with it. */
export const isNoRecord = (error: unknown): boolean => isFault(error) && error.code === 'AUDIT_NO_SESSION'
