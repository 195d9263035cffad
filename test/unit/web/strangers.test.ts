import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { Scope } from '../../../src/base/scope.ts'
import { SMALL_FRAME } from '../../../src/web/frame-limit.ts'
import { LunaClient } from '../../fixtures/luna-client.ts'
import { Parrot } from '../../fixtures/parrot.ts'
import { aTarget } from '../../fixtures/people.ts'
import { coreOf, startWebDoor } from '../../fixtures/web-door.ts'

const { asset } = aTarget('web-01')
const ALICE = 'sessionid=s-alice; csrftoken=c'
let scope = new Scope()
let parrot = new Parrot()
let port = 0
beforeEach(async () => {
  parrot = new Parrot()
  const options = { isTrusted: (address: string) => address === '127.0.0.1', mostSocketsPerUser: 2 }
  port = await startWebDoor(scope, { core: coreOf([asset], {}), sessions: parrot, options })
})
afterEach(async () => {
  await scope.close()
  scope = new Scope()
})

const HANDSHAKE = '/socket.io/?EIO=3&transport=polling'
const handshake = async (headers: Record<string, string>): Promise<number> =>
  (await fetch(`http://127.0.0.1:${port}${HANDSHAKE}`, { headers })).status

/** HTTP status of a refused websocket, or `open`. */
async function websocket(headers: Record<string, string>): Promise<number | 'open'> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`, { headers })
  return await new Promise((resolve) => {
    socket.on('error', () => undefined)
    socket.on('unexpected-response', (_request, { statusCode }) => resolve(statusCode ?? 0))
    socket.on('open', () => {
      socket.terminate()
      resolve('open')
    })
  })
}

describe('another page in the browser of a user (S24)', () => {
  test.each([
    ['another host', { Origin: 'https://evil.example' }],
    ['a host that begins like ours', { Origin: 'http://127.0.0.1.evil.example' }],
    ['a page without origin', { Origin: 'null' }],
    ['a request the browser itself calls cross-site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['a host our proxy does not have', { Origin: 'http://127.0.0.1', 'X-Forwarded-Host': 'jump.example' }],
  ])('%s opens no socket', async (_what, headers) => {
    expect(await handshake({ Cookie: ALICE, ...headers })).toBe(400)
    expect(await websocket({ Cookie: ALICE, ...headers })).toBe(400)
  })

  test.each([
    ['our own page', { Origin: 'http://127.0.0.1' }],
    ['our own page at another port, which the documented nginx drops', { Origin: 'http://127.0.0.1:8443' }],
    [
      'our own page behind a trusted proxy',
      { Origin: 'https://jump.example', 'X-Forwarded-Host': 'jump.example' },
    ],
  ])('%s does', async (_what, headers) => {
    expect(await handshake({ Cookie: ALICE, ...headers })).toBe(200)
    expect(await websocket({ Cookie: ALICE, ...headers })).toBe('open')
  })

  test("luna's polling without origin is heard; a websocket that brings cookies without one is not", async () => {
    expect(await handshake({ Cookie: ALICE })).toBe(200)
    expect(await websocket({ Cookie: ALICE })).toBe(400)
    expect(await websocket({})).toBe('open')
  })
})

test.each([
  ['the last one that is no proxy of ours', '198.51.100.1, 203.0.113.9, 127.0.0.1', '203.0.113.9'],
  ['nothing that is no address', 'javascript:alert(1)', '127.0.0.1'],
])('of forwarded addresses %s counts (S8)', async (_what, forwarded, address) => {
  const client = scope.own(
    new LunaClient(`http://127.0.0.1:${port}`, { cookie: ALICE, headers: { 'X-Forwarded-For': forwarded } }),
  )
  const room = await client.host('s', { uuid: asset.id, userid: 'id-root' })
  await client.untilText(room, /hello/)
  expect(parrot.requests[0]?.principal.remoteAddr).toBe(address)
})

describe('what may be sent (S26)', () => {
  const closeOf = async (cookie: string | undefined, bytes: number): Promise<number> => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`, {
      headers: { Origin: `http://127.0.0.1:${port}`, ...(cookie !== undefined && { Cookie: cookie }) },
    })
    await once(socket, 'open')
    // Known people's is no packet either, and ends the connection as such.
    socket.send('x'.repeat(bytes))
    return await new Promise((resolve) => socket.on('close', resolve))
  }

  test('a large frame of somebody unknown closes the connection before it is read; a known one is read', async () => {
    expect(await closeOf(undefined, SMALL_FRAME + 1)).toBe(1009)
    expect(await closeOf(undefined, SMALL_FRAME - 1)).not.toBe(1009)
    expect(await closeOf(ALICE, SMALL_FRAME + 1)).not.toBe(1009)
  })

  test('a large POST of somebody unknown is not read', async () => {
    const url = `http://127.0.0.1:${port}${HANDSHAKE}`
    const sid = /"sid":"([^"]+)"/.exec(await (await fetch(url)).text())?.[1] ?? ''
    const { status } = await fetch(`${url}&sid=${sid}`, { method: 'POST', body: 'x'.repeat(SMALL_FRAME + 1) })
    expect(status).toBe(400)
  })

  test('a flood of events ends its connection', async () => {
    const client = scope.own(
      new LunaClient(`http://127.0.0.1:${port}`, { cookie: ALICE, transports: ['websocket'] }),
    )
    await client.connected()
    for (let index = 0; index < 5_000; index++) client.emit('resize', { cols: 80, rows: 24 })
    await client.until(() => client.events.some(([name]) => name === 'disconnect'))
  })

  test('somebody unknown who asks and never fetches the answers is cut', async () => {
    const url = `http://127.0.0.1:${port}/socket.io/?EIO=4&transport=polling`
    const sid = /"sid":"([^"]+)"/.exec(await (await fetch(url)).text())?.[1] ?? ''
    const post = async (packets: string[]): Promise<number> =>
      (await fetch(`${url}&sid=${sid}`, { method: 'POST', body: packets.join('\x1e') })).status
    expect(await post(['40/ssh,'])).toBe(200)
    const host = '42/ssh,["host",{"uuid":"a","userid":"b","secret":"s"}]'
    await post(Array.from({ length: 400 }, () => host))
    expect(await post([host])).toBe(400)
  })

  test('one page has 128 tabs of luna, the next is refused in its tab, and closing one makes room', async () => {
    const client = scope.own(
      new LunaClient(`http://127.0.0.1:${port}`, { cookie: ALICE, transports: ['websocket'] }),
    )
    await client.connected()
    const ids = { uuid: asset.id, userid: 'id-root' }
    const rooms = await Promise.all(Array.from({ length: 129 }, (_, at) => client.host(`${at}`, ids)))
    expect(await client.untilText(rooms[128] ?? '', /open/)).toMatch(/128 tabs/)
    await client.loggedOut(rooms[128] ?? '')
    await client.untilText(rooms[127] ?? '', /hello/)
    client.emit('logout', rooms[0])
    await client.untilText(await client.host('again', ids), /hello/)
  })

  test('a user who has too many pages open is told so in the next one', async () => {
    const clients = [1, 2, 3].map(() =>
      scope.own(new LunaClient(`http://127.0.0.1:${port}`, { cookie: ALICE })),
    )
    for (const client of clients.slice(0, 2)) await client.connected()
    const last = clients[2]
    const room = (await last?.host('s', { uuid: asset.id, userid: 'id-root' })) ?? ''
    const texts = await Promise.all(
      clients.slice(0, 2).map((client, at) => client.host(`${at}`, { uuid: asset.id, userid: 'id-root' })),
    )
    const all = await Promise.all([
      ...texts.map((id, at) => clients[at]?.untilText(id, /hello|Too many/)),
      last?.untilText(room, /hello|Too many/),
    ])
    expect(all.filter((text) => text?.includes('Too many'))).toHaveLength(1)
  })
})

test('nothing of our page answers somebody unknown, and nothing changes without its token (S23)', async () => {
  const at = `http://127.0.0.1:${port}/coco/api`
  for (const path of ['assets', 'nodes', 'session']) expect((await fetch(`${at}/${path}`)).status).toBe(401)
  const headers = { Cookie: ALICE }
  expect(await (await fetch(`${at}/assets`, { headers })).json()).toMatchObject({
    total: 1,
    assets: [{ name: 'web-01' }],
  })
  const page = await fetch(`http://127.0.0.1:${port}/coco/`, { headers })
  expect(page.headers.get('content-security-policy')).toMatch(/script-src 'self';.*frame-ancestors 'none'/)
  expect(page.headers.get('content-security-policy')).not.toMatch(/script-src[^;]*unsafe/)
  expect(await page.text()).not.toMatch(/<script>|onclick/)
})
