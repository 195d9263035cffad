import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Asset } from '../../../src/core/model.ts'
import { menuHouse } from '../../../src/daemon/menu.ts'
import { silentLog } from '../../../src/log.ts'
import { arrive, type ByMenuDeps, byMenu } from '../../../src/menu/by-menu.ts'
import { Catalogues } from '../../../src/menu/catalogues.ts'
import { doorHandlers } from '../../../src/menu/door.ts'
import { People } from '../../../src/menu/people.ts'
import { anAccount, anAsset } from '../../fixtures/granted.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { MemoryTerminal } from '../../fixtures/memory-terminal.ts'
import { aPrincipal } from '../../fixtures/people.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'

const habits = {
  sortBy: () => 'hostname' as const,
  pageRows: () => 'auto' as const,
  idleMinutes: () => 30,
  announcement: () => Promise.resolve([]),
}

const unasked = () => {
  throw new Error('nobody asks for this')
}
const nothingElse = {
  guests: { byCode: unasked, visibleTo: unasked, mayType: unasked, show: unasked },
  rules: unasked,
  jump: unasked,
}

async function house(
  assets: readonly Asset[] = [anAsset('web-01')],
): Promise<ByMenuDeps & { clock: ManualClock } & AsyncDisposable> {
  const home = await temporaryDirectory()
  const clock = new ManualClock()
  const log = silentLog()
  const none = () => Promise.resolve([])
  return {
    core: { assets: () => Promise.resolve(assets), nodes: none, nodeAssets: none, settings: {} },
    sessions: {
      open: () => Promise.resolve({ kind: 'exit', exit: { kind: 'status', code: 7 } }),
      throttle: undefined,
    },
    ...{
      node: 'bastion-1',
      header: () => 'Title',
      habits,
      clock,
      log,
      catalogues: new Catalogues(),
      ...nothingElse,
    },
    people: new People({ directory: join(home.path, 'people'), clock, log }),
    [Symbol.asyncDispose]: () => home[Symbol.asyncDispose](),
  }
}

test('who comes back gets the language they chose, and reads when and from where they were here', async () => {
  await using deps = await house()
  const never = new AbortController().signal
  using first = new MemoryTerminal()
  first.type('s\rq\r')
  await byMenu(deps, { terminal: first, principal: aPrincipal(), signal: never })
  await first.settled()
  expect(first.screen.history()).not.toContain('Last login')
  deps.clock.advance(60_000)
  using second = new MemoryTerminal()
  second.type('q\r')
  await byMenu(deps, { terminal: second, principal: aPrincipal(), signal: never })
  await second.settled()
  expect(second.screen.history()).toMatch(/上次登录：.*，来自 203\.0\.113\.7\n\n {2}Title\n[\s\S]*再见。/)
  await using other = (await arrive(deps, { terminal: second, principal: aPrincipal('bob') })).remembered
  expect(other.person.language).toBeUndefined()
})

test('a login without a terminal is not told of at the next one', async () => {
  await using deps = await house()
  using script = new MemoryTerminal({ term: false })
  const { remembered } = await arrive(deps, { terminal: script, principal: aPrincipal() })
  await remembered[Symbol.asyncDispose]()
  using person = new MemoryTerminal()
  const { remembered: known, lastLogin } = await arrive(deps, { terminal: person, principal: aPrincipal() })
  await known[Symbol.asyncDispose]()
  expect(lastLogin).toBeUndefined()
})

test('a direct login asks for an account in the language of the person, and remembers where it went', async () => {
  await using deps = await house([anAsset('db', { systemUsers: [anAccount('root'), anAccount('deploy')] })])
  const handlers = doorHandlers({ ...deps, ...nothingElse })
  const arrival = { principal: aPrincipal(), direct: { asset: 'db' }, signal: new AbortController().signal }
  {
    await using known = await deps.people.of('id-alice')
    known.change((person) => ({ ...person, language: 'zh' }))
  }
  using terminal = new MemoryTerminal()
  terminal.type('2\r')
  expect(await handlers.onShell({ ...arrival, terminal })).toEqual({ kind: 'status', code: 7 })
  await terminal.settled()
  expect(terminal.screen.text()).toContain('系统用户')
  await using known = await deps.people.of('id-alice')
  expect(known.person.recent).toEqual([{ asset: 'id-db', account: 'id-deploy' }])
  expect(known.person.lastLogin?.from).toBe('203.0.113.7')
})

test('nobody at the question of a direct login is told why it ended', async () => {
  await using deps = await house([anAsset('db', { systemUsers: [anAccount('root'), anAccount('deploy')] })])
  const handlers = doorHandlers({ ...deps, ...nothingElse })
  using terminal = new MemoryTerminal()
  const arrival = { principal: aPrincipal(), direct: { asset: 'db' }, signal: new AbortController().signal }
  const exit = handlers.onShell({ ...arrival, terminal })
  await terminal.screen.until(/ID>$/)
  deps.clock.advance(30 * 60_000)
  expect(await exit).toEqual({ kind: 'status', code: 255 })
  await terminal.settled()
  expect(terminal.screen.text()).toContain('Ended: no key for 30 minutes.')
})

test('the announcement is read at each login, has a bound, and cannot stop one', async () => {
  await using home = await temporaryDirectory()
  const path = join(home.path, 'news.txt')
  const settings = { DATA_DIR: home.path, ANNOUNCEMENT_FILE: path }
  const core = { settings: { sortBy: 'ip', pageSize: 25, maxIdleMinutes: 7 } } as const
  const parts = { core, clock: new ManualClock(), log: silentLog() }
  const { habits: own } = menuHouse({
    ...parts,
    settings: {
      ...{ ASSET_LIST_SORT_BY: 'hostname', ASSET_LIST_PAGE_SIZE: 'auto', SECURITY_MAX_IDLE_TIME: 30 },
      ...settings,
    },
  })
  expect(await own.announcement()).toEqual([])
  await writeFile(path, 'one\r\ntwo\n')
  expect(await own.announcement()).toEqual(['one', 'two'])
  await writeFile(path, 'line\n'.repeat(100_000))
  expect(await own.announcement()).toHaveLength(30)
  const { habits: broken } = menuHouse({
    ...parts,
    settings: {
      ...{ ASSET_LIST_SORT_BY: 'hostname', ASSET_LIST_PAGE_SIZE: 'auto', SECURITY_MAX_IDLE_TIME: 30 },
      ...{ DATA_DIR: home.path, ANNOUNCEMENT_FILE: home.path },
    },
  })
  expect(await broken.announcement()).toEqual([])
  expect([own.sortBy(), own.pageRows(), own.idleMinutes()]).toEqual(['ip', 25, 7])
})
