import { category, type Flags, single, withCase, wordTest } from './chars.ts'
import type { Cursor } from './cursor.ts'
import type { CharTest, Node } from './node.ts'

const CONTROLS: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11 }
const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 }
const MOST_CODE_POINT = 0x10ffff

/** `\d`, `\x41`, `\n`, `\[`, in a set or outside, after the backslash. A set of characters, or one of them. */
export function charEscape(cursor: Cursor, flags: Flags, inSet: boolean): CharTest | number {
  const from = cursor.at - 1
  const letter = cursor.take()
  const set = category(letter, flags)
  if (set) return set
  if (letter in HEX_DIGITS) return hex(cursor, letter, from)
  const control = inSet || letter !== 'b' ? CONTROLS[letter] : undefined
  if (control !== undefined) return control
  if (/[0-7]/.test(letter) && (inSet || letter === '0')) return octal(cursor, letter, from)
  if (letter === '') throw cursor.fault('bad escape (end of pattern)', from)
  if (/[A-Za-z0-9]/.test(letter)) throw cursor.fault(`bad escape \\${letter}`, from)
  return letter.codePointAt(0) ?? 0
}

function hex(cursor: Cursor, letter: string, from: number): number {
  const length = HEX_DIGITS[letter] ?? 2
  const digits = cursor.while(/[0-9a-fA-F]/, length)
  const value = Number.parseInt(digits, 16)
  if (digits.length !== length) throw cursor.fault(`incomplete escape \\${letter}${digits}`, from)
  if (value > MOST_CODE_POINT) throw cursor.fault(`bad escape \\${letter}${digits}`, from)
  return value
}

function octal(cursor: Cursor, first: string, from: number): number {
  const value = Number.parseInt(first + cursor.while(/[0-7]/, 2), 8)
  if (value > 0o377) throw cursor.fault('octal escape value outside of range 0-0o377', from)
  return value
}

/** `\A`, `\Z`, `\b`, `\B`; undefined, and nothing taken, for another letter. */
export function placeEscape(cursor: Cursor, flags: Flags): Node | undefined {
  const place = ({ A: 'start', Z: 'end', b: 'boundary', B: 'noBoundary' } as const)[cursor.next]
  if (!place) return undefined
  cursor.take()
  return { kind: 'at', place, word: wordTest(flags) }
}

/** `\1` to `\99`, or an octal number of three digits; undefined, and nothing taken, for what is no digit. */
export function numberEscape(cursor: Cursor): { group: number } | { char: number } | undefined {
  const from = cursor.at
  if (!/[1-9]/.test(cursor.next)) return undefined
  const digits = cursor.take() + cursor.while(/\d/, 1)
  if (/^[0-3][0-7]$/.test(digits) && /[0-7]/.test(cursor.next))
    return { char: Number.parseInt(digits + cursor.take(), 8) }
  if (/^[4-7][0-7]$/.test(digits) && /[0-7]/.test(cursor.next))
    throw cursor.fault('octal escape value outside of range 0-0o377', from - 1)
  return { group: Number(digits) }
}

export const charNode = (test: CharTest | number, flags: Flags): Node => ({
  kind: 'char',
  test: withCase(typeof test === 'number' ? single(test) : test, flags),
})
