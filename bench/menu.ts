// The menu with 50,000 assets a user: how long the first screen and a key take, for how long the event loop stands
// still meanwhile (and how long the processors worked for it, all threads: the figure that holds on a busy machine), and
// what the catalogues of 100 such users keep. Core is not part of it: the list is there at once.
//
//   npx tsx --expose-gc bench/menu.ts [--assets 50000] [--users 100]
import { PassThrough, Writable } from 'node:stream'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { systemClock } from '../src/base/clock.ts'
import { AssetReader } from '../src/core/asset-reader.ts'
import type { Asset } from '../src/core/model.ts'
import { silentLog } from '../src/log.ts'
import { Catalogues } from '../src/menu/catalogues.ts'
import { Desk } from '../src/menu/desk.ts'
import { NOBODY } from '../src/menu/person.ts'
import type { Catalogue } from '../src/menu/search.ts'
import { visit } from '../src/menu/visit.ts'
import type { Terminal } from '../src/terminal/terminal.ts'

const Count = z.coerce.number().int().min(1).max(500_000)
const { values } = parseArgs({ options: { assets: { type: 'string' }, users: { type: 'string' } } })
const count = Count.default(50_000).parse(values.assets)
const users = Count.default(100).parse(values.users)

await firstScreens()
await keys()
await memory()

/** From a login to the prompt, with the catalogue made anew and with one that is there. */
async function firstScreens(): Promise<void> {
  const warmUp = { catalogues: new Catalogues(), assets: someAssets('warm-up') } // compiles what is measured
  await firstScreen(warmUp.catalogues, warmUp.assets)
  await warmUp.catalogues.of('u-1', warmUp.assets, 'hostname')
  const catalogues = new Catalogues()
  const assets = someAssets('a')
  await measure('first screen, cold', () => firstScreen(catalogues, assets))
  await catalogues.of('u-1', assets, 'hostname')
  await measure('first screen, warm', () => firstScreen(catalogues, assets))
}

async function firstScreen(catalogues: Catalogues, assets: readonly Asset[]): Promise<void> {
  let prompted: () => void = () => undefined
  const prompt = new Promise<void>((resolve) => {
    prompted = resolve
  })
  const terminal = aTerminal((text) => text.includes('Opt> ') && prompted())
  const { clock, stop } = { clock: systemClock, stop: new AbortController() }
  const user = { id: 'u-1', username: 'alice', name: 'Alice' }
  const principal = {
    user,
    remoteAddr: '203.0.113.7',
    loginFrom: 'ST',
    language: 'en',
    loginId: 'l-1',
  } as const
  const ended = visit(
    {
      desk: new Desk({ terminal, language: 'en', clock, idleMinutes: () => 30, pageRows: () => 'auto' }),
      ...{
        principal,
        user,
        guests: { visibleTo: () => [], mayType: () => false },
        catalogues,
        log: silentLog(),
        sortBy: () => 'hostname',
      },
      remembered: { person: NOBODY, change: () => undefined },
      assets: () => Promise.resolve(assets),
      nodes: () => Promise.resolve([]),
      nodeAssets: () => Promise.resolve([]),
      welcome: { name: 'Alice', node: 'b', header: undefined, lastLogin: undefined, announcement: [] },
      showSession: () => Promise.resolve(),
      openSession: () => Promise.resolve(),
    },
    stop.signal,
  )
  await prompt
  stop.abort()
  await ended
}

/** What each key of the full-screen list costs: a search of everything, with letters in order as well. */
async function keys(): Promise<void> {
  const assets = someAssets('b')
  const catalogue = await measure('catalogue, made', () => new Catalogues().of('u-1', assets, 'hostname'))
  for (const typed of ['w', 'we', 'web', 'web-7', 'web-77', 'wb77', '值班', 'nothing'])
    await measure(`key: “${typed}”`, () => search(catalogue, typed))
}

function search(catalogue: Catalogue, text: string): ReturnType<Catalogue['search']> {
  return catalogue.search(text, { withLoose: true })
}

/** Each user has 50,000 assets of their own, which nobody else keeps; then all have the same, read anew for each. */
async function memory(): Promise<void> {
  const own = new Catalogues()
  await keep('each of their own', own, (user) => someAssets(String(user)))
  const reader = new AssetReader()
  await keep('the same for all', new Catalogues(), () => everybodys(reader))
}

async function keep(
  what: string,
  catalogues: Catalogues,
  assetsOf: (user: number) => readonly Asset[],
): Promise<void> {
  const before = resident()
  for (let user = 0; user < users; user++) await catalogues.of(`u-${user}`, assetsOf(user), 'hostname')
  const grown = resident() - before
  console.log(
    `  ${users} users, ${count} assets, ${what}: ${catalogues.count} catalogues kept, +${grown} MB heap`,
  )
}

/** As core sends them to each user. */
function everybodys(reader: AssetReader): readonly Asset[] {
  return Array.from({ length: count }, (_, at) =>
    reader.read({
      id: `a0000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
      ...{ hostname: `web-${(at * 7919) % count}`, ip: `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}` },
      ...{ protocols: ['ssh/22'], platform: 'Linux', comment: `前端主机 ${at}`, domain: null },
      ...{ org_id: '', org_name: '', system_users_granted: [] },
    }),
  ).filter((asset) => asset !== undefined)
}

function resident(): number {
  globalThis.gc?.()
  return Math.round(process.memoryUsage().heapUsed / 1e6)
}

async function measure<T>(what: string, act: () => Promise<T>): Promise<T> {
  let longest = 0
  let last = performance.now()
  let done = false
  const tick = (): void => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
    if (!done) setImmediate(tick)
  }
  setImmediate(tick)
  const [began, worked] = [performance.now(), process.cpuUsage()]
  const result = await act()
  const took = performance.now() - began
  const { user, system } = process.cpuUsage(worked)
  done = true
  tick()
  const facts = `longest block ${longest.toFixed(1)} ms, cpu ${((user + system) / 1000).toFixed(1)} ms`
  console.log(`  ${what.padEnd(22)} ${took.toFixed(1).padStart(7)} ms, ${facts}`)
  return result
}

function aTerminal(onOutput: (text: string) => void): Terminal {
  const output = new Writable({
    write: (bytes: Buffer, _encoding, done) => {
      onOutput(bytes.toString())
      done()
    },
  })
  const nothing = { [Symbol.dispose]: () => undefined }
  return {
    ...{ input: new PassThrough(), output, errors: output, size: { columns: 120, rows: 40 } },
    pty: { term: 'xterm', modes: {} },
    ...{ onResize: () => nothing, onSignal: () => nothing, gone: new AbortController().signal },
    end: () => Promise.resolve(),
  }
}

function someAssets(prefix: string): readonly Asset[] {
  const systemUsers = ['root', 'deploy'].map((username) => ({
    ...{ id: `id-${username}`, name: username, username, priority: 20, protocol: 'ssh' },
    ...{ loginMode: 'auto' as const, actions: ['connect'] },
  }))
  return Array.from({ length: count }, (_, at) => ({
    id: `${prefix}-a0000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
    hostname: `web-${(at * 7919) % count}`,
    ip: `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`,
    protocols: [{ name: 'ssh', port: 22 }],
    ...{ platform: 'Linux', comment: `前端主机 ${at} 值班: 张三`, domain: null, orgId: '', orgName: '' },
    systemUsers,
  }))
}
