import { expect, test } from 'vitest'
import { columns, median, quantile, row } from '../../../bench/numbers.ts'

test('a quantile is one of the numbers, by the nearest rank, in whatever order they come', () => {
  const numbers = Array.from({ length: 100 }, (_, at) => 100 - at)
  expect(quantile(numbers, 0.5)).toBe(50)
  expect(quantile(numbers, 0.99)).toBe(99)
  expect(quantile(numbers, 1)).toBe(100)
  expect(median([3, 1, 2])).toBe(2)
  expect(median([])).toBeNaN()
})

test('a row tells the ratio of the medians, and the smallest and the largest of one round', () => {
  const measure = { name: 'output', unit: 'MB/s', bastion: [100, 300, 200], jump: [100, 100, 100] }
  expect(row(measure)).toEqual(['output', '2.00', '1.00-3.00', '200 MB/s', '100 MB/s'])
})

test('the columns of a table stand below each other', () => {
  expect(
    columns([
      ['', 'ratio'],
      ['echo', '1.00'],
    ]),
  ).toBe('         ratio\n  echo    1.00')
})
