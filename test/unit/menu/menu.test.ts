import { EventEmitter, once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { CoreError } from '../../../src/core/core-error.ts'
import type { Asset } from '../../../src/core/model.ts'
import { anAsset } from '../../fixtures/granted.ts'
import { someAssets, startVisit } from './a-visit.ts'

const LANGUAGES = ['en', 'zh'] as const
const many = (count: number): readonly Asset[] =>
  Array.from({ length: count }, (_, at) =>
    anAsset(`web-${at + 1}`, { ip: `10.0.0.${at + 1}`, comment: '前端' }),
  )

describe.each([20, 80, 200])('%i columns wide', (columns) => {
  test.each(LANGUAGES)('the menu’s screens fit and line up (%s)', async (language) => {
    using visit = startVisit({ columns, rows: 100, language })
    await visit.asked()
    for (const line of ['p', '/web', 'nothing-like-this', 'win-01', 'old-switch', 'h'])
      await visit.enter(line)
    await visit.enter('web-01', 'ID>')
    await visit.enter('q')
    expect(visit.terminal.screen.text().replace(/\[[0-9a-f]{4}-[0-9a-f]{2,}\]/g, '[id]')).toMatchSnapshot()
  })

  test.each(LANGUAGES)('a long list comes in pages that fit the window (%s)', async (language) => {
    using visit = startVisit({ columns, rows: 24, language, assets: many(60) })
    await visit.asked()
    for (const line of ['p', 'n', 'n']) {
      await visit.enter(line)
      expect(visit.terminal.screen.text()).toMatch(/^ *# /)
    }
    expect(visit.terminal.screen.text()).toMatchSnapshot()
  })
})

test('part of a name, an IP or a comment connects when only one asset has it', async () => {
  using visit = startVisit()
  await visit.asked()
  for (const line of ['web-02', '10.1.9', '备用', '订单']) await visit.enter(line)
  expect(visit.opened).toEqual(['root@web-02', 'root@数据库-主', 'root@web-02', 'root@数据库-主'])
})

test('a number connects to that row of the list shown last; without such a row it is searched for', async () => {
  using visit = startVisit()
  await visit.asked()
  await visit.enter('12')
  expect(visit.opened).toEqual(['root@web-02'])
  await visit.enter('/web')
  await visit.enter('2')
  await visit.enter('9')
  expect(visit.opened).toEqual(['root@web-02', 'root@web-02', 'root@数据库-主'])
})

test('of several accounts one is chosen by number or name; q, Ctrl-C and Ctrl-D go back', async () => {
  using visit = startVisit()
  await visit.asked()
  await visit.enter('web-01', 'ID>')
  await visit.enter('3', 'ID>')
  expect(visit.terminal.screen.text()).toContain('There is no account “3” in this list.')
  await visit.enter('2')
  await visit.enter('web-01', 'ID>')
  await visit.enter('root')
  for (const back of ['q\r', '\x03', '\x04']) {
    await visit.enter('web-01', 'ID>')
    visit.terminal.type(back)
    await visit.asked()
  }
  expect(visit.opened).toEqual(['deploy@web-01', 'root@web-01'])
})

test('pages go forward and back, b leaves them, and numbers count over all of them', async () => {
  using visit = startVisit({ assets: many(30) })
  await visit.asked()
  await visit.enter('p')
  expect(visit.terminal.screen.text()).toContain('1-20 of 30')
  await visit.enter('n')
  expect(visit.terminal.screen.text()).toContain('21-30 of 30')
  await visit.enter('n')
  expect(visit.terminal.screen.text()).toContain('That was the last page.')
  await visit.enter('p')
  expect(visit.terminal.screen.text()).toContain('1-20 of 30')
  await visit.enter('b')
  await visit.enter('25')
  expect(visit.opened).toEqual(['root@web-25'])
})

test('s changes the language for the rest of the login, sessions included', async () => {
  const spoken: string[] = []
  using visit = startVisit({
    openSession: async (_terminal, { language }) => {
      spoken.push(language)
    },
  })
  await visit.asked()
  await visit.enter('s')
  expect(visit.terminal.screen.text()).toContain('全部资产')
  await visit.enter('web-02')
  await visit.enter('nothing')
  expect(visit.terminal.screen.text()).toContain('没有资产匹配')
  expect(spoken).toEqual(['zh'])
})

test('r asks core anew; nothing else does', async () => {
  const asked: boolean[] = []
  let assets = someAssets()
  using visit = startVisit({
    assets: async ({ fresh }) => {
      asked.push(fresh)
      return assets
    },
  })
  await visit.asked()
  for (const line of ['p', 'web', '/cn']) await visit.enter(line)
  assets = many(1)
  await visit.enter('r')
  expect(visit.terminal.screen.text()).toContain('Refreshed: 1 asset.')
  await visit.enter('web')
  expect(asked).toEqual([false, true])
  expect(visit.opened).toEqual(['root@web-1'])
})

test('a core that is away is told of in a sentence, and the menu goes on until it is back', async () => {
  let away = true
  using visit = startVisit({
    assets: async () => {
      if (away) throw new CoreError('CORE_UNAVAILABLE', 'unavailable', { step: 's', message: 'm', next: 'n' })
      return someAssets()
    },
  })
  await visit.asked()
  expect(visit.terminal.screen.text()).toMatch(
    /Welcome[\s\S]*does not answer[\s\S]*\[[0-9a-f]{4}-[0-9a-f]+\]/,
  )
  await visit.enter('p')
  away = false
  await visit.enter('web-02')
  expect(visit.opened).toEqual(['root@web-02'])
})

test('while core takes its time the first screen comes without the list, and who needs it sees that work goes on', async () => {
  const answer = new EventEmitter()
  using visit = startVisit({
    assets: async () => {
      await once(answer, 'come')
      return someAssets()
    },
  })
  visit.clock.advance(199)
  await visit.terminal.settled()
  expect(visit.terminal.sent).toBe('')
  visit.clock.advance(1)
  await visit.asked()
  expect(visit.terminal.screen.text()).toMatch(/Welcome, alice\. +bastion-1\n/)
  visit.terminal.type('p\r')
  await visit.terminal.settled()
  visit.clock.advance(500)
  await visit.terminal.screen.until(/Fetching your assets/)
  answer.emit('come')
  await visit.asked()
  expect(visit.terminal.screen.text()).toContain('6 assets.')
})

test('a list that fails after the first screen is told to who needs it, and fetched anew', async () => {
  const answer = new EventEmitter()
  let away = true
  using visit = startVisit({
    assets: async () => {
      if (away) await once(answer, 'come')
      if (away) throw new CoreError('CORE_UNAVAILABLE', 'unavailable', { step: 's', message: 'm', next: 'n' })
      return someAssets()
    },
  })
  visit.clock.advance(200)
  await visit.asked()
  visit.terminal.type('p\r')
  await visit.terminal.settled()
  answer.emit('come')
  await visit.asked()
  expect(visit.terminal.screen.text()).toMatch(/does not answer[\s\S]*\[[0-9a-f]{4}-[0-9a-f]+\]/)
  away = false
  await visit.enter('web-02')
  expect(visit.opened).toEqual(['root@web-02'])
})

test('without a single asset the menu says what to do', async () => {
  using visit = startVisit({ assets: [] })
  await visit.asked()
  for (const line of ['p', 'web', '/web', '*', 'g', 'l', '//x', '3']) await visit.enter(line)
  expect(visit.terminal.screen.text()).toContain('No asset is granted to you yet.')
})

test('what an asset is called or commented cannot draw on the screen', async () => {
  using visit = startVisit()
  await visit.asked()
  await visit.enter('p')
  expect(visit.terminal.sent).not.toContain('\x1b[2J')
  expect(visit.terminal.sent).not.toContain('\x1b]0;')
  expect(visit.terminal.sent).not.toContain('\u202e')
  await visit.enter('/\u009b2J')
  expect(visit.terminal.screen.text()).toContain('Welcome')
})

test('without a PTY the menu is plain text and lists are whole', async () => {
  using visit = startVisit({ term: false, assets: many(60) })
  visit.terminal.input.end('p\n')
  expect(await visit.ended).toEqual({ kind: 'status', code: 0 })
  await visit.terminal.settled()
  expect(visit.terminal.sent).not.toMatch(/[\x1b\r]/)
  expect(visit.terminal.sent).toContain('60  web-60  10.0.0.60')
})
