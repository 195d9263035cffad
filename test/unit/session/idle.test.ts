import { expect, test } from 'vitest'
import { IdleClock } from '../../../src/session/idle.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'

const MINUTE = 60_000

function idle(clock: ManualClock, limitMs = 30 * MINUTE) {
  const seen: string[] = []
  const it = new IdleClock({
    clock,
    limitMs,
    warningMs: 2 * MINUTE,
    onWarning: () => seen.push(`warned at ${clock.monotonic() / MINUTE}`),
    onIdle: () => seen.push(`ended at ${clock.monotonic() / MINUTE}`),
  })
  return { it, seen }
}

test('nobody at the keys: warned two minutes before, ended at the limit', () => {
  const clock = new ManualClock()
  const { seen } = idle(clock)
  clock.advance(120 * MINUTE)
  expect(seen).toEqual(['warned at 28', 'ended at 30'])
})

test('a key starts the time anew, also after the warning', () => {
  const clock = new ManualClock()
  const { it, seen } = idle(clock)
  clock.advance(29 * MINUTE)
  it.touch()
  clock.advance(28 * MINUTE)
  expect(seen).toEqual(['warned at 28', 'warned at 57'])
  clock.advance(2 * MINUTE)
  expect(seen.at(-1)).toBe('ended at 59')
})

test('a wall clock that jumps changes nothing', () => {
  const clock = new ManualClock()
  const { seen } = idle(clock)
  clock.setWallClock(clock.now() + 24 * 60 * MINUTE)
  clock.advance(27 * MINUTE)
  expect(seen).toEqual([])
})

test('a limit of 0 never ends anything, and disposing leaves no timer', () => {
  const clock = new ManualClock()
  idle(clock, 0)
  expect(clock.pending).toBe(0)
  idle(clock).it[Symbol.dispose]()
  expect(clock.pending).toBe(0)
})
