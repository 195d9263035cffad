import { expect, test } from 'vitest'
import { durationText } from '../../../src/base/duration.ts'

const SECOND = 1000
const HOUR = 3600 * SECOND

test.each([
  [-5 * SECOND, '0 s'],
  [7.4 * SECOND, '7 s'],
  [59.6 * SECOND, '1 min'],
  [12 * 60 * SECOND, '12 min'],
  [3 * HOUR + 4 * 60 * SECOND, '3 h 4 min'],
  [53 * HOUR, '2 d 5 h'],
])('%i ms are told as %s', (ms, text) => {
  expect(durationText(ms)).toBe(text)
})
