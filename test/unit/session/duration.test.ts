import { expect, test } from 'vitest'
import { DurationLimit } from '../../../src/session/duration.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'

const HOUR = 3_600_000

function limited(clock: ManualClock, hours: number) {
  const seen: string[] = []
  const it = new DurationLimit({
    clock,
    limitMs: hours * HOUR,
    warningMs: 5 * 60_000,
    onWarning: () => seen.push(`warned at ${(clock.monotonic() / HOUR).toFixed(2)}`),
    onEnd: () => seen.push(`ended at ${clock.monotonic() / HOUR}`),
  })
  return { it, seen }
}

test('what has lasted as long as it may is warned of and ended, once', () => {
  const clock = new ManualClock()
  const { seen } = limited(clock, 2)
  clock.advance(24 * HOUR)
  expect(seen).toEqual(['warned at 1.92', 'ended at 2'])
})

test('without a limit, and after the session is over, nothing happens', () => {
  const clock = new ManualClock()
  const { seen } = limited(clock, 0)
  const { it, seen: other } = limited(clock, 1)
  it[Symbol.dispose]()
  clock.advance(1000 * HOUR)
  expect([...seen, ...other]).toEqual([])
})

test('a wall clock that jumps changes nothing', () => {
  const clock = new ManualClock()
  const { seen } = limited(clock, 2)
  clock.setWallClock(clock.now() + 24 * HOUR)
  clock.advance(HOUR)
  expect(seen).toEqual([])
})

test('a limit beyond what a timer of Node holds is kept', () => {
  const clock = new ManualClock()
  const { seen } = limited(clock, 1000)
  clock.advance(999 * HOUR)
  expect(seen).toEqual([])
  clock.advance(HOUR)
  expect(seen.at(-1)).toBe('ended at 1000')
})
