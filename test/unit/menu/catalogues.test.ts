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
