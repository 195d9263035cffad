import type { CharTest } from './node.ts'

/** The flags of Python's `re` that change what a part means. */
export interface Flags {
  readonly ignoreCase: boolean
  readonly multiline: boolean
  readonly dotAll: boolean
  readonly verbose: boolean
  readonly ascii: boolean
}

const of =
  (pattern: RegExp): CharTest =>
  (char) =>
    pattern.test(String.fromCodePoint(char))

// str.isalnum() and "_", str.isdecimal(), str.isspace() of Python.
const UNICODE = {
  w: of(/[\p{L}\p{N}_]/u),
  d: of(/\p{Nd}/u),
  s: of(/[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/u),
}
const ASCII = { w: of(/[A-Za-z0-9_]/), d: of(/\d/), s: of(/[ \t-\r]/) }

const not =
  (test: CharTest): CharTest =>
  (char) =>
    !test(char)

export const wordTest = ({ ascii }: Flags): CharTest => (ascii ? ASCII.w : UNICODE.w)

/** `\w`, `\D` and so on; undefined for another letter. */
export function category(letter: string, { ascii }: Flags): CharTest | undefined {
  const table = ascii ? ASCII : UNICODE
  switch (letter) {
    case 'w':
    case 'd':
    case 's':
      return table[letter]
    case 'W':
      return not(table.w)
    case 'D':
      return not(table.d)
    case 'S':
      return not(table.s)
    default:
      return undefined
  }
}

/** A test that does not look at case, where the flag says so. */
export function withCase(test: CharTest, { ignoreCase, ascii }: Flags): CharTest {
  if (!ignoreCase) return test
  return (char) => sameLetters(char, ascii).some(test)
}

/** What `char` is without looking at case: itself, its lower and its upper form. */
export function sameLetters(char: number, ascii = false): number[] {
  const text = String.fromCodePoint(char)
  if (ascii && char > 127) return [char]
  const forms = [text, text.toLowerCase(), text.toUpperCase(), text.toUpperCase().toLowerCase()]
  const points = forms.filter((form) => [...form].length === 1).map((form) => form.codePointAt(0) ?? char)
  return ascii ? points.filter((point) => point < 128) : points
}

export const negated = not
export const single =
  (char: number): CharTest =>
  (other) =>
    other === char
export const range =
  (from: number, to: number): CharTest =>
  (char) =>
    char >= from && char <= to
export const anyOf =
  (tests: readonly CharTest[]): CharTest =>
  (char) =>
    tests.some((test) => test(char))
