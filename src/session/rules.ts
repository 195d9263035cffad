import { Fault } from '../base/fault.ts'
import type { Prepared } from '../core/model.ts'

class RulesError extends Fault<'SESSION_RULES'> {
  override readonly name = 'RulesError'
}

/** Policy fails closed: rules this version cannot enforce mean that nothing runs. */
export function refuseRules({ rules, target }: Prepared): void {
  if (rules.length === 0) return
  throw new RulesError('SESSION_RULES', {
    step: 'open session',
    message: `command rules of ${target.systemUser.name} cannot be enforced by this version`,
    next: 'take the command filter off this system user, or wait for the version that enforces it',
    facts: { account: target.systemUser.name, asset: target.asset.hostname, count: rules.length },
  })
}
