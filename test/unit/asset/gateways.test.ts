import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import type { AssetConnection } from '../../../src/asset/connection.ts'
import { Secret } from '../../../src/base/secret.ts'
import { sayFault } from '../../../src/i18n/i18n.ts'
import { makeConnector } from '../../fixtures/asset-connector.ts'
import { failureOf } from '../../fixtures/failure-of.ts'
import { gatewayAt } from '../../fixtures/gateways.ts'
import { startSshd } from '../../fixtures/sshd.ts'
import { isRoot } from '../../fixtures/system-account.ts'

const DOMAIN = { domain: 'd0000000-0000-4000-8000-000000000001' }

/** A port that takes connections and says nothing: a machine that hangs. */
async function muteServer(): Promise<{ port: number; closed: () => Promise<unknown> }> {
  const sockets: Socket[] = []
  const server = createServer((socket) => sockets.push(socket.on('error', () => undefined)))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    port: address.port,
    closed: () =>
      Promise.all(
        sockets.filter(({ destroyed }) => !destroyed).map((socket) => once(socket.resume(), 'close')),
      ),
  }
}

async function outputOf(connection: AssetConnection, command: string): Promise<string> {
  const channel = await connection.exec(command, undefined)
  channel.errors.resume()
  return await text(channel.output)
}

test('an asset behind a gateway is reached through it, exactly and in bulk, and both connections end', async () => {
  await using asset = await startSshd()
  await using outer = await startSshd()
  await using connector = await makeConnector()
  const { port, user, privateKey } = asset.asset
  const login = { port, user, privateKey: privateKey.text, asset: DOMAIN }
  const connection = await connector.connect(login, { gateways: [gatewayAt('gw-1', outer)] })
  expect(await outputOf(connection, 'echo $SSH_CONNECTION')).toContain(` 127.0.0.1 ${port}`)
  expect(await outputOf(connection, 'head -c 8000000 /dev/zero | wc -c; seq 400000 | tail -1')).toBe(
    '8000000\n400000\n',
  )
  expect((await outputOf(connection, 'seq 400000')).length).toBe(2_688_895)
  expect(connector.progress).toContainEqual({
    kind: 'connected',
    address: `127.0.0.1:${port}`,
    through: ['gw-1'],
  })
  await connection[Symbol.asyncDispose]()
  await outer.untilLog(/Disconnected from user|Connection closed by|session closed/)
})

test.runIf(isRoot)('a gateway may be logged in to by password, and does not get another one', async () => {
  await using asset = await startSshd()
  await using outer = await startSshd({ config: ['AuthenticationMethods password'] })
  await using connector = await makeConnector()
  const { port, user, privateKey } = asset.asset
  const login = { port, user, privateKey: privateKey.text, asset: DOMAIN }
  const password = new Secret(outer.asset.password ?? '')
  const gateway = gatewayAt('gw-1', outer, { password, privateKey: undefined })
  await using _connection = await connector.connect(login, { gateways: [gateway] })
  const wrong = { ...gateway, password: new Secret('not it') }
  const failure = await failureOf(connector.connect(login, { gateways: [wrong] }))
  expect(failure.code).toBe('ASSET_GATEWAYS')
  expect(sayFault('en', failure)).toContain(`gw-1: it refused “${outer.asset.user}”`)
  expect(outer.log.match(/Failed password/g)).toHaveLength(1)
})

test('several hops lead on, each with its own pinned key', async () => {
  await using asset = await startSshd()
  await using outer = await startSshd()
  await using inner = await startSshd()
  await using connector = await makeConnector()
  const { port, user, privateKey } = asset.asset
  const login = { port, user, privateKey: privateKey.text, asset: DOMAIN }
  const gateways = [gatewayAt('inner', inner), gatewayAt('outer', outer)]
  const gatewayOptions = ({ name }: { name: string }) => (name === 'inner' ? { through: 'outer' } : {})
  await using connection = await connector.connect(login, { gateways, gatewayOptions })
  expect(await outputOf(connection, 'echo here')).toBe('here\n')
  expect(connector.progress).toContainEqual(expect.objectContaining({ through: ['outer', 'inner'] }))
  const { hostKeys } = connector
  const zone = DOMAIN.domain
  expect(hostKeys.knownTypes({ host: '127.0.0.1', port: outer.asset.port })).toEqual(['ssh-ed25519'])
  expect(hostKeys.knownTypes({ host: '127.0.0.1', port: inner.asset.port, zone })).toEqual(['ssh-ed25519'])
  expect(hostKeys.knownTypes({ host: '127.0.0.1', port, zone })).toEqual(['ssh-ed25519'])
  expect(hostKeys.knownTypes({ host: '127.0.0.1', port })).toEqual([])
})

test('a changed key of a gateway is refused before any secret leaves', async () => {
  await using connector = await makeConnector()
  await using asset = await startSshd()
  const first = await startSshd()
  const { port, user, privateKey } = asset.asset
  const login = { port, user, privateKey: privateKey.text, asset: DOMAIN }
  {
    await using known = first
    await using _connection = await connector.connect(login, { gateways: [gatewayAt('gw-1', known)] })
  }
  await using other = await startSshd({ port: first.asset.port })
  const failure = await failureOf(connector.connect(login, { gateways: [gatewayAt('gw-1', other)] }))
  expect(failure.parts[0]?.fault).toMatchObject({
    code: 'ASSET_HOST_KEY_CHANGED',
    facts: { known: first.asset.hostKey, found: other.asset.hostKey },
  })
  await other.untilLog(/Connection closed by|Connection reset by|Received disconnect|error in/)
  expect(other.log).not.toMatch(/userauth|Failed|Accepted|Postponed|authenticating user/i)
})

test('a dead gateway costs a moment once: the next is tried beside it, and the good one first from then on', async () => {
  await using asset = await startSshd()
  await using good = await startSshd()
  await using connector = await makeConnector()
  const mute = await muteServer()
  const { port, user, privateKey } = asset.asset
  const login = { port, user, privateKey: privateKey.text, asset: DOMAIN }
  const gateways = [gatewayAt('dead', good, { port: mute.port, id: 'dead' }), gatewayAt('good', good)]
  await using _first = await connector.connect(login, { gateways })
  expect(connector.progress.filter(({ kind }) => kind === 'gateway')).toEqual([
    { kind: 'gateway', name: 'dead' },
    { kind: 'gateway', name: 'good' },
  ])
  await mute.closed()
  await using _second = await connector.connect(login, { gateways })
  expect(connector.progress.filter(({ kind }) => kind === 'gateway').slice(2)).toEqual([
    { kind: 'gateway', name: 'good' },
  ])
})

test('when no gateway leads there, each is told with its cause', async () => {
  await using closed = await startSshd({ config: ['AllowTcpForwarding no'] })
  await using open = await startSshd()
  await using connector = await makeConnector()
  const nobody = createServer()
  await once(nobody.listen(0, '127.0.0.1'), 'listening')
  const address = nobody.address()
  const port = typeof address === 'object' && address ? address.port : 0
  nobody.close()
  await once(nobody, 'close')
  const gateways = [
    gatewayAt('gw-gone', open, { port, id: 'gone' }),
    gatewayAt('gw-closed', closed),
    gatewayAt('gw-open', open),
  ]
  const login = { port, user: 'root', password: 'secret', asset: DOMAIN }
  const failure = await failureOf(connector.connect(login, { gateways }))
  expect(failure.code).toBe('ASSET_GATEWAYS')
  expect(sayFault('en', failure)).toContain(
    `Could not reach web-1 (127.0.0.1:${port}) through any gateway. ` +
      `gw-gone: 127.0.0.1:${port} refused the connection; gw-closed: it does not forward to 127.0.0.1:${port}; ` +
      `gw-open: 127.0.0.1:${port} refused the connection.`,
  )
  expect(sayFault('zh', failure)).toContain('gw-closed: 不允许转发')
})

test('a domain without gateways is never gone around, nor is a circle of them or a metadata address', async () => {
  await using sshd = await startSshd()
  await using connector = await makeConnector()
  const { port, user, privateKey } = sshd.asset
  const login = { port, user, privateKey: privateKey.text, asset: DOMAIN }
  expect((await failureOf(connector.connect(login))).code).toBe('ASSET_GATEWAY')
  const gateways = [gatewayAt('a', sshd), gatewayAt('b', sshd)]
  const gatewayOptions = ({ name }: { name: string }) => ({ through: name === 'a' ? 'b' : 'a' })
  expect((await failureOf(connector.connect(login, { gateways, gatewayOptions }))).code).toBe('ASSET_GATEWAY')
  const nowhere = () => ({ through: 'nowhere' })
  expect(
    (await failureOf(connector.connect(login, { gateways, gatewayOptions: nowhere }))).message,
  ).toContain('leads through nowhere')
  const metadata = { ...login, asset: { ...DOMAIN, ip: '169.254.169.254' } }
  expect((await failureOf(connector.connect(metadata, { gateways }))).code).toBe('ASSET_ADDRESS_REFUSED')
  expect(sshd.log).not.toContain('Accepted')
})

test('a gateway that dies takes its session along, at once', async () => {
  await using asset = await startSshd()
  const outer = await startSshd()
  await using connector = await makeConnector()
  const { port, user, privateKey } = asset.asset
  const login = { port, user, privateKey: privateKey.text, asset: DOMAIN }
  await using connection = await connector.connect(login, { gateways: [gatewayAt('gw-1', outer)] })
  const channel = await connection.exec('echo started; sleep 600', undefined)
  channel.output.once('data', () => void outer[Symbol.asyncDispose]())
  channel.output.resume()
  channel.errors.resume()
  expect(await channel.closed).toEqual({ kind: 'none' })
  await connection.closed
})
