import { expect, test } from 'vitest'
import { Catalogues } from '../../../src/menu/catalogues.ts'
import { anAsset } from '../../fixtures/granted.ts'

const list = (count: number) => Array.from({ length: count }, (_, at) => anAsset(`web-${at}`))

test('logins of one user share a catalogue of the same list, also one that is just being made', async () => {
  const catalogues = new Catalogues()
  const assets = list(3)
  const [one, two] = await Promise.all([
    catalogues.of('u-1', assets, 'hostname'),
    catalogues.of('u-1', assets, 'hostname'),
  ])
  expect(two).toBe(one)
  expect(await catalogues.of('u-1', assets, 'hostname')).toBe(one)
  expect(catalogues.get('u-1', 'hostname')).toBe(one)
  expect(await catalogues.of('u-1', list(3), 'hostname')).not.toBe(one)
})

test('people who were granted the very same assets share one, also one that is just being made; others do not', async () => {
  const catalogues = new Catalogues()
  const assets = list(3)
  const [one, two] = await Promise.all([
    catalogues.of('u-1', [...assets], 'hostname'),
    catalogues.of('u-2', [...assets], 'hostname'),
  ])
  expect(two).toBe(one)
  expect(await catalogues.of('u-3', [...assets], 'hostname')).toBe(one)
  expect(catalogues.get('u-3', 'hostname')).toBe(one)
  for (const other of [assets.slice(1), assets.with(1, anAsset('web-1')), assets.toReversed()])
    expect(await catalogues.of('u-4', other, 'hostname')).not.toBe(one)
  expect(await catalogues.of('u-5', [...assets], 'ip')).not.toBe(one)
})

test('what had to go is nobody’s any more', async () => {
  const catalogues = new Catalogues(100_000)
  const assets = list(100)
  const users = ['u-1', 'u-2']
  for (const user of users) await catalogues.of(user, [...assets], 'hostname')
  await catalogues.of('u-3', list(100), 'hostname')
  expect(users.map((user) => catalogues.get(user, 'hostname'))).toEqual([undefined, undefined])
  expect(catalogues.count).toBe(1)
})

test('nobody gets the catalogue of somebody else, nor one in another order', async () => {
  const catalogues = new Catalogues()
  await catalogues.of('u-1', list(3), 'hostname')
  expect(catalogues.get('u-2', 'hostname')).toBeUndefined()
  expect(catalogues.get('u-1', 'ip')).toBeUndefined()
})

test('100 users with more assets than there is room for keep no more than the bound', async () => {
  const catalogues = new Catalogues(600_000)
  for (let user = 0; user < 100; user++) await catalogues.of(`u-${user}`, list(100), 'hostname')
  const kept = Array.from({ length: 100 }, (_, user) => catalogues.get(`u-${user}`, 'hostname'))
  expect(kept.filter((catalogue) => catalogue !== undefined)).toHaveLength(9)
  expect(kept.at(-1)).toBeDefined()
})
