import { isLoopback } from '../base/loopback.ts'
import type { Log } from '../log.ts'

/** Says once what plain HTTP to another machine means: it works, and whoever is on the way reads and replays. */
export function warnOfPlainHttp(address: string, log: Log): void {
  const { protocol, hostname } = new URL(address)
  if (protocol !== 'http:' || isLoopback(hostname)) return
  log.warn(
    { core: address },
    'plain HTTP to core: passwords and keys can be read on the way, and requests sent again for 15 minutes; use an https:// CORE_HOST',
  )
}
