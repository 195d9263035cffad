import { type ForwardRule, ruleCovers } from '../asset-options/forward-rule.ts'
import type { Asset } from '../core/model.ts'

/** What is set for an asset (docs/asset-options.md). */
export interface ForwardingRules {
  readonly forward: readonly ForwardRule[]
  readonly remote_forward: readonly ForwardRule[]
  readonly forward_users: readonly string[]
  readonly allow_unrecorded_jump: boolean
  readonly subsystems: readonly string[]
}

/** `user`: the rules are for others; `none`: there is no rule at all; `place`: none covers this. */
export type ForwardVerdict = 'allowed' | 'user' | 'none' | 'place'

export interface ForwardQuestion {
  readonly username: string
  readonly asset: Asset
  /** As the client names it: the asset resolves it. */
  readonly host: string
  readonly port: number
}

/** May the asset connect there for this person (`-L`, `-D`)? */
export const judgeForward = (rules: ForwardingRules, question: ForwardQuestion): ForwardVerdict =>
  judge(rules, rules.forward, question)

/** May the asset listen there for this person (`-R`)? Port 0 is any free one. */
export function judgeListen(rules: ForwardingRules, question: ForwardQuestion): ForwardVerdict {
  const host = question.host === '' || question.host === '*' ? '0.0.0.0' : question.host
  return judge(rules, rules.remote_forward, { ...question, host })
}

/** May this person reach the asset's own login port through us, end to end encrypted and so unrecorded (`-W`, `-J`)? */
export function judgeJump(
  rules: ForwardingRules,
  { username, asset, port }: ForwardQuestion,
): ForwardVerdict {
  if (!rules.allow_unrecorded_jump) return 'none'
  if (!isFor(rules, username)) return 'user'
  return loginPortsOf(asset).includes(port) ? 'allowed' : 'place'
}

function judge(
  rules: ForwardingRules,
  places: readonly ForwardRule[],
  { username, asset, host, port }: ForwardQuestion,
): ForwardVerdict {
  if (places.length === 0) return 'none'
  if (!isFor(rules, username)) return 'user'
  const place = { host, port, loginPorts: loginPortsOf(asset) }
  return places.some((rule) => ruleCovers(rule, place)) ? 'allowed' : 'place'
}

const isFor = ({ forward_users: users }: ForwardingRules, username: string): boolean =>
  users.includes('*') || users.some((user) => user.normalize('NFC') === username.normalize('NFC'))

const loginPortsOf = ({ protocols }: Asset): readonly number[] => protocols.map(({ port }) => port)
