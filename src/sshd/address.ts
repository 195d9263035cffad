import { canonicalAddress } from '../base/ip-address.ts'

/** Who counts as one source: an IPv4 address, or the /64 that one IPv6 customer has for themselves. */
export function sourceOf(address: string): string {
  const canonical = canonicalAddress(address) ?? address
  if (!canonical.includes(':')) return canonical
  return `${canonical.split(':').slice(0, 4).join(':')}::/64`
}
