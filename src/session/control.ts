import type { AppService } from '../core/app-service.ts'
import type { Task } from '../core/model.ts'
import { auditEvent, type Log } from '../log.ts'
import type { SessionRegistry } from './registry.ts'

export interface ControlParts {
  readonly registry: Pick<SessionRegistry, 'end' | 'ended'>
  readonly core: Pick<AppService, 'finishTask'>
  readonly log: Log
}

/**
 * Carries out an order of core (`kill_session`). It is acknowledged last, so that a crash in between repeats it
 * harmlessly, and also when the session is already gone: core would offer it for ever.
 */
export async function carryOut(task: Task, { registry, core, log }: ControlParts): Promise<void> {
  if (task.name !== 'kill_session') {
    log.warn({ task: task.name }, 'an order this version does not know is left open')
    return
  }
  const here = registry.end(task.args, { kind: 'killed', by: 'administrator' })
  auditEvent(
    log,
    'session-kill',
    { session: task.args, by: 'core', here },
    'session ended by an order of core',
  )
  await registry.ended(task.args)
  await core.finishTask(task)
}
