import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { slowSorted } from '../../../src/menu/slow-sort.ts'

const items = (count: number) => Array.from({ length: count }, (_, at) => ({ at, rank: (at * 7919) % 1000 }))
const byRank = (a: { rank: number }, b: { rank: number }): number => a.rank - b.rank

test.each([0, 1, 511, 512, 513, 1537, 5000])('%i items come out as from a stable sort', async (count) => {
  expect(await slowSorted(items(count), byRank)).toEqual(items(count).sort(byRank))
})

test('others get their turn while much is sorted', async () => {
  let turns = 0
  let done = false
  const others = (async () => {
    while (!done) {
      await nextTurn()
      turns += 1
    }
  })()
  await slowSorted(items(10_000), byRank)
  done = true
  await others
  expect(turns).toBeGreaterThan(20)
})
