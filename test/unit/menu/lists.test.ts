import { expect, test } from 'vitest'
import type { Asset, Node } from '../../../src/core/model.ts'
import { Catalogues } from '../../../src/menu/catalogues.ts'
import { anAccount, anAsset } from '../../fixtures/granted.ts'
import { startVisit } from './a-visit.ts'

const many = (count: number): readonly Asset[] =>
  Array.from({ length: count }, (_, at) => anAsset(`web-${at + 1}`, { ip: `10.0.0.${count - at}` }))

const aNode = (key: string, name: string, assetsAmount = 1): Node => ({
  ...{ id: `node-${key}`, key: key.split(':').map(Number), name, assetsAmount, orgId: '', orgName: '' },
})
const NODES = [aNode('1', 'Default', 3), aNode('1:1', '生产', 1), aNode('1:1:4', 'db\x1b[2J', 0)]

const LISTED = ['web-01', 'web-02'].map((name) => anAsset(name, { comment: 'node-1:1' }))

test('g shows the groups as a tree, gN and then a number lead to an asset', async () => {
  const assets = [...LISTED, anAsset('zz')]
  using visit = startVisit({ nodes: NODES, assets, rows: 60 })
  await visit.asked()
  await visit.enter('g')
  expect(visit.terminal.screen.text()).toMatch(
    /^ # {2}Group +Assets\ng1 {2}Default +3\ng2 {2}└─生产 +1\ng3 {4}└─db \[2J +0\n {2}Groups: 3\./m,
  )
  await visit.enter('2')
  expect(visit.terminal.screen.text()).toContain('2 assets in “生产”.')
  await visit.enter('//web-02')
  await visit.enter('1')
  await visit.enter('g1')
  await visit.enter('3')
  expect(visit.opened).toEqual(['root@web-02', 'root@zz'])
  await visit.enter('g3')
  expect(visit.terminal.screen.text()).toContain('There is no asset of yours in')
  await visit.enter('g9')
  expect(visit.terminal.screen.text()).toContain('There is no group g9.')
})

test('a tree longer than the window comes in pages', async () => {
  const nodes = Array.from({ length: 30 }, (_, at) => aNode(`1:${at}`, `node ${at}`))
  using visit = startVisit({ nodes, rows: 24 })
  await visit.asked()
  await visit.enter('g')
  expect(visit.terminal.screen.text()).toContain('1-20 of 30')
  await visit.enter('n')
  expect(visit.terminal.screen.text()).toMatch(/g30 {2}node 29/)
})

test('// narrows what the list shown last has; without a list it searches all', async () => {
  using visit = startVisit()
  await visit.asked()
  await visit.enter('//win')
  expect(visit.terminal.screen.text()).toContain('1 of 6 match “win”.')
  await visit.enter('/10.1.2')
  await visit.enter('//前端')
  expect(visit.terminal.screen.text()).toContain('1 of 6 match “10.1.2 前端”.')
  await visit.enter('1')
  expect(visit.opened).toEqual(['root@web-02'])
})

test('what only comes close is listed and never connected unasked', async () => {
  using visit = startVisit()
  await visit.asked()
  await visit.enter('oldsw')
  expect(visit.terminal.screen.text()).toMatch(
    /old-switch[^\n]*\n {2}Nothing has “oldsw”; 1 of 6 come close\./,
  )
  expect(visit.opened).toEqual([])
})

test('what was looked for is lit where it stands, and nowhere without colours', async () => {
  using visit = startVisit()
  await visit.asked()
  await visit.enter('/web 前')
  expect(visit.terminal.sent).toContain('\x1b[1;33mweb\x1b[22;39m-02')
  expect(visit.terminal.sent).toContain('\x1b[1;33m前\x1b[22;39m端')
  using dumb = startVisit({ term: 'dumb' })
  await dumb.asked()
  await dumb.enter('/web')
  expect(dumb.terminal.sent).not.toContain('\x1b')
})

test('a star makes a row or a name a favourite, marks it in lists, and takes it away again', async () => {
  using visit = startVisit()
  await visit.asked()
  await visit.enter('*')
  expect(visit.terminal.screen.text()).toContain('You have no favourites yet.')
  await visit.enter('/web')
  await visit.enter('*2')
  await visit.enter('*数据库')
  await visit.enter('*')
  expect(visit.terminal.screen.text()).toMatch(
    /\n\*1 {2}web-02[^\n]*\n\*2 {2}数据库-主[^\n]*\n {2}2 assets among/,
  )
  await visit.enter('*1')
  expect(visit.terminal.screen.text()).toContain('web-02 is no favourite any more.')
  expect(visit.remembered.person.favourites).toEqual(['id-数据库-主'])
  await visit.enter('*web')
  expect(visit.terminal.screen.text()).toContain('2 of 6 match “web”.')
  expect(visit.opened).toEqual([])
})

test('l and !! connect to the last asset again, with the account that was chosen there', async () => {
  using visit = startVisit()
  await visit.asked()
  await visit.enter('l')
  expect(visit.terminal.screen.text()).toContain('There is no last asset yet.')
  await visit.enter('web-01', 'ID>')
  await visit.enter('deploy')
  await visit.enter('l')
  await visit.enter('web-02')
  await visit.enter('!!')
  expect(visit.opened).toEqual(['deploy@web-01', 'deploy@web-01', 'root@web-02', 'root@web-02'])
  expect(visit.remembered.person.recent[0]).toEqual({ asset: 'id-web-02', account: 'id-root' })
})

test('the last asset without its account asks which, and one that is gone is told of', async () => {
  const recent = [{ asset: 'id-web-01', account: 'id-gone' }]
  using visit = startVisit({ person: { recent } })
  await visit.asked()
  await visit.enter('l', 'ID>')
  await visit.enter('root')
  using other = startVisit({ person: { recent }, assets: [anAsset('x')] })
  await other.asked()
  await other.enter('l')
  expect([visit.opened, other.opened]).toEqual([['root@web-01'], []])
  expect(other.terminal.screen.text()).toContain('The last asset is not granted to you any more.')
})

test('after a login the list of where one was last comes first, the newest on top', async () => {
  const recent = ['gone', 'web-02', 'web-01'].map((name) => ({ asset: `id-${name}`, account: 'id-root' }))
  using visit = startVisit({ person: { recent } })
  await visit.asked()
  expect(visit.terminal.screen.text()).toMatch(
    /^1 {2}web-02[^\n]*\n2 {2}web-01[^\n]*\n {2}Where you were last\./m,
  )
  await visit.enter('1')
  expect(visit.opened).toEqual(['root@web-02'])
})

test('lists sort by ASSET_LIST_SORT_BY', async () => {
  using visit = startVisit({ assets: many(3), sortBy: 'ip' })
  await visit.asked()
  await visit.enter('p')
  expect(visit.terminal.screen.text()).toMatch(/1 {2}web-3[^\n]*\n2 {2}web-2[^\n]*\n3 {2}web-1/)
})

test.each([
  ['all', 60, /60 {2}web-60/],
  [25, 60, /1-25 of 60/],
  ['auto', 24, /1-20 of 60/],
] as const)('a page has the rows of ASSET_LIST_PAGE_SIZE %s', async (pageRows, rows, shown) => {
  using visit = startVisit({ assets: many(60), pageRows, rows })
  await visit.asked()
  await visit.enter('p')
  expect(visit.terminal.screen.history()).toMatch(shown)
})

test('a number of a list that is out of date connects nowhere, nor do its pages turn', async () => {
  const catalogues = new Catalogues()
  let assets = many(40)
  const shared = { catalogues, assets: async () => assets }
  using visit = startVisit(shared)
  await visit.asked()
  await visit.enter('p')
  assets = [anAsset('web-0'), ...assets]
  using other = startVisit(shared)
  await other.asked()
  await other.enter('r')
  for (const line of ['1', '//web', 'n']) {
    await visit.enter(line)
    expect(visit.terminal.screen.text()).toMatch(
      /Your assets changed[^\n]*\n[^\n]*\[[0-9a-f]{4}-[0-9a-f]+\]\nOpt>$/,
    )
  }
  expect(visit.opened).toEqual([])
  await visit.enter('b')
  await visit.enter('p')
  await visit.enter('1')
  expect(visit.opened).toEqual(['root@web-0'])
})

test('Tab completes the name of an asset, and of an account', async () => {
  using visit = startVisit()
  await visit.asked()
  visit.terminal.type('ol\t')
  await visit.terminal.screen.until(/Opt> old-switch$/)
  visit.terminal.type('\x15web\t\t')
  await visit.terminal.screen.until(/web-01 {2}web-02\nOpt> web-0$/)
  await visit.enter('1', 'ID>')
  visit.terminal.type('de\t\r')
  await visit.asked()
  expect(visit.opened).toEqual(['deploy@web-01'])
})

test('lines of earlier logins come back with the arrow keys and by Ctrl-R; answers to ID> never do', async () => {
  using visit = startVisit({ person: { history: ['web-01', 'web-02'] } })
  await visit.asked()
  visit.terminal.type('\x1b[A')
  await visit.terminal.screen.until(/Opt> web-02$/)
  visit.terminal.type('\x12-01\r')
  await visit.asked('ID>')
  await visit.enter('root')
  expect(visit.opened).toEqual(['root@web-01'])
  expect(visit.remembered.person.history).toEqual(['web-01', 'web-02', 'web-01'])
})

test('nobody at the menu is warned, and then given up', async () => {
  using visit = startVisit({ idleMinutes: 30 })
  await visit.asked()
  visit.terminal.type('we')
  await visit.terminal.settled()
  visit.clock.advance(28 * 60_000)
  await visit.terminal.screen.until(/this login ends in 2 min unless you press one\.\nOpt> we$/)
  visit.terminal.type('b')
  await visit.terminal.settled()
  visit.clock.advance(29 * 60_000)
  await visit.terminal.screen.until(/ends in 2 min[\s\S]*ends in 2 min/)
  visit.clock.advance(60_000)
  expect(await visit.ended).toEqual({ kind: 'status', code: 255 })
  await visit.terminal.settled()
  expect(visit.terminal.screen.text()).toContain('Ended: no key for 30 minutes.')
  expect(visit.clock.pending).toBe(0)
})

test('nobody at the question for an account is given up as well', async () => {
  const systemUsers = [anAccount('root'), anAccount('deploy')]
  using visit = startVisit({ idleMinutes: 10, assets: [anAsset('web', { systemUsers })] })
  await visit.asked()
  await visit.enter('web', 'ID>')
  visit.clock.advance(10 * 60_000)
  expect(await visit.ended).toEqual({ kind: 'status', code: 255 })
})

test('the first screen has the last login and the announcement, and they cannot draw', async () => {
  const welcome = {
    lastLogin: { at: new Date(2025, 10, 20, 18, 2).getTime(), from: '203.0.113.7' },
    announcement: ['维护: 周六 22:00', 'evil \x1b[2J'],
    header: 'Example Corp',
  }
  using visit = startVisit({ welcome })
  await visit.asked()
  expect(visit.terminal.screen.text()).toMatch(
    /^ {2}Last login: Thu, Nov 20, 2025, 18:02 from 203\.0\.113\.7\n\n {2}Example Corp\n[^\n]*Welcome[^\n]*\n\n {2}维护: 周六 22:00\n {2}evil +\[2J\n/,
  )
  expect(visit.terminal.sent).not.toContain('\x1b[2J')
  using chinese = startVisit({ welcome, language: 'zh' })
  await chinese.asked()
  expect(chinese.terminal.screen.text()).toContain('上次登录：2025年11月20日周四 18:02，来自 203.0.113.7')
})

test('the language chosen with s is remembered', async () => {
  using visit = startVisit()
  await visit.asked()
  await visit.enter('s')
  expect(visit.remembered.person.language).toBe('zh')
})
