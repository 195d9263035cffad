import { expect, test } from 'vitest'
import { AddressRanges } from '../../../src/base/address-ranges.ts'

test.each([
  ['192.0.2.1', '192.0.2.1', true],
  ['192.0.2.1', '::ffff:192.0.2.1', true],
  ['192.0.2.1', '192.0.2.2', false],
  ['10.0.0.0/8', '10.200.3.4', true],
  ['10.0.0.0/8', '11.0.0.1', false],
  ['2001:db8::/32', '2001:db8:ffff::1', true],
  ['2001:db8::/32', '2001:db9::1', false],
  ['0.0.0.0/0', '203.0.113.5', true],
  ['0.0.0.0/0', '2001:db8::1', false],
  ['127.0.0.1', 'localhost', false],
  ['127.0.0.1', '', false],
])('%s and %s: %s', (range, address, has) => {
  expect(new AddressRanges([range]).has(address)).toBe(has)
})

test('an empty set has nobody', () => {
  expect(new AddressRanges([]).has('127.0.0.1')).toBe(false)
})

test.each(['10.0.0.0/33', '10.0.0/8', 'lb.example.com', '10.0.0.0/8/8', '10.0.0.0/', '2001:db8::/129', '*'])(
  '%s is refused by its name',
  (text) => {
    expect(() => new AddressRanges(['127.0.0.1', text])).toThrow(text)
  },
)
