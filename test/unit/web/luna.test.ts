import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { Scope } from '../../../src/base/scope.ts'
import type { ConnectionLink } from '../../../src/core/model.ts'
import type { Terminal } from '../../../src/terminal/terminal.ts'
import { LARGE_FRAME } from '../../../src/web/frame-limit.ts'
import {
  CLIENT_VERSIONS,
  LunaClient,
  type LunaClientOptions,
  type Transports,
} from '../../fixtures/luna-client.ts'
import { Parrot } from '../../fixtures/parrot.ts'
import { aPrincipal, aTarget } from '../../fixtures/people.ts'
import { until } from '../../fixtures/until.ts'
import { coreOf, startWebDoor, type WebDoorOptions } from '../../fixtures/web-door.ts'

const { asset } = aTarget('web-01')
const HOST = { uuid: asset.id, userid: 'id-root', size: [100, 30] }
const cookie = 'sessionid=s-alice; csrftoken=c'

let scope = new Scope()
let parrot = new Parrot()
let origin = ''
const links: Record<string, ConnectionLink> = {}
afterEach(async () => {
  await scope.close()
  scope = new Scope()
})

async function door(more: WebDoorOptions = {}): Promise<void> {
  const port = await startWebDoor(scope, {
    core: coreOf([asset], links),
    sessions: parrot,
    ...more,
  })
  origin = `http://127.0.0.1:${port}`
}

beforeEach(async () => {
  parrot = new Parrot()
  await door()
})

/** Another door, whose program begins with `script`. */
async function again(script: (terminal: Terminal) => Promise<void>): Promise<void> {
  parrot = new Parrot(script)
  await scope.close()
  scope = new Scope()
  await door()
}

const luna = (options: LunaClientOptions = {}): LunaClient =>
  scope.own(new LunaClient(origin, { cookie, ...options }))

const WAYS: readonly Transports[] = [['polling'], ['websocket'], ['polling', 'websocket']]
describe.each(CLIENT_VERSIONS)('the client %s', (version) => {
  test.each(WAYS.map((transports) => [transports.join(' then '), transports] as const))(
    'has a session by %s: room with its secret, text both ways, size, end',
    async (_name, transports) => {
      const client = luna({ version, transports })
      client.emit('resize', { cols: 90, rows: 20 })
      const room = await client.host('my-secret', HOST)
      expect(await client.untilText(room, /hello/)).toBe('hello alice 100x30\r\n')
      client.emit('resize', { cols: 120, rows: 40 })
      await client.untilText(room, /\[120x40\]/)
      client.emit('data', { data: 'ls -l\r', room })
      await client.untilText(room, /ls -l/)
      client.emit('data', { data: 'bye', room })
      await client.loggedOut(room)
      expect(client.text(room)).toMatch(/closed\r\n$/)
      const names = client.events.map(([name]) => name)
      expect(names.indexOf('room')).toBeLessThan(names.indexOf('data'))
      expect(names.at(-1)).toBe('logout')
    },
  )

  test.each([[['polling']], [['websocket']]] as const)(
    'gets every character whole by %s, also where the asset cuts it',
    async (transports) => {
      const text = '中文 😀 é \u2028 \u0000 \x1b[31m'
      await again(async ({ output }) => {
        for (const byte of Buffer.from(text)) {
          output.write(Buffer.of(byte))
          await new Promise(setImmediate)
        }
      })
      const client = luna({ version, transports: [...transports] })
      const room = await client.host('s', HOST)
      await client.until(() => client.text(room).includes('\x1b[31m') || undefined)
      expect(client.text(room)).toContain(text)
    },
  )
})

test('the session knows who it is, from where, and that it came by the web', async () => {
  const client = luna()
  await client.host('s', HOST)
  await until(() => parrot.requests.length === 1)
  const [request] = parrot.requests
  expect(request?.principal).toMatchObject({
    user: { username: 'alice' },
    remoteAddr: '127.0.0.1',
    loginFrom: 'WT',
  })
  expect(request?.target).toMatchObject({ asset: { hostname: 'web-01' }, systemUser: { name: 'root' } })
  expect(request?.terminal.pty).toEqual({ term: 'xterm', modes: {} })
})

test('a luna that tells no size has the one it measured before, else 80 to 24', async () => {
  const client = luna()
  const first = await client.host('a', { ...HOST, size: undefined })
  await client.untilText(first, /80x24/)
  client.emit('resize', { cols: 132, rows: 50 })
  const second = await client.host('b', { ...HOST, size: undefined })
  await client.untilText(second, /132x50/)
})

test('two tabs are two rooms: keys go to their own, a resize to both', async () => {
  const client = luna()
  const one = await client.host('one', HOST)
  const two = await client.host('two', HOST)
  await Promise.all([client.untilText(one, /hello/), client.untilText(two, /hello/)])
  client.emit('data', { data: 'only-one', room: one })
  client.emit('resize', { cols: 101, rows: 31 })
  await Promise.all([client.untilText(one, /101x31/), client.untilText(two, /101x31/)])
  await client.untilText(one, /only-one/)
  expect(client.text(two)).not.toContain('only-one')
})

test('a tab that is closed ends its session and is not answered; the others go on', async () => {
  const client = luna()
  const one = await client.host('one', HOST)
  const two = await client.host('two', HOST)
  await client.untilText(one, /hello/)
  client.emit('logout', one)
  await until(() => parrot.endings.length === 1)
  expect(parrot.endings).toEqual([{ kind: 'left' }])
  client.emit('data', { data: 'still', room: two })
  await client.untilText(two, /still/)
  expect(client.events.map(([name]) => name)).not.toContain('logout')
})

test('rooms nobody has, and payloads of no shape, are nothing', async () => {
  const client = luna()
  for (const payload of [
    null,
    undefined,
    5,
    {},
    [],
    'x',
    { data: 1, room: 2 },
    { data: 'x' },
    { data: 'x', room: 'no' },
  ])
    for (const event of ['data', 'logout', 'resize', 'host', 'token', 'key']) client.emit(event, payload)
  const room = await client.host('s', HOST)
  await client.untilText(room, /hello/)
})

test('a browser nobody knows is let in, and told in its tab', async () => {
  const client = luna({ cookie: 'sessionid=other; csrftoken=c' })
  await client.connected()
  const room = await client.host('s', HOST)
  await client.loggedOut(room)
  expect(client.text(room)).toMatch(/not logged in.*\[[\da-f]{4}-[\da-f]{2,}\]/)
  expect(parrot.requests).toEqual([])
})

test('an asset or an account that is not granted is refused in the tab', async () => {
  const client = luna()
  for (const wish of [
    { uuid: 'id-db-01', userid: 'id-root' },
    { uuid: asset.id, userid: 'id-other' },
  ]) {
    const room = await client.host(JSON.stringify(wish), wish)
    await client.loggedOut(room)
    expect(client.text(room)).toMatch(/no permission/)
  }
  expect(parrot.requests).toEqual([])
})

test('a lost page ends all its sessions', async () => {
  const client = luna()
  await client.untilText(await client.host('a', HOST), /hello/)
  await client.untilText(await client.host('b', HOST), /hello/)
  client.cut()
  await until(() => parrot.endings.length === 2)
  expect(parrot.endings).toEqual([{ kind: 'left' }, { kind: 'left' }])
})

test("what another page's luna names as its room is not its room", async () => {
  const alice = luna()
  const room = await alice.host('s', HOST)
  await alice.untilText(room, /hello/)
  const bob = luna({ cookie: 'sessionid=s-bob; csrftoken=c' })
  const own = await bob.host('s', HOST)
  bob.emit('data', { data: 'stolen', room })
  bob.emit('logout', room)
  bob.emit('data', { data: 'own', room: own })
  await bob.untilText(own, /own/)
  alice.emit('data', { data: 'mine', room })
  await alice.untilText(room, /mine/)
  expect(alice.text(room)).not.toContain('stolen')
})

test.each(['2.1.1', '1.7.4'] as const)('%s: a paste of 20 MB arrives whole', async (version) => {
  const client = luna({ version, transports: ['websocket'] })
  const room = await client.host('s', HOST)
  await client.untilText(room, /hello/)
  const bytes = 20 * 1024 * 1024
  client.emit('data', { data: 'x'.repeat(bytes), room })
  await until(() => parrot.heard === bytes)
})

test('what an asset does not read is taken up to the bound, then the tab ends with the reason', async () => {
  parrot.deaf = true
  const client = luna({ transports: ['websocket'] })
  const room = await client.host('s', HOST)
  await client.untilText(room, /hello/)
  const other = await client.host('t', { ...HOST, uuid: 'none' })
  for (let sent = 0; sent <= LARGE_FRAME; sent += 4 << 20)
    client.emit('data', { data: 'x'.repeat(4 << 20), room })
  await client.loggedOut(room)
  expect(client.text(room)).toMatch(/slower than you paste/)
  await client.loggedOut(other)
})

test('a browser that does not read stops the program behind it, and gets all of it later', async () => {
  const total = 24 << 20
  let [written, waiting, turns] = [0, false, 0]
  await again(async ({ output }) => {
    const block = Buffer.alloc(64 * 1024, 'y')
    for (; written < total; written += block.length) {
      if (output.write(block)) continue
      ;[waiting, turns] = [true, 0]
      await once(output, 'drain')
      waiting = false
    }
  })
  const address = `${origin.replace('http', 'ws')}/socket.io/?EIO=3&transport=websocket`
  const browser = new WebSocket(address, { origin, headers: { cookie } })
  const wish = `42/ssh,["host",${JSON.stringify(HOST)}]`
  let received = 0
  browser.on('message', (data: Buffer) => {
    received += data.length
    if (data.toString() === '40/ssh,') browser.send(wish)
  })
  await once(browser, 'open')
  browser.send('40/ssh')
  await until(() => received > 1 << 20)
  browser.pause()
  await until(() => written === total || (waiting && ++turns > 500))
  expect(written).toBeLessThan(total)
  browser.resume()
  await until(() => received > total)
  browser.terminate()
})

test('a link lets nobody in but into its own room, and once', async () => {
  links['a-token'] = { user: aPrincipal('carol').user, assetId: asset.id, systemUserId: 'id-root' }
  const client = luna({ cookie: undefined })
  client.emit('token', { token: 'a-token', secret: 's', size: [90, 25] })
  const room = await client.room('s')
  await client.untilText(room, /hello carol 90x25/)
  const more = await client.host('more', HOST)
  await client.loggedOut(more)
  expect(client.text(more)).toMatch(/not logged in/)
  client.emit('token', { token: 'a-token', secret: 't', size: [90, 25] })
  const again = await client.room('t')
  await client.loggedOut(again)
  expect(client.text(again)).toMatch(/link is no longer valid/)
})
