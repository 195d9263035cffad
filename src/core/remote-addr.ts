import { isIPv4 } from 'node:net'

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i

/** An IPv4 address that came as `::ffff:a.b.c.d` in dotted form; any other address as it is. */
export function plainAddress(address: string): string {
  const mapped = MAPPED.exec(address)?.[1]
  return mapped !== undefined && isIPv4(mapped) ? mapped : address
}

/** For sessions, where core 1.5 has 15 characters: an IPv6 address becomes null (core would refuse the session). */
export function sessionAddress(address: string): string | null {
  const plain = plainAddress(address)
  return isIPv4(plain) ? plain : null
}
