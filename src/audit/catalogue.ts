import { join } from 'node:path'
import { AuditError } from './audit-error.ts'
import { readCommands } from './command-log.ts'
import { readDelivery } from './delivery-file.ts'
import { readSession, type SessionState } from './session-file.ts'
import type { Spool, SpooledSession } from './spool.ts'

/** `live`: not ended (or not yet recovered); `waiting`: not all with core yet; `refused`: core did not want all of it. */
export type RecordStatus = 'live' | 'waiting' | 'sent' | 'refused'

/** A session as a list shows it. */
export interface RecordSummary extends SpooledSession {
  readonly state: SessionState
  readonly status: RecordStatus
  readonly commands: number
}

/** What the spool says of a session. Throws AuditError and system errors. */
export async function summarise(session: SpooledSession): Promise<RecordSummary> {
  const state = await readSession(session.directory)
  const { done, refused } = await readDelivery(session.directory)
  const commands = state.end?.commands ?? (await countCommands(session))
  return { ...session, state, commands, status: statusOf(state, done !== undefined, refused) }
}

function statusOf({ end }: SessionState, done: boolean, refused: boolean): RecordStatus {
  if (!end) return 'live'
  if (!done) return 'waiting'
  return refused ? 'refused' : 'sent'
}

async function countCommands({ directory }: SpooledSession): Promise<number> {
  let count = 0
  for await (const _ of readCommands(join(directory, 'commands.ndjson'))) count += 1
  return count
}

/** Ids are shown as `s-` and their first eight characters. */
export const shortId = (id: string): string => `s-${id.slice(0, 8)}`

/** The session whose id begins so; `s-` before it is allowed. Throws AuditError when there is none, or several. */
export async function findSession(spool: Spool, given: string): Promise<SpooledSession> {
  const start = given.toLowerCase().replace(/^s-/, '')
  const found: SpooledSession[] = []
  if (start !== '') for await (const each of spool.sessions()) if (each.id.startsWith(start)) found.push(each)
  const [only] = found
  if (only && found.length === 1) return only
  throw new AuditError('AUDIT_NO_SESSION', {
    step: 'find record',
    message: only ? `${found.length} sessions begin with ${given}` : `no session here begins with ${given}`,
    next: only ? 'give more of the id' : 'cocod replay list shows what there is',
  })
}
