import { expect, test } from 'vitest'
import { sessionAddress } from '../../../src/core/remote-addr.ts'
import { cut, cutFilled } from '../../../src/core/wire-text.ts'
import { formatTime } from '../../../src/core/wire-time.ts'

test.each([
  ['ab😀cd', 3, 'ab😀'],
  ['😀😀😀', 2, '😀😀'],
  ['张三', 5, '张三'],
  ['a\0b', 2, 'ab'],
  ['x\ud83d', 9, 'x\ufffd'],
])('%j is cut to %i characters as core counts them', (text, most, expected) => {
  expect(cut(text, most)).toBe(expected)
})

test('a field that core wants filled gets the stand-in when nothing but blanks is left', () => {
  expect(cutFilled(' \0 ', 8, '-')).toBe('-')
  // The cut falls behind a blank, which core would trim.
  expect(cutFilled('  ab cd', 3, '-')).toBe('ab')
})

test('times go out in UTC, in whole seconds', () => {
  expect(formatTime(Date.UTC(2019, 7, 26, 10, 0, 0, 999))).toBe('2019-08-26 10:00:00 +0000')
})

test('a session has a place for an IPv4 address, also in IPv6 clothes, and none for a real IPv6 address', () => {
  expect(sessionAddress('::FFFF:203.0.113.7')).toBe('203.0.113.7')
  expect(sessionAddress('2001:db8::1')).toBeNull()
  expect(sessionAddress('::1')).toBeNull()
})
