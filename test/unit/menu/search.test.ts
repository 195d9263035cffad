import { expect, test } from 'vitest'
import { Catalogue, exactly, type Found, SEARCH_SLICE } from '../../../src/menu/search.ts'
import { anAsset } from '../../fixtures/granted.ts'

const catalogue = await Catalogue.of([
  anAsset('web-10', { id: 'id-10', ip: '10.1.2.20', comment: '' }),
  anAsset('web-2', { id: 'id-2', ip: '10.1.2.12', comment: '前端\ncn-north' }),
  anAsset('web-1', { id: 'id-1', ip: '10.1.2.11', comment: 'front, cn-south' }),
  anAsset('DB-web', { id: 'id-db', ip: '10.9.9.9', comment: 'cn-north' }),
  anAsset('gate', { id: 'id-gate', ip: '192.0.2.1', comment: 'before web-1' }),
])
const shown = ({ rows }: Found, of = catalogue): string[] =>
  Array.from(rows, (row) => of.assets[row]?.hostname ?? '?')
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
])('searching %j gives every asset that has all words, best first', async (text, found) => {
  expect(shown(await catalogue.search(text))).toEqual(found)
})

test.each([
  ['web-1', ['web-1']],
  ['db-web', ['DB-web']],
  ['10.1.2.12', ['web-2']],
  ['id-gate', ['gate']],
  ['front', ['web-1']],
  ['web-', ['web-1', 'web-2', 'web-10', 'gate']],
  ['cn web', []],
])('typing %j to connect finds %j: one exact name, IP or id wins', async (text, found) => {
  expect(shown(await catalogue.find(text))).toEqual(found)
})

test('several assets of one name are all offered', async () => {
  const assets = [anAsset('web', { ip: '10.0.0.2' }), anAsset('web', { ip: '10.0.0.1' }), anAsset('webs')]
  const twins = await Catalogue.of(assets)
  const { rows } = await twins.find('web')
  expect(Array.from(rows, (row) => twins.assets[row]?.ip)).toEqual(['10.0.0.1', '10.0.0.2', '127.0.0.1'])
  expect(await exactly(assets, 'web')).toHaveLength(2)
})

test.each([
  ['db', 'DB-web'],
  ['wb1', 'web-1 web-10'],
  ['w10', 'web-10'],
  ['gte', 'gate'],
  ['gt cn', ''],
  ['north wb', 'DB-web web-2'],
])('where nothing has %j as it stands, names with its letters in order are close', async (text, found) => {
  expect(shown(await catalogue.search(text)).join(' ')).toBe(found)
})

test('what is only close is said to be, and the tightest comes first', async () => {
  const own = await Catalogue.of(['w-long-eb', 'w-eb', 'web'].map((name) => anAsset(name)))
  const close = await own.search('wb')
  expect([shown(close, own), close.loose]).toEqual([['web', 'w-eb', 'w-long-eb'], true])
  const both = await own.search('web', { withLoose: true })
  expect([shown(both, own), both.loose]).toEqual([['web', 'w-eb', 'w-long-eb'], false])
})

test('among equals favourites and recent assets come first', async () => {
  const preferred = new Set(['id-10'])
  expect(shown(await catalogue.search('web', { preferred }))).toEqual([
    ...['web-10', 'web-1', 'web-2', 'DB-web', 'gate'],
  ])
})

test('a search within rows finds only those', async () => {
  const within = (await catalogue.search('cn-north')).rows
  expect(shown(await catalogue.search('web', { within }))).toEqual(['web-2', 'DB-web'])
  expect(shown(await catalogue.search('', { within }))).toEqual(['DB-web', 'web-2'])
})

test('assets sort by IP as people count', async () => {
  const byIp = await Catalogue.of(
    ['10.1.2.20', '9.0.0.1', '10.1.2.3', '10.1.10.1', 'fe80::1'].map((ip) => anAsset('a', { ip })),
    'ip',
  )
  expect(byIp.assets.map(({ ip }) => ip)).toEqual([
    '9.0.0.1',
    '10.1.2.3',
    '10.1.2.20',
    '10.1.10.1',
    'fe80::1',
  ])
})

test('the version changes with the assets, and not with where they came from', async () => {
  const some = () => ['a', 'b'].map((name) => anAsset(name))
  const [first, again, other] = await Promise.all(
    [some(), some().reverse(), [...some(), anAsset('c')]].map((assets) => Catalogue.of(assets)),
  )
  expect(again?.version).toBe(first?.version)
  expect(other?.version).not.toBe(first?.version)
})

test('Tab’s names are those that begin so, in order, and no more than asked for', () => {
  expect(catalogue.beginningWith('WEB', 2)).toEqual(['web-1', 'web-2'])
  expect(catalogue.beginningWith('', 2)).toEqual([])
})

test('others get their turn in a search of very many assets, at least once in each slice', async () => {
  const count = 5 * SEARCH_SLICE
  const large = await Catalogue.of(Array.from({ length: count }, (_, at) => anAsset(`web-${at}`)))
  for (const search of [
    () => large.search('nothing-such'),
    () => large.search('web'),
    () => large.find('x'),
  ]) {
    let turns = 0
    let done = false
    const turn = (): void => {
      turns += 1
      if (!done) setImmediate(turn)
    }
    setImmediate(turn)
    await search()
    done = true
    expect(turns).toBeGreaterThanOrEqual(count / SEARCH_SLICE - 1)
  }
})

test('a search that is given up ends in its slice', async () => {
  const large = await Catalogue.of(Array.from({ length: 3 * SEARCH_SLICE }, (_, at) => anAsset(`web-${at}`)))
  const { rows } = await large.search('web', { signal: AbortSignal.abort() })
  expect(rows).toHaveLength(0)
})

/** What `search` is to find, the plain way: the rank of the worst word, then the order of the names. */
function plainly(names: readonly string[], words: readonly string[]): string[] {
  const rank = (name: string, word: string): number =>
    name === word ? 0 : name.startsWith(word) ? 1 : name.includes(word) ? 2 : 5
  return names
    .filter((name) => words.every((word) => `${name}\n127.0.0.1\nrack ${name.at(-1)}`.includes(word)))
    .map((name, at) => ({ name, at, worst: Math.max(...words.map((word) => rank(name, word))) }))
    .sort((a, b) => a.worst - b.worst || a.at - b.at)
    .map(({ name }) => name)
}

test('2,500 names give for any words what looking at each of them would give', async () => {
  const name = (at: number): string => `${['web', 'db', 'a-web', '主机'][at % 4]}-${(at * 7919) % 2500}`
  const assets = Array.from({ length: 2500 }, (_, at) =>
    anAsset(name(at), { ip: '127.0.0.1', comment: `rack ${name(at).at(-1)}` }),
  )
  const large = await Catalogue.of(assets)
  const all = names(large.assets)
  for (const text of ['web-7', 'w', '主机 9', '77', 'eb-2 rack', 'db-10', 'rack 3', '-1 b', 'web-1'])
    expect(shown(await large.search(text), large), text).toEqual(plainly(all, text.split(' ')))
})
