// How long does a large list of assets keep everybody else waiting? Core (a process of its own) sends 50,000 assets
// with three accounts each; told is the longest time the event loop stood still, and how long each step took.
//
//   npx tsx bench/catalogue.ts [--assets 50000]
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { systemClock } from '../src/base/clock.ts'
import { Secret } from '../src/base/secret.ts'
import { Catalogue } from '../src/core/catalogue.ts'
import { PermsPath } from '../src/core/perms-path.ts'
import { CoreTransport } from '../src/core/transport.ts'
import { silentLog } from '../src/log.ts'
import { Catalogue as Index } from '../src/menu/search.ts'

const Count = z.coerce.number().int().min(1).max(500_000).default(50_000)

const { values } = parseArgs({ options: { assets: { type: 'string' } } })
const count = Count.parse(values.assets)

if (process.send) serveAssets()
else await measureAll()

async function measureAll(): Promise<void> {
  const server = fork(import.meta.filename, ['--assets', String(count)])
  const [port] = z
    .tuple([z.number()])
    .rest(z.unknown())
    .parse(await once(server, 'message'))
  using core = new CoreTransport({ address: `http://127.0.0.1:${port}`, clock: systemClock })
  const key = { id: '00000000-0000-4000-8000-000000000001', secret: new Secret('x'.repeat(36)) }
  const log = silentLog()
  const catalogue = new Catalogue({ core, key, clock: systemClock, log, perms: new PermsPath() })
  const user = (id: string) => ({ id, username: id, name: id })
  // The first goes to compile what is measured.
  await catalogue.assets(user('first'))
  const assets = await measure('fetch, parse and keep', () => catalogue.assets(user('alice')))
  await measure('from what is kept', () => catalogue.assets(user('alice')))
  const index = await measure('sort and index', () => Index.of(assets))
  await measure('search "web 77"', () => Promise.resolve(index.search('web 77')))
  await measure('find "web-777"', () => Promise.resolve(index.find('web-777')))
  console.log(`  ${assets.length} assets, node ${process.versions.node}`)
  server.kill()
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
  const began = performance.now()
  const result = await act()
  const took = performance.now() - began
  done = true
  tick()
  console.log(
    `  ${what.padEnd(24)} ${took.toFixed(0).padStart(6)} ms, longest block ${longest.toFixed(1)} ms`,
  )
  return result
}

function serveAssets(): void {
  const accounts = ['root', 'ops', 'deploy'].map((username, at) => ({
    ...{ id: `b0000000-0000-4000-8000-00000000000${at}`, name: `${username}_密码`, username, priority: 20 },
    actions: ['all', 'connect', 'upload_file', 'download_file', 'updownload'],
    ...{ protocol: 'ssh', login_mode: 'auto' },
  }))
  const assets = Array.from({ length: count }, (_, at) => ({
    id: `a0000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
    hostname: `web-${(at * 7919) % count}`,
    ip: `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`,
    ...{ protocols: ['ssh/22', 'telnet/23'], system_users_granted: accounts },
    ...{ system_users_join: 'root, ops, deploy', os: null, domain: null, platform: 'Linux' },
    ...{ comment: `前端主机 ${at}\n值班: 张三`, org_id: '', org_name: 'DEFAULT' },
  }))
  const body = Buffer.from(JSON.stringify(assets))
  const server = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length })
    response.end(body)
  })
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    process.send?.(typeof address === 'object' ? address?.port : 0)
  })
}
