import { isIPv4 } from 'node:net'
import { plainAddress } from '../base/ip-address.ts'

/** For sessions, where core 1.5 has 15 characters: an IPv6 address becomes null (core would refuse the session). */
export function sessionAddress(address: string): string | null {
  const plain = plainAddress(address)
  return isIPv4(plain) ? plain : null
}
