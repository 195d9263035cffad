import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Clock } from '../../base/clock.ts'
import type { InventoryUser } from '../inventory.ts'
import type { TerminalRow, Terminals } from './terminals.ts'
import type { Tokens } from './tokens.ts'

export type Caller =
  | { readonly kind: 'terminal'; readonly terminal: TerminalRow }
  | { readonly kind: 'user'; readonly user: InventoryUser }
  | { readonly kind: 'nobody' }

/** Credentials were given and are not good. */
export interface Refused {
  readonly kind: 'refused'
  readonly detail: string
}

export type Authenticate = (request: IncomingMessage) => Caller | Refused

const DATE_FORM = 'HTTP header: Date not provide or not %a, %d %b %Y %H:%M:%S GMT'
const MOST_AGE_MS = 15 * 60_000
const UUID = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i

const refused = (detail: string): Refused => ({ kind: 'refused', detail })

/**
 * Tells who calls. `Sign <key id>:<signature>` is a terminal: base64 of the hex md5 of secret, newline and `Date`; a
 * Date more than 15 minutes old is refused, one in the future is not. `Bearer <token>` is a user. A keyword of
 * another kind is nobody's.
 */
export function authenticator({
  terminals,
  tokens,
  clock,
}: {
  terminals: Terminals
  tokens: Tokens
  clock: Clock
}): Authenticate {
  return ({ headers }) => {
    const [keyword = '', credentials = ''] = (headers.authorization ?? '').split(/\s+/, 2)
    if (keyword.toLowerCase() === 'bearer') {
      const user = tokens.userOf(credentials)
      return user ? { kind: 'user', user } : refused('Invalid token or cache refreshed.')
    }
    if (keyword.toLowerCase() !== 'sign') return { kind: 'nobody' }
    const [keyId = '', signature = ''] = credentials.split(':', 2)
    if (!UUID.test(keyId)) return refused('Access key id invalid')
    const terminal = terminals.byAccessKey(keyId.toLowerCase())
    if (!terminal) return refused('Invalid signature.')
    const date = headers.date ?? ''
    const at = signedAt(date)
    if (at === undefined) return refused(DATE_FORM)
    if (clock.now() - at > MOST_AGE_MS) return refused('Expired, more than 15 minutes')
    if (!same(signature, sign(terminal.accessKey.secret, date))) return refused('Invalid signature.')
    return { kind: 'terminal', terminal }
  }
}

const sign = (secret: string, date: string): string =>
  Buffer.from(createHash('md5').update(`${secret}\n${date}`).digest('hex')).toString('base64')

/** Compares secrets without telling by time how much of them agrees. */
export function same(one: string, other: string): boolean {
  const [left, right] = [one, other].map((text) => createHash('sha256').update(text).digest())
  return left !== undefined && right !== undefined && timingSafeEqual(left, right)
}

const DAYS = 'Mon|Tue|Wed|Thu|Fri|Sat|Sun'
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const HTTP_DATE = new RegExp(
  `^(?:${DAYS}), (\\d{1,2}) (${MONTHS.join('|')}) (\\d{4}) (\\d{1,2}):(\\d{1,2}):(\\d{1,2}) GMT$`,
)

/** ms since the epoch of an RFC 1123 date in exactly core's form. */
function signedAt(date: string): number | undefined {
  const match = HTTP_DATE.exec(date)
  if (!match) return undefined
  const [day = 0, year = 0, hour = 0, minute = 0, second = 0] = [1, 3, 4, 5, 6].map((index) =>
    Number(match[index]),
  )
  if (day < 1 || hour > 23 || minute > 59 || second > 61) return undefined
  const month = MONTHS.indexOf(match[2] ?? '')
  const at = new Date(Date.UTC(year, month, day, hour, minute, second))
  return at.getUTCMonth() === month ? at.getTime() : undefined
}
