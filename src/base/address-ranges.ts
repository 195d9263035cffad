import { BlockList, isIP, isIPv4 } from 'node:net'
import { canonicalAddress } from './ip-address.ts'

/** A set of IP addresses and networks, each written like `10.1.2.3`, `10.0.0.0/8` or `2001:db8::/32`. */
export class AddressRanges {
  readonly #list = new BlockList()

  /** @throws {RangeError} naming the first text that is neither an address nor a network */
  constructor(texts: readonly string[]) {
    for (const text of texts) if (!this.#add(text)) throw new RangeError(text)
  }

  /** False for what is no IP address. An IPv4 address wrapped in IPv6 counts as itself. */
  has(address: string): boolean {
    const canonical = canonicalAddress(address)
    return canonical !== undefined && this.#list.check(canonical, familyOf(canonical))
  }

  #add(text: string): boolean {
    const [address = '', prefix, ...more] = text.split('/')
    if (isIP(address) === 0 || more.length > 0) return false
    const family = familyOf(address)
    if (prefix === undefined) {
      this.#list.addAddress(address, family)
      return true
    }
    const bits = /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.POSITIVE_INFINITY
    if (bits > (family === 'ipv4' ? 32 : 128)) return false
    this.#list.addSubnet(address, bits, family)
    return true
  }
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIPv4(address) ? 'ipv4' : 'ipv6')
