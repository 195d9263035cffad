import { expect, test } from 'vitest'
import { textWidth } from '../../../src/terminal/width.ts'
import { anAccount, anAsset } from '../../fixtures/granted.ts'
import { seeded } from '../../fixtures/random.ts'
import { startVisit, type VisitOptions } from './a-visit.ts'

const DOWN = '\x1b[B'
const ENTER = '\r'

/** At the menu, with the picker open. */
async function picking(options: VisitOptions = {}) {
  const visit = startVisit(options)
  await visit.asked()
  visit.terminal.type('f\r')
  await visit.terminal.screen.until(/^(Find|查找)/)
  const { terminal } = visit
  return { ...visit, shows: (match: RegExp) => terminal.screen.until(match) }
}
/** The name in the row that is chosen. */
const chosen = (text: string): string | undefined => /^>\*? +(\S+)/m.exec(text)?.[1]

test('f opens a full screen; what is typed filters, Enter connects, and the menu is back as it was', async () => {
  using visit = await picking()
  expect(visit.terminal.screen.alternate).toBe(true)
  visit.terminal.type('web-02')
  await visit.shows(/^Find: web-02\n[\s\S]*1 of 6/)
  expect(visit.terminal.screen.cursor).toEqual({ row: 0, column: 12 })
  visit.terminal.type(ENTER)
  await visit.asked()
  expect(visit.opened).toEqual(['root@web-02'])
  expect(visit.terminal.screen.alternate).toBe(false)
  expect(visit.terminal.screen.text()).toMatch(/Welcome[\s\S]*Opt> f\n+Opt>$/)
})

test('what is typed in one go counts in its order, and what comes after Enter is for the session', async () => {
  let seen: unknown
  const openSession = async (terminal: { input: { read(): unknown } }) => {
    seen = String(terminal.input.read())
  }
  using visit = startVisit({ openSession })
  await visit.asked()
  visit.terminal.type(`f\rweb${DOWN}${ENTER}uname\r`)
  await visit.asked()
  expect([visit.opened, seen]).toEqual([['root@web-02'], 'uname\r'])
})

test('arrows and pages move, and stop at both ends', async () => {
  const assets = Array.from({ length: 50 }, (_, at) => anAsset(`web-${at + 1}`))
  using visit = await picking({ assets, rows: 13 })
  const after = async (keys: string, name: string) => {
    visit.terminal.type(keys)
    await visit.shows(new RegExp(`^> +${name} `, 'm'))
  }
  await after(DOWN, 'web-2')
  await after('\x1b[A\x1b[A', 'web-1')
  await after('\x1b[6~', 'web-11')
  await after('\x1b[6~'.repeat(9), 'web-50')
  await after('\x1b[5~', 'web-40')
  await after('\x10\x0e\x0e', 'web-41')
})

test('letters in order are enough, those that have them as they stand come first, and they are lit', async () => {
  const assets = ['w-e-b-1', 'web-1', 'db-1'].map((name) => anAsset(name))
  using visit = await picking({ assets })
  visit.terminal.type('web1')
  await visit.shows(/2 of 3/)
  expect(chosen(visit.terminal.screen.text())).toBe('web-1')
  expect(visit.terminal.sent).toContain('\x1b[1;33mweb\x1b[22;39m-\x1b[1;33m1\x1b[22;39m')
})

test('Tab opens the accounts of a row, Enter takes one, Esc goes back a step at a time', async () => {
  using visit = await picking()
  visit.terminal.type('web-01')
  await visit.shows(/1 of 6/)
  visit.terminal.type('\t')
  await visit.shows(/^Account on web-01: *\n[\s\S]*^> +root/m)
  visit.terminal.type('\x1b')
  await visit.terminal.settled()
  visit.clock.advance(200)
  await visit.shows(/^Find: web-01/)
  visit.terminal.type(ENTER)
  await visit.shows(/^> +root/m)
  visit.terminal.type(DOWN + ENTER)
  await visit.asked()
  expect(visit.opened).toEqual(['deploy@web-01'])
  visit.terminal.type('f\r')
  await visit.shows(/^Find: web-01/)
  visit.terminal.type('\x07')
  await visit.asked()
  expect(visit.opened).toHaveLength(1)
})

test('it opens where it was left', async () => {
  using visit = await picking()
  visit.terminal.type(`web${DOWN}`)
  await visit.shows(/^> +web-02/m)
  visit.terminal.type('\x03')
  await visit.asked()
  visit.terminal.type('f\r')
  await visit.shows(/^Find: web\n[\s\S]*^> +web-02/m)
})

test('without a filter recent assets and favourites come first; Ctrl-T makes a favourite', async () => {
  const person = { favourites: ['id-win-01'], recent: [{ asset: 'id-web-02', account: 'id-root' }] }
  using visit = await picking({ person })
  expect(visit.terminal.screen.text()).toMatch(/^> +web-02[^\n]*\n *\* +win-01[^\n]*\n +evil/m)
  visit.terminal.type('\x14')
  await visit.shows(/^>\* +web-02/m)
  expect(visit.remembered.person.favourites).toEqual(['id-win-01', 'id-web-02'])
})

test('an asset that a terminal cannot show is told of below the list', async () => {
  using visit = await picking()
  visit.terminal.type(`win${ENTER}`)
  await visit.shows(/win-01 is a graphical asset[^\n]*$/)
  visit.terminal.type('\x15old')
  await visit.shows(/1 of 6/)
})

test('nothing found: nothing can be chosen, and nothing breaks', async () => {
  using visit = await picking()
  visit.terminal.type(`zzz${ENTER}\t${DOWN}\x14`)
  await visit.shows(/^Find: zzz\n[\s\S]*0 of 6/)
  visit.terminal.type('\x04\x15\x04')
  await visit.asked()
  expect(visit.opened).toEqual([])
})

test.each([
  [20, 5],
  [80, 24],
  [200, 50],
  [300, 4],
  [3, 1],
])('it fits a window of %i columns and %i rows, and one that changes', async (columns, rows) => {
  using visit = await picking({ columns: 80, rows: 24 })
  visit.terminal.resize(columns, rows)
  visit.terminal.type('e')
  await visit.terminal.settled()
  const lines = visit.terminal.screen.text().split('\n')
  expect(lines.length).toBeLessThanOrEqual(rows)
  expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(columns)
  visit.terminal.resize(80, 24)
  await visit.shows(/^Find: e\n[\s\S]*Esc back$/)
})

test.each([20, 80, 200])('screens %i columns wide, in both languages', async (columns) => {
  for (const language of ['en', 'zh'] as const) {
    using visit = await picking({ columns, rows: 10, language })
    expect(visit.terminal.screen.text()).toMatchSnapshot(language)
    visit.terminal.type('web\t')
    await visit.shows(/^> +root/m)
    expect(visit.terminal.screen.text()).toMatchSnapshot(`${language} accounts`)
  }
})

test('without colours the chosen row is still to be seen, and on a plain terminal f says why not', async () => {
  using dumb = startVisit({ term: 'dumb' })
  await dumb.asked()
  await dumb.enter('f')
  expect(dumb.terminal.screen.text()).toContain('The full-screen list needs a terminal')
})

test('who leaves, a daemon that stops and nobody at the keys end it, on the screen that was there before', async () => {
  using left = await picking()
  left.terminal.leave()
  expect(await left.ended).toEqual({ kind: 'status', code: 255 })
  using stopped = await picking()
  stopped.stop.abort()
  expect(await stopped.ended).toEqual({ kind: 'status', code: 255 })
  await stopped.terminal.settled()
  expect(stopped.terminal.screen.alternate).toBe(false)
  using idle = await picking({ idleMinutes: 10 })
  idle.clock.advance(8 * 60_000)
  await idle.shows(/ends in 2 min/)
  idle.clock.advance(2 * 60_000)
  expect(await idle.ended).toEqual({ kind: 'status', code: 255 })
  await idle.terminal.settled()
  expect(idle.terminal.screen.text()).toContain('Ended: no key for 10 minutes.')
  for (const visit of [left, stopped, idle])
    expect([visit.clock.pending, visit.terminal.listeners]).toEqual([0, 0])
})

test('only what changes is sent: a key costs a fraction of the screen', async () => {
  const assets = Array.from({ length: 200 }, (_, at) => anAsset(`web-${at + 100}`))
  using visit = await picking({ assets, rows: 50, columns: 120 })
  const before = visit.terminal.sent.length
  visit.terminal.type(DOWN)
  await visit.shows(/^> +web-101/m)
  expect(visit.terminal.sent.length - before).toBeLessThan(600)
})

test('500 keys and sequences of any kind leave it alive', async () => {
  const { below, pick } = seeded(7)
  const account = anAccount('root')
  const assets = ['web-1', '数据库', 'e\u0301', '😀😀'].map((name) =>
    anAsset(name, { systemUsers: [account, anAccount('b')] }),
  )
  using visit = await picking({ assets, openSession: async () => undefined })
  const pieces: readonly [string, ...string[]] = [
    'e',
    ...[
      'w',
      '数',
      '😀',
      'e\u0301',
      ' ',
      '\t',
      DOWN,
      '\x1b[A',
      '\x1b[5~',
      '\x1b[6~',
      '\x7f',
      '\x15',
      '\x17',
      '\x19',
    ],
    ...[
      '\x1b[H',
      '\x1b[F',
      '\x1bb',
      '\x1b[200~x\r\ny\x1b[201~',
      '\x14',
      '\x12',
      '\x0c',
      '\x1b]0;x\x07',
      '\x00',
    ],
  ]
  for (let count = 0; count < 500; count++) {
    visit.terminal.type(pick(pieces))
    if (count % 25 > 0) continue
    await visit.terminal.settled()
    visit.terminal.resize(1 + below(120), 1 + below(40))
  }
  visit.terminal.resize(80, 24)
  visit.terminal.type('\x07\x07')
  await visit.asked()
  await visit.enter('h')
  expect(visit.terminal.screen.text()).toContain('Ctrl-D quits.')
})
