import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTcpServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import { type CoreRequest, CoreTransport } from '../../../src/core/transport.ts'
import { startCoreDouble } from '../../fixtures/core-double.ts'
import { PAIRS_KEY } from '../../fixtures/core-fixtures.ts'
import { ObservedClock } from './observed-clock.ts'
import { containing, secretKey } from './parts.ts'

const key = secretKey(PAIRS_KEY)
const config: CoreRequest = {
  step: 'read settings',
  method: 'GET',
  path: '/api/terminal/v1/terminal/config/',
  auth: { kind: 'key', key },
}

async function serving(listener: RequestListener) {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    address: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

test('a 307 of core is followed with method, body and a fresh signature', async () => {
  const clock = new ObservedClock(Date.UTC(2026, 0, 1))
  const asked: Array<{ url: string; date: string; authorization: string; body: string }> = []
  await using core = await serving((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      const { date = '', authorization = '' } = request.headers
      asked.push({ url: request.url ?? '', date, authorization, body })
      clock.advance(5_000)
      const isOld = request.url === '/old/?a=1'
      response.writeHead(isOld ? 307 : 200, { Location: '/new/?a=1', 'Content-Type': 'application/json' })
      response.end(isOld ? '' : '{}')
    })
  })
  using transport = new CoreTransport({ address: core.address, clock })
  const answer = await transport.send({
    ...config,
    method: 'POST',
    path: '/old/',
    query: { a: 1 },
    body: { b: 2 },
  })
  expect(answer.status).toBe(200)
  expect(asked.map(({ url, body }) => [url, body])).toEqual([
    ['/old/?a=1', '{"b":2}'],
    ['/new/?a=1', '{"b":2}'],
  ])
  expect(asked[1]?.date).not.toBe(asked[0]?.date)
  expect(asked[1]?.authorization).not.toBe(asked[0]?.authorization)
})

test.each([
  [301, '/api/terminal/v1/terminal/config/'],
  [302, '/login/'],
  [307, 'http://127.0.0.1:1/api/'],
  [308, 'https://core.example.com/api/'],
  [307, ''],
])('a redirect %i to "%s" is refused by name', async (status, location) => {
  let count = 0
  await using core = await serving((_request, response) => {
    count += 1
    response.writeHead(status, { Location: location }).end()
  })
  using transport = new CoreTransport({ address: core.address, clock: systemClock })
  await expect(transport.send(config)).rejects.toMatchObject({
    kind: 'unavailable',
    message: containing('redirects'),
  })
  expect(count).toBe(1)
})

test('a redirect that goes round ends', async () => {
  await using core = await serving((request, response) =>
    response.writeHead(307, { Location: request.url }).end(),
  )
  using transport = new CoreTransport({ address: core.address, clock: systemClock })
  await expect(transport.send(config)).rejects.toMatchObject({
    message: containing('more than 3'),
  })
})

test('an answer that hangs ends after 15 s, one that stalls in a long list after 15 s without a byte', async () => {
  const clock = new ObservedClock()
  await using core = await startCoreDouble({ now: () => clock.now() })
  using transport = new CoreTransport({ address: core.url, clock })
  core.fail('hang')
  for (const [count, long] of [false, true].entries()) {
    const outcome = expect(transport.send({ ...config, long })).rejects.toMatchObject({
      kind: 'unavailable',
      message: containing('15 s'),
    })
    await core.until(({ journal }) => journal.entries.length === count + 1)
    clock.advance(14_999)
    clock.advance(1)
    await outcome
  }
  expect(clock.pending).toBe(0)
})

test('a long list that keeps coming has no total limit', async () => {
  const clock = new ObservedClock()
  await using core = await serving((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' })
    let count = 0
    const more = (): void => {
      if (count === 4) return void response.end('1]')
      count += 1
      // The client has read so far when its limit begins anew; only then does time pass.
      void clock.nextTimer().then(() => {
        clock.advance(10_000)
        more()
      })
      response.write(count === 1 ? '[1,' : '1,')
    }
    more()
  })
  using transport = new CoreTransport({ address: core.address, clock })
  const answer = await transport.send({ ...config, long: true })
  expect(answer.body).toEqual([1, 1, 1, 1, 1])
  expect(clock.monotonic()).toBeGreaterThan(15_000)
})

test('a server that does not finish the connection is left after 5 s', async () => {
  const clock = new ObservedClock()
  const sockets: Socket[] = []
  // TLS is never answered.
  const server = createTcpServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  const connected = once(server, 'connection')
  using transport = new CoreTransport({ address: `https://127.0.0.1:${port}`, clock })
  const outcome = expect(transport.send(config)).rejects.toMatchObject({
    message: containing('not connected within 5 s'),
  })
  await connected
  clock.advance(5_000)
  await outcome
  for (const socket of sockets) socket.destroy()
  server.close()
})

test('an answer over the limit is not read to its end', async () => {
  await using core = await serving((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' })
    const fill = (): void => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
    }
    response.on('drain', fill)
    fill()
  })
  using transport = new CoreTransport({ address: core.address, clock: systemClock })
  await expect(transport.send(config)).rejects.toMatchObject({
    message: containing('longer than 10 MB'),
  })
})

test("the caller's signal ends a call at once, also one that waits to try again", async () => {
  const clock = new ObservedClock()
  await using core = await startCoreDouble({ now: () => clock.now() })
  using transport = new CoreTransport({ address: core.url, clock })
  for (const kind of ['hang', '500'] as const) {
    using _outage = core.fail(kind)
    const stop = new AbortController()
    const before = core.journal.entries.length
    const outcome = expect(transport.send({ ...config, retries: 5 }, stop.signal)).rejects.toMatchObject({
      kind: 'unavailable',
    })
    await core.until(({ journal }) => journal.entries.length > before)
    if (kind === '500') await clock.untilTimer(100, 200)
    stop.abort()
    await outcome
  }
  await expect(transport.send(config, AbortSignal.abort())).rejects.toMatchObject({ kind: 'unavailable' })
})

test.each([
  [200, 'text/html', '<html>login</html>', 'unavailable'],
  [404, 'text/html', '<html>not found</html>', undefined],
  [413, 'text/html', '<html>too large</html>', undefined],
  [200, 'application/json', '{"cut":', 'unavailable'],
  [502, 'text/html', '<html>bad gateway</html>', 'unavailable'],
  [429, 'application/json', '{}', 'unavailable'],
])('%i as %s is %s', async (status, contentType, text, kind) => {
  await using core = await serving((_request, response) =>
    response.writeHead(status, { 'Content-Type': contentType }).end(text),
  )
  using transport = new CoreTransport({ address: core.address, clock: systemClock })
  const outcome = transport.send(config)
  if (kind) await expect(outcome).rejects.toMatchObject({ kind, status })
  else expect((await outcome).status).toBe(status)
})

test("the clocks are compared by core's Date", async () => {
  const clock = new ObservedClock(Date.UTC(2026, 0, 1))
  await using core = await startCoreDouble({ now: () => clock.now() + 1_000_000 })
  core.state.addTerminal('b', PAIRS_KEY)
  using transport = new CoreTransport({ address: core.url, clock })
  expect((await transport.send(config)).status).toBe(403)
  expect(Math.abs((transport.clockSkew ?? 0) - 1_000_000)).toBeLessThanOrEqual(500)
})
