import type { z } from 'zod'
import { type CoreAnswer, parseBody } from './answer.ts'
import type { CommandRule } from './model.ts'
import { CommandRuleWire, ListWire } from './wire.ts'

/**
 * The rules of GET /api/assets/v1/system-user/<id>/cmd-filter-rules/, in the order of evaluation: higher priority
 * first, then deny before allow; core's own order among equals. Throws CoreError for one that is not understood.
 */
export function readCommandRules(answer: CoreAnswer): readonly CommandRule[] {
  const rules = parseBody(ListWire, answer).items.map((body) =>
    toRule(parseBody(CommandRuleWire, { ...answer, body })),
  )
  return rules.sort(byEvaluation)
}

// Any action but "allow" forbids: later cores have more of them.
const toRule = ({
  id,
  type,
  content,
  action,
  priority,
  comment,
}: z.output<typeof CommandRuleWire>): CommandRule => ({
  id,
  kind: type,
  content,
  action: action === 1 ? 'allow' : 'deny',
  priority,
  comment,
})

const byEvaluation = (a: CommandRule, b: CommandRule): number =>
  b.priority - a.priority || Number(a.action === 'allow') - Number(b.action === 'allow')
