import { expect, test } from 'vitest'
import { ListCache } from '../../../src/core/list-cache.ts'

const kept = (bytes: number) => ({ value: { bytes }, bytes })

test("a list is found by the user and the address it was kept under, and by nobody else's", () => {
  const cache = new ListCache<object>({ bytes: 100, userBytes: 50 })
  expect(cache.set('a', '/assets/', kept(10))).toBe(true)
  expect(cache.get('a', '/assets/')).toEqual({ bytes: 10 })
  expect(cache.get('a', '/nodes/')).toBeUndefined()
  expect(cache.get('b', '/assets/')).toBeUndefined()
})

test('all users together take no more than the bound: the least used list goes', () => {
  const cache = new ListCache<object>({ bytes: 100, userBytes: 50 })
  for (const user of ['a', 'b', 'c']) cache.set(user, '/assets/', kept(40))
  expect(['a', 'b', 'c'].map((user) => cache.get(user, '/assets/') !== undefined)).toEqual([
    false,
    true,
    true,
  ])
})

test("one user's lists take no more than theirs, and crowd out nobody else's", () => {
  const cache = new ListCache<object>({ bytes: 100, userBytes: 50 })
  cache.set('b', '/assets/', kept(40))
  for (const path of ['/1/', '/2/', '/3/', '/4/']) cache.set('a', path, kept(20))
  expect(['/1/', '/2/', '/3/', '/4/'].map((path) => cache.get('a', path) !== undefined)).toEqual([
    false,
    false,
    true,
    true,
  ])
  expect(cache.get('b', '/assets/')).toBeDefined()
})

test('a list that is too long for one user is not kept, and what was there before is gone', () => {
  const cache = new ListCache<object>({ bytes: 100, userBytes: 50 })
  cache.set('a', '/assets/', kept(10))
  expect(cache.set('a', '/assets/', kept(51))).toBe(false)
  expect(cache.get('a', '/assets/')).toBeUndefined()
})

test('what is replaced or dropped no longer counts', () => {
  const cache = new ListCache<object>({ bytes: 100, userBytes: 50 })
  for (let round = 0; round < 5; round += 1) cache.set('a', '/assets/', kept(50))
  cache.drop('a')
  expect(cache.get('a', '/assets/')).toBeUndefined()
  cache.set('a', '/1/', kept(25))
  cache.set('a', '/2/', kept(25))
  expect(cache.get('a', '/1/')).toBeDefined()
  expect(cache.get('a', '/2/')).toBeDefined()
})
