import { z } from 'zod'
import { shortId } from '../audit/catalogue.ts'
import type { Log } from '../log.ts'
import type { RunningSession, SessionRegistry } from '../session/registry.ts'
import { answerOf, asked, type ControlCommands, ControlError } from './control.ts'

export interface SessionControlParts {
  readonly registry: SessionRegistry
  /** Name of this node. */
  readonly node: string
  readonly log: Log
}

/** One line, as people type it: no control characters get to anybody's screen. */
const Words = z
  .string()
  .trim()
  .max(200)
  .regex(/^\P{Cc}*$/u, 'it holds control characters')
const Id = z.string().max(64)
const End = z.object({ id: Id, by: Words, reason: Words.optional() })

/** `session.list` and `session.end`, for `cocod session`. */
export function sessionControl({ registry, node, log }: SessionControlParts): ControlCommands {
  return {
    'session.list': async () => answerOf({ sessions: registry.list().map((each) => shown(each, node)) }),
    'session.end': async (request) => {
      const { id, by, reason } = asked(End, request)
      const session = theSession(registry, id)
      registry.end(session.id, { kind: 'killed', by, reason: reason || undefined })
      log.info({ session: session.id, by, reason }, 'session ended by an order on this machine')
      await registry.ended(session.id)
      return answerOf({ ended: session.id })
    },
  }
}

/** The session whose id begins so; `s-` before it is allowed. Throws ControlError when there is none, or several. */
export function theSession(registry: Pick<SessionRegistry, 'list'>, given: string): RunningSession {
  const start = given.toLowerCase().replace(/^s-/, '')
  const found = start === '' ? [] : registry.list().filter(({ id }) => id.startsWith(start))
  const [only] = found
  if (only && found.length === 1) return only
  throw new ControlError(
    only ? `${found.length} sessions begin with ${given}` : `no session runs here that begins with ${given}`,
    only ? 'give more of the id' : 'cocod session list shows those that run',
  )
}

/** A session as lists show it; times in ms. */
const shown = ({ id, principal, target, startedAt, activity }: RunningSession, node: string) => ({
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
  phase: activity.phase,
  recording: activity.recording,
})
