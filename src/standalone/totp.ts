import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Secret } from '../base/secret.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const STEP_MS = 30_000
/** Core takes codes of this many steps before and after the present one. */
const TOLERANCE = 2

/** A base32 text (RFC 4648 section 6) as it is compared: upper case, without blanks, hyphens and padding. */
export const plainBase32 = (text: string): string => text.replace(/[\s=-]/g, '').toUpperCase()

export function toBase32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{1,5}/g) ?? [])
    .map((part) => ALPHABET[Number.parseInt(part.padEnd(5, '0'), 2)] ?? '')
    .join('')
}

/** Whole bytes only; what is not of the alphabet counts as A. */
function fromBase32(text: string): Buffer {
  const bits = [...plainBase32(text)]
    .map((char) => Math.max(0, ALPHABET.indexOf(char)).toString(2).padStart(5, '0'))
    .join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}

/** The code of a time (RFC 6238: SHA-1, 30 s, 6 digits); `at` in ms since the epoch. */
export function totpCode(secret: Secret, at: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.max(0, Math.floor(at / STEP_MS))))
  const mac = createHmac('sha1', fromBase32(secret.reveal())).update(counter).digest()
  const number = mac.readUInt32BE((mac.at(-1) ?? 0) & 0xf) & 0x7fffffff
  return String(number % 1_000_000).padStart(6, '0')
}

/** Is this the code of now, or of up to two steps before or after? All are compared, whichever fits. */
export function totpFits(secret: Secret, code: string, now: number): boolean {
  const given = Buffer.from(code.padEnd(6).slice(0, 64))
  let fits = false
  for (let step = -TOLERANCE; step <= TOLERANCE; step++) {
    const expected = Buffer.from(totpCode(secret, now + step * STEP_MS))
    if (given.length === expected.length && timingSafeEqual(given, expected)) fits = true
  }
  return fits
}
