import { expect, test } from 'vitest'
import { Penalties } from '../../../src/auth/penalties.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'

const address = '192.0.2.1'
const alice = { address, username: 'alice' }

function start(lenient: (address: string) => boolean = () => false) {
  const clock = new ManualClock()
  const penalties = new Penalties({ clock, lenient })
  const fail = (times: number, attempt = alice): void => {
    for (let i = 0; i < times; i += 1) penalties.failed(attempt)
  }
  return { clock, penalties, fail }
}

test('two failures cost nothing yet, the third shuts the address out for all three, and then it is welcome again', () => {
  const { clock, penalties, fail } = start()
  fail(2)
  expect(penalties.shutOutMs(address)).toBe(0)
  fail(1)
  expect(penalties.shutOutMs(address)).toBe(15_000)
  expect(penalties.shutOutMs('192.0.2.2')).toBe(0)
  clock.advance(14_999)
  expect(penalties.shutOutMs(address)).toBe(1)
  clock.advance(1)
  expect(penalties.shutOutMs(address)).toBe(0)
  fail(1)
  expect(penalties.shutOutMs(address)).toBe(0)
})

test('failures far apart never shut anybody out', () => {
  const { clock, penalties, fail } = start()
  for (let i = 0; i < 100; i += 1) {
    fail(1)
    clock.advance(5_000)
    expect(penalties.shutOutMs(address)).toBe(0)
  }
})

test('a thousand failures cost ten minutes and no more', () => {
  const { penalties, fail } = start()
  fail(1000)
  expect(penalties.shutOutMs(address)).toBe(600_000)
})

test('the addresses of one IPv6 customer are one', () => {
  const { penalties } = start()
  for (const end of [1, 2, 3]) penalties.failed({ address: `2001:db8::${end}`, username: 'alice' })
  expect(penalties.shutOutMs('2001:db8::ffff')).toBe(15_000)
})

test('an address many people share is shut out for five seconds at most', () => {
  const { penalties, fail } = start((each) => each === address)
  fail(1000)
  expect(penalties.shutOutMs(address)).toBe(5_000)
})

test('so is one from where somebody logged in within the hour', () => {
  const { clock, penalties, fail } = start()
  penalties.succeeded({ address, username: 'bob' }, 0)
  fail(1000)
  expect(penalties.shutOutMs(address)).toBe(5_000)
  clock.advance(3_600_000)
  fail(1000)
  expect(penalties.shutOutMs(address)).toBe(600_000)
})

test('a name that fails makes strangers wait seconds, never more, and people who are known from there not at all', () => {
  const { clock, penalties } = start()
  penalties.succeeded(alice, 0)
  for (let i = 0; i < 5; i += 1) penalties.failed({ address: `198.51.100.${i}`, username: 'alice' })
  const stranger = { address: '203.0.113.9', username: 'alice' }
  expect(penalties.delayMs(stranger)).toBe(0)
  penalties.failed(stranger)
  expect(penalties.delayMs(stranger)).toBe(250)
  for (let i = 0; i < 1000; i += 1) penalties.failed(stranger)
  expect(penalties.delayMs(stranger)).toBe(3_000)
  expect(penalties.delayMs(alice)).toBe(0)
  expect(penalties.delayMs({ address, username: 'bob' })).toBe(0)
  clock.advance(600_001)
  expect(penalties.delayMs(stranger)).toBe(0)
})

test('names that do not exist wait as those that do: nothing here knows which do', () => {
  const { penalties } = start()
  for (const username of ['alice', 'nobody']) {
    for (let i = 0; i < 8; i += 1) penalties.failed({ address: `198.51.100.${i}`, username })
  }
  const delays = ['alice', 'nobody'].map((username) =>
    penalties.delayMs({ address: '203.0.113.9', username }),
  )
  expect(delays[0]).toBe(delays[1])
})

test('a jump of the wall clock changes nothing', () => {
  const { clock, penalties, fail } = start()
  fail(3)
  clock.setWallClock(clock.now() + 86_400_000)
  expect(penalties.shutOutMs(address)).toBe(15_000)
})

test('after ten thousand other addresses the oldest is forgotten', () => {
  const { penalties, fail } = start()
  fail(3)
  for (let i = 0; i < 10_000; i += 1)
    penalties.failed({ address: `10.0.${i >> 8}.${i & 255}`, username: `u${i}` })
  expect(penalties.shutOutMs(address)).toBe(0)
})
