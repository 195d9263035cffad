import { expect, test } from 'vitest'
import { Catalogue } from '../../../src/menu/search.ts'
import { anAsset } from '../../fixtures/granted.ts'

const catalogue = await Catalogue.of([
  anAsset('web-10', { id: 'id-10', ip: '10.1.2.20', comment: '' }),
  anAsset('web-2', { id: 'id-2', ip: '10.1.2.12', comment: '前端\ncn-north' }),
  anAsset('web-1', { id: 'id-1', ip: '10.1.2.11', comment: 'front, cn-south' }),
  anAsset('DB-web', { id: 'id-db', ip: '10.9.9.9', comment: 'cn-north' }),
  anAsset('gate', { id: 'id-gate', ip: '192.0.2.1', comment: 'before web-1' }),
])
const names = (found: ReadonlyArray<{ hostname: string }>): string[] => found.map(({ hostname }) => hostname)

test('assets are in the order of their names, numbers by value', () => {
  expect(names(catalogue.assets)).toEqual(['DB-web', 'gate', 'web-1', 'web-2', 'web-10'])
})

test.each([
  ['web', ['web-1', 'web-2', 'web-10', 'DB-web', 'gate']],
  ['WEB-1', ['web-1', 'web-10', 'gate']],
  ['cn-north', ['DB-web', 'web-2']],
  ['cn web-', ['web-1', 'web-2']],
  ['前端', ['web-2']],
  ['10.1.2.1', ['web-1', 'web-2']],
  ['ｗｅｂ－２', ['web-2']],
  ['nothing', []],
  ['', ['DB-web', 'gate', 'web-1', 'web-2', 'web-10']],
])('searching %j gives every asset that has all words, best first', (text, found) => {
  expect(names(catalogue.search(text))).toEqual(found)
})

test.each([
  ['web-1', ['web-1']],
  ['db-web', ['DB-web']],
  ['10.1.2.12', ['web-2']],
  ['id-gate', ['gate']],
  ['front', ['web-1']],
  ['web-', ['web-1', 'web-2', 'web-10', 'gate']],
  ['cn web', []],
])('typing %j to connect finds %j: one exact name, IP or id wins', (text, found) => {
  expect(names(catalogue.find(text))).toEqual(found)
})

test('several assets of one name are all offered', async () => {
  const twins = await Catalogue.of([
    anAsset('web', { ip: '10.0.0.2' }),
    anAsset('web', { ip: '10.0.0.1' }),
    anAsset('webs'),
  ])
  expect(twins.find('web').map(({ ip }) => ip)).toEqual(['10.0.0.1', '10.0.0.2', '127.0.0.1'])
  expect(twins.exactly('web')).toHaveLength(2)
})
