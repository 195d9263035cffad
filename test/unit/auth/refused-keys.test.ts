import { expect, test } from 'vitest'
import { RefusedKeys } from '../../../src/auth/refused-keys.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'

const key = { username: 'alice', fingerprint: 'SHA256:a', remoteAddr: '192.0.2.1' }

test('a refused key is remembered for ten minutes and then forgotten', () => {
  const clock = new ManualClock()
  const keys = new RefusedKeys(clock)
  keys.add(key)
  clock.advance(599_999)
  expect(keys.has(key)).toBe(true)
  clock.advance(1)
  expect(keys.has(key)).toBe(false)
})

test('a jump of the wall clock does not change what is remembered', () => {
  const clock = new ManualClock()
  const keys = new RefusedKeys(clock)
  keys.add(key)
  clock.setWallClock(clock.now() + 86_400_000)
  expect(keys.has(key)).toBe(true)
})

test('another user, key or address is another matter', () => {
  const keys = new RefusedKeys(new ManualClock())
  keys.add(key)
  expect(keys.has({ ...key, username: 'bob' })).toBe(false)
  expect(keys.has({ ...key, fingerprint: 'SHA256:b' })).toBe(false)
  expect(keys.has({ ...key, remoteAddr: '192.0.2.2' })).toBe(false)
})

test('no more than the bound is kept, the oldest goes first', () => {
  const keys = new RefusedKeys(new ManualClock(), { most: 2 })
  for (const username of ['a', 'b', 'c']) keys.add({ ...key, username })
  expect(['a', 'b', 'c'].map((username) => keys.has({ ...key, username }))).toEqual([false, true, true])
})
