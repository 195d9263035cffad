import { isIPv4, isIPv6 } from 'node:net'

/**
 * One spelling for each IP address: IPv4 as four decimals, also where it comes wrapped in IPv6 (mapped ::ffff:a.b.c.d,
 * compatible ::a.b.c.d, NAT64 64:ff9b::a.b.c.d); other IPv6 as eight groups without leading zeros. The zone
 * (`%eth0`) is cut. Undefined: not an IP literal.
 */
export function canonicalAddress(text: string): string | undefined {
  if (isIPv4(text)) return text
  const bare = text.replace(/%.*$/, '')
  if (!isIPv6(bare)) return undefined
  const groups = groupsOf(bare)
  return wrappedIPv4(groups) ?? groups.map((group) => group.toString(16)).join(':')
}

/** A peer's address as people and core read it: IPv4 in dotted form also when it came as `::ffff:…`, no zone. */
export function plainAddress(address: string): string {
  const bare = address.replace(/%.*$/, '')
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1]
  return mapped !== undefined && isIPv4(mapped) ? mapped : bare
}

/** Who counts as one source: an IPv4 address, or the /64 that one IPv6 customer has for themselves. */
export function sourceOf(address: string): string {
  const canonical = canonicalAddress(address) ?? address
  if (!canonical.includes(':')) return canonical
  return `${canonical.split(':').slice(0, 4).join(':')}::/64`
}

function groupsOf(address: string): number[] {
  const [head = '', tail] = withHexTail(address).split('::')
  const parse = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))
  const first = parse(head)
  if (tail === undefined) return first
  const last = parse(tail)
  return [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last]
}

/** `::ffff:1.2.3.4` is `::ffff:102:304`. */
function withHexTail(address: string): string {
  const match = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)
  if (!match) return address
  const [, head = '', a, b, c, d] = match
  const group = (high: string | undefined, low: string | undefined): string =>
    (Number(high) * 256 + Number(low)).toString(16)
  return `${head}${group(a, b)}:${group(c, d)}`
}

function wrappedIPv4(groups: readonly number[]): string | undefined {
  const [high = 0, low = 0] = groups.slice(6)
  const prefix = groups.slice(0, 6).join(':')
  const mapped = prefix === `0:0:0:0:0:${0xffff}`
  const translated = prefix === `${0x64}:${0xff9b}:0:0:0:0`
  // ::0 and ::1 are addresses of their own, not 0.0.0.0 and 0.0.0.1 in disguise.
  const compatible = prefix === '0:0:0:0:0:0' && (high !== 0 || low > 1)
  if (!mapped && !translated && !compatible) return undefined
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}
