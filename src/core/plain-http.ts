import { isLoopback } from '../base/loopback.ts'
import type { Log } from '../log.ts'

/** Plain HTTP to another machine: it works, and whoever is on the way reads and replays. */
export const PLAIN_HTTP =
  'plain HTTP to core: passwords and keys can be read on the way, and requests sent again for 15 minutes; use an https:// CORE_HOST'

/** `address` as in CORE_HOST. */
export function isPlainHttp(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, hostname } = new URL(address)
  return protocol === 'http:' && !isLoopback(hostname)
}

/** Says it once. */
export function warnOfPlainHttp(address: string, log: Log): void {
  if (isPlainHttp(address)) log.warn({ core: address }, PLAIN_HTTP)
}
