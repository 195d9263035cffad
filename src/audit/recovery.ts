import { readdir } from 'node:fs/promises'
import type { Clock } from '../base/clock.ts'
import { isMissingFile } from '../base/system-error.ts'
import { utcDay } from '../base/utc-day.ts'
import type { Log } from '../log.ts'
import { AuditError } from './audit-error.ts'
import { readDelivery } from './delivery-file.ts'
import { sealCut } from './seal.ts'
import { readSession } from './session-file.ts'
import type { Spool, SpooledSession } from './spool.ts'

export interface RecoveryOptions {
  readonly spool: Spool
  readonly clock: Clock
  readonly log: Log
  /** Somebody else has it in hand: a recorder or the delivery. */
  readonly isLive: (id: string) => boolean
  /** Days for which a session is kept after all of it is with core. */
  readonly retentionDays: number
  /** There is something left to send. */
  readonly onWaiting: (session: SpooledSession) => void
}

const DAY_MS = 86_400_000

/**
 * Goes through the spool once, one session at a time so that nobody has to wait for it: ends what a killed daemon
 * left open, removes what never began and what was kept long enough, puts aside what cannot be read, and tells of
 * what is still to be sent. A session that makes trouble is logged and passed over. Never rejects.
 */
export async function recover(options: RecoveryOptions, signal: AbortSignal): Promise<void> {
  const { spool, clock, log } = options
  const count = { waiting: 0, cut: 0, removed: 0, damaged: 0, kept: 0 }
  try {
    for await (const session of spool.sessions()) {
      if (signal.aborted) return
      count[await treat(session, options)] += 1
    }
    await spool.tidy(utcDay(clock.now() - DAY_MS))
  } catch (error) {
    log.error({ err: error }, 'the spool could not be gone through')
  }
  const { kept: _, ...touched } = count
  const news = Object.values(touched).some((each) => each > 0)
  log[news ? 'info' : 'debug'](count, 'spool gone through')
}

type Treatment = 'waiting' | 'cut' | 'removed' | 'damaged' | 'kept'

async function treat(session: SpooledSession, options: RecoveryOptions): Promise<Treatment> {
  const { log, spool } = options
  if (options.isLive(session.id)) return 'kept'
  try {
    return await recoverOne(session, options)
  } catch (error) {
    const facts = { err: error, session: session.id }
    if (!(error instanceof AuditError) || error.code !== 'AUDIT_DAMAGED') {
      log.error(facts, 'a session in the spool could not be looked at, it is left as it is')
      return 'kept'
    }
    const place = await spool.setAside(session).catch(() => session.directory)
    log.error({ ...facts, place }, 'a session in the spool is damaged, it was put aside')
    return 'damaged'
  }
}

async function recoverOne(session: SpooledSession, options: RecoveryOptions): Promise<Treatment> {
  if (await isEmpty(session.directory)) return await remove(session, options)
  const state = await readFacts(session.directory)
  if (!state.known) return await remove(session, options)
  const { done, refused } = await readDelivery(session.directory)
  if (done !== undefined) {
    const due = done + options.retentionDays * DAY_MS <= options.clock.now()
    return due && !refused ? await remove(session, options) : 'kept'
  }
  if (!state.end) await sealCut(session.directory)
  options.onWaiting(session)
  return state.end ? 'waiting' : 'cut'
}

async function remove(session: SpooledSession, { spool }: RecoveryOptions): Promise<Treatment> {
  await spool.remove(session)
  return 'removed'
}

/** The daemon was killed before it wrote anything that counts. */
async function isEmpty(directory: string): Promise<boolean> {
  const names = await readdir(directory)
  return names.every((name) => name.endsWith('.tmp'))
}

async function readFacts(directory: string): Promise<Awaited<ReturnType<typeof readSession>>> {
  try {
    return await readSession(directory)
  } catch (error) {
    if (!isMissingFile(error)) throw error
    throw new AuditError('AUDIT_DAMAGED', {
      step: 'read record',
      message: `${directory} has no session.json`,
      next: 'the file was removed by something else than cocod',
      cause: error,
    })
  }
}
