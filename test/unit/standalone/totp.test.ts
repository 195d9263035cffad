import { expect, test } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { toBase32, totpCode, totpFits } from '../../../src/standalone/totp.ts'

/** RFC 6238, appendix B: the last six digits of its SHA-1 codes. */
const RFC = new Secret(toBase32(Buffer.from('12345678901234567890')))

test.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
])("at %d s the code is that of RFC 6238's appendix: %s", (seconds, code) => {
  expect(totpCode(RFC, seconds * 1000)).toBe(code)
})

test("core's own example holds", () => {
  expect(totpCode(new Secret('GEZDGNBVGY3TQOJQ'), 1_566_813_600_000)).toBe('650162')
})

test('a code fits two steps before and after, no further, and whole only', () => {
  const now = 1_234_567_890_000
  const at = (step: number): string => totpCode(RFC, now + step * 30_000)
  for (const step of [-2, -1, 0, 1, 2]) expect(totpFits(RFC, at(step), now)).toBe(true)
  for (const step of [-3, 3]) expect(totpFits(RFC, at(step), now)).toBe(false)
  for (const code of ['', '5924', `${at(0)} `, `${at(0)}0`, ' 05924'])
    expect(totpFits(RFC, code, now)).toBe(false)
})
