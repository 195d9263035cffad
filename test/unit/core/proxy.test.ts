import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { expect, test } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import { readCaFile } from '../../../src/core/ca-file.ts'
import { proxyFor } from '../../../src/core/proxy.ts'
import { type CoreRequest, CoreTransport } from '../../../src/core/transport.ts'
import { makeAuthority } from '../../fixtures/certificates.ts'
import { startCoreDouble } from '../../fixtures/core-double.ts'
import { PAIRS_KEY } from '../../fixtures/core-fixtures.ts'
import { containing, matching, secretKey } from './parts.ts'

const config: CoreRequest = {
  step: 'read settings',
  method: 'GET',
  path: '/api/terminal/v1/terminal/config/',
  auth: { kind: 'key', key: secretKey(PAIRS_KEY) },
}

const PROXY = 'http://proxy:3128/'

test.each([
  ['http://core', { HTTP_PROXY: PROXY }, PROXY],
  ['https://core', { HTTPS_PROXY: PROXY, HTTP_PROXY: 'http://other:1' }, PROXY],
  ['https://core', { HTTP_PROXY: PROXY }, undefined],
  ['https://core', { ALL_PROXY: PROXY }, PROXY],
  ['http://core', { http_proxy: PROXY, HTTP_PROXY: 'http://other:1' }, PROXY],
  ['http://core', { http_proxy: 'proxy:3128' }, PROXY],
  ['http://core', { http_proxy: '' }, undefined],
  ['http://core', {}, undefined],
  ['http://127.0.0.1:8080', { HTTP_PROXY: PROXY }, undefined],
  ['http://[::1]:8080', { HTTP_PROXY: PROXY }, undefined],
  ['http://localhost', { HTTP_PROXY: PROXY }, undefined],
  ['http://core', { HTTP_PROXY: PROXY, NO_PROXY: 'core' }, undefined],
  ['http://jms.corp.example', { HTTP_PROXY: PROXY, NO_PROXY: 'a, .corp.example' }, undefined],
  ['http://jms.corp.example', { HTTP_PROXY: PROXY, no_proxy: 'a *.corp.example' }, undefined],
  ['http://jms.corp.example', { HTTP_PROXY: PROXY, NO_PROXY: 'CORP.example' }, undefined],
  ['http://jmscorp.example', { HTTP_PROXY: PROXY, NO_PROXY: 'corp.example' }, PROXY],
  ['http://core:8080', { HTTP_PROXY: PROXY, NO_PROXY: 'core:8080' }, undefined],
  ['http://core', { HTTP_PROXY: PROXY, NO_PROXY: 'core:8080' }, PROXY],
  ['https://core', { HTTPS_PROXY: PROXY, NO_PROXY: 'core:443' }, undefined],
  ['http://10.1.2.3', { HTTP_PROXY: PROXY, NO_PROXY: '10.0.0.0/8' }, undefined],
  ['http://11.1.2.3', { HTTP_PROXY: PROXY, NO_PROXY: '10.0.0.0/8,1.2.3' }, PROXY],
  ['http://[fd00::5]', { HTTP_PROXY: PROXY, NO_PROXY: 'fd00::/8' }, undefined],
  ['http://[fd00::5]', { HTTP_PROXY: PROXY, NO_PROXY: '[fd00::5]' }, undefined],
  ['http://[fd00::5]', { HTTP_PROXY: PROXY, NO_PROXY: 'fd00::5' }, undefined],
  ['http://core', { HTTP_PROXY: PROXY, NO_PROXY: '*' }, undefined],
])('%s with %o goes by %s', (address, environment, proxy) => {
  expect(proxyFor(address, environment)?.href).toBe(proxy)
})

test.each(['socks5://user:pw-canary@proxy', 'http://'])('a proxy %s is refused by its variable', (value) => {
  expect(() => proxyFor('http://core', { HTTP_PROXY: value })).toThrow(
    expect.objectContaining({ code: 'CORE_PROXY', message: matching(/HTTP_PROXY(?!.*pw-canary)/) }),
  )
})

/** A forward proxy that tunnels (CONNECT), or passes plain requests on, and notes what it saw. */
async function startProxy() {
  const seen: string[] = []
  const credentials: Array<string | undefined> = []
  const tunnels: Duplex[] = []
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`)
    credentials.push(request.headers['proxy-authorization'])
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}')
  })
  server.on('connect', (request, client, head: Buffer) => {
    seen.push(`CONNECT ${request.url}`)
    credentials.push(request.headers['proxy-authorization'])
    client.on('close', () => core.destroy())
    tunnels.push(client)
    const core = connect(Number(request.url?.split(':')[1]), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      core.write(head)
      core.pipe(client).pipe(core)
    })
    for (const each of [core, client]) each.on('error', () => undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  return {
    seen,
    credentials,
    url: new URL(`http://someone:p%40ss@127.0.0.1:${port}`),
    [Symbol.asyncDispose]: async () => {
      for (const each of tunnels) each.destroy()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const CREDENTIALS = `Basic ${Buffer.from('someone:p@ss').toString('base64')}`

test('plain HTTP to core goes through the proxy, with its credentials', async () => {
  await using proxy = await startProxy()
  using transport = new CoreTransport({
    address: 'http://core.example.com',
    clock: systemClock,
    proxy: proxy.url,
  })
  expect((await transport.send(config)).status).toBe(200)
  expect(proxy.seen).toEqual([`GET http://core.example.com${config.path}`])
  expect(proxy.credentials).toEqual([CREDENTIALS])
})

test('https to core goes through a tunnel of the proxy, and its certificate is checked at the end', async () => {
  await using authority = await makeAuthority()
  await using core = await startCoreDouble({ tls: await authority.issue('IP:127.0.0.1') })
  core.state.addTerminal('b', PAIRS_KEY)
  await using proxy = await startProxy()
  const common = { address: core.url, clock: systemClock, proxy: proxy.url }
  using trusting = new CoreTransport({ ...common, ca: await readCaFile(authority.file) })
  expect((await trusting.send(config)).status).toBe(200)
  expect(proxy.seen).toEqual([`CONNECT ${new URL(core.url).host}`])
  expect(proxy.credentials).toEqual([CREDENTIALS])
  expect(core.journal.entries[0]?.headers['proxy-authorization']).toBeUndefined()
  using doubting = new CoreTransport(common)
  await expect(doubting.send(config)).rejects.toMatchObject({ message: containing('CORE_CA_FILE') })
})

test('a proxy that is away is named', async () => {
  const proxy = new URL('http://127.0.0.1:1')
  using transport = new CoreTransport({ address: 'http://core.example.com', clock: systemClock, proxy })
  await expect(transport.send(config)).rejects.toMatchObject({
    kind: 'unavailable',
    message: containing('through the proxy 127.0.0.1:1'),
  })
})
