import { expect, test } from 'vitest'
import { Unauthenticated } from '../../../src/sshd/unauthenticated.ts'

function room(most: number, mostPerSource: number) {
  const dropped: string[] = []
  const places = new Unauthenticated({ most, mostPerSource })
  const enter = (address: string, name: string): Disposable => places.enter(address, () => dropped.push(name))
  return { places, dropped, enter }
}

test('at the limit of a source its oldest goes', () => {
  const { places, dropped, enter } = room(100, 2)
  enter('192.0.2.1', 'a1')
  enter('192.0.2.2', 'b1')
  enter('192.0.2.1', 'a2')
  enter('192.0.2.1', 'a3')
  expect(dropped).toEqual(['a1'])
  expect(places.size).toBe(3)
})

test('at the limit of all the oldest of the largest source goes, never the newcomer', () => {
  const { dropped, enter } = room(4, 20)
  enter('192.0.2.9', 'lone')
  for (const name of ['a1', 'a2', 'a3']) enter('192.0.2.1', name)
  enter('192.0.2.5', 'newcomer')
  enter('192.0.2.6', 'another')
  expect(dropped).toEqual(['a1', 'a2'])
})

test('addresses of one IPv6 /64 are one source', () => {
  const { dropped, enter } = room(100, 2)
  for (const name of ['1', '2', '3']) enter(`2001:db8::${name}`, name)
  expect(dropped).toEqual(['1'])
})

test('who has logged in gives the place back, once', () => {
  const { places, dropped, enter } = room(100, 1)
  const place = enter('192.0.2.1', 'a1')
  place[Symbol.dispose]()
  place[Symbol.dispose]()
  expect(places.size).toBe(0)
  enter('192.0.2.1', 'a2')
  expect(dropped).toEqual([])
  expect(places.size).toBe(1)
})
