import type { Clock } from '../base/clock.ts'
import type { Log } from '../log.ts'
import type { RunningSession, SessionRegistry } from '../session/registry.ts'
import type { SessionShares } from '../session/shares.ts'
import { ControlError } from './control.ts'

export interface SessionControlParts {
  readonly registry: SessionRegistry
  /** Name of this node. */
  readonly node: string
  readonly shares: SessionShares
  /** Whether the person in a session is told of who looks on. */
  readonly announced: boolean
  readonly clock: Clock
  readonly log: Log
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
