import { z } from 'zod'
import { shortId } from '../audit/catalogue.ts'
import type { ControlAnswer } from '../base/control-socket.ts'
import { auditEvent } from '../log.ts'
import type { RunningSession } from '../session/registry.ts'
import { answerOf, asked, type ControlCommands } from './control.ts'
import { watchSession } from './session-watch.ts'
import { type SessionControlParts, theSession } from './the-session.ts'

/** A day: who needs longer asks again. */
const MOST_SHARE_MINUTES = 24 * 60

/** One line, as people type it: no control characters get to anybody's screen. */
const Words = z
  .string()
  .trim()
  .max(200)
  .regex(/^\P{Cc}*$/u, 'it holds control characters')
const Id = z.string().max(64)
const End = z.object({ id: Id, by: Words, reason: Words.optional() })
const Lock = z.object({ id: Id, by: Words, on: z.boolean() })
const Share = z.object({
  id: Id,
  by: Words,
  types: z.boolean(),
  users: z.array(Words.min(1)).max(100),
  minutes: z.number().min(1).max(MOST_SHARE_MINUTES),
})

/** What `cocod session` asks for. */
export const sessionControl = (parts: SessionControlParts): ControlCommands => ({
  'session.list': async () => listed(parts),
  'session.end': (request) => ended(parts, request),
  'session.watch': async (request) => watchSession(parts, request),
  'session.lock': async (request) => locked(parts, request),
  'session.share': async (request) => shared(parts, request),
})

const listed = ({ registry, node }: SessionControlParts): ControlAnswer =>
  answerOf({ sessions: registry.list().map((each) => shown(each, node)) })

async function ended({ registry, log }: SessionControlParts, request: unknown): Promise<ControlAnswer> {
  const { id, by, reason } = asked(End, request)
  const session = theSession(registry, id)
  registry.end(session.id, { kind: 'killed', by, reason: reason || undefined })
  auditEvent(
    log,
    'session-kill',
    { session: session.id, by, reason },
    'session ended by an order on this machine',
  )
  await registry.ended(session.id)
  return answerOf({ ended: session.id })
}

function locked({ registry, log }: SessionControlParts, request: unknown): ControlAnswer {
  const { id, by, on } = asked(Lock, request)
  const session = theSession(registry, id)
  const changed = session.live.lock(on, by)
  if (changed)
    auditEvent(
      log,
      'session-lock',
      { session: session.id, by, on },
      'the keys of a session were held or let go',
    )
  return answerOf({ session: session.id, changed })
}

function shared({ registry, shares, log }: SessionControlParts, request: unknown): ControlAnswer {
  const { id, by, types, users, minutes } = asked(Share, request)
  const session = theSession(registry, id)
  const share = shares.create({ sessionId: session.id, types, users, by }, minutes * 60_000)
  const facts = { session: session.id, by, types, users: users.join(','), minutes }
  auditEvent(log, 'session-share', facts, 'a session is shared')
  return answerOf({ session: session.id, code: share.code })
}
/** A session as lists show it; times in ms. */
const shown = ({ id, principal, target, startedAt, activity, live }: RunningSession, node: string) => ({
  id,
  shortId: shortId(id),
  node,
  user: principal.user.username,
  name: principal.user.name,
  account: activity.account ?? target.systemUser.username,
  asset: target.asset.hostname,
  address: target.asset.ip,
  protocol: target.systemUser.protocol,
  loginFrom: principal.loginFrom,
  remoteAddr: principal.remoteAddr,
  startedAt,
  idleMs: Math.round(activity.idleMs),
  bytesIn: activity.input,
  bytesOut: activity.output,
  lockedBy: live.lockedBy ?? null,
  onlookers: live.onlookers.map(({ name, types }) => ({ name, types })),
  phase: activity.phase,
  recording: activity.recording,
})
