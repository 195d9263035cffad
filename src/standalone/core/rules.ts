import { formatTime } from '../../core/wire-time.ts'
import { type Inventory, type InventoryAccount, type InventoryRule, stableId } from '../inventory.ts'

/** The rules of an account in the order of evaluation: higher priority first, deny before allow, then the file's. */
export const rulesOf = ({ rules }: Inventory, { id }: InventoryAccount): readonly InventoryRule[] =>
  rules
    .filter(({ accounts }) => accounts.has(id))
    .toSorted(
      (one, other) => other.priority - one.priority || Number(actionValue(one)) - Number(actionValue(other)),
    )

/** Each rule is a filter of its own. */
export const filterOf = ({ name }: InventoryRule): string => stableId('filter', name)

const actionValue = ({ action }: InventoryRule): 0 | 1 => (action === 'allow' ? 1 : 0)

/** An item of cmd-filter-rules. */
export const ruleReply = (rule: InventoryRule) => ({
  id: rule.id,
  org_id: '',
  org_name: 'DEFAULT',
  type: { value: rule.kind, display: rule.kind === 'regex' ? 'Regex' : 'Command' },
  priority: rule.priority,
  content: rule.content,
  action: { value: actionValue(rule), display: rule.action === 'allow' ? 'Allow' : 'Deny' },
  // What the person reads when it forbids something.
  comment: rule.comment === '' ? rule.name.slice(0, 64) : rule.comment,
  date_created: formatTime(0),
  date_updated: formatTime(0),
  created_by: 'Administrator',
  filter: filterOf(rule),
})
