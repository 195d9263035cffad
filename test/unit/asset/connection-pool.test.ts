import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import type { AssetConnection } from '../../../src/asset/connection.ts'
import { makeConnector } from '../../fixtures/asset-connector.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { startSshd } from '../../fixtures/sshd.ts'

const REUSE = { reuse: true, reuse_minutes: 10, reuse_idle_seconds: 60 }

async function outputOf(connection: AssetConnection, command: string): Promise<string> {
  const channel = await connection.exec(command, undefined)
  channel.errors.resume()
  return await text(channel.output)
}

/** An asset, the login there, and how often somebody logged in. */
async function world(config: readonly string[] = []) {
  const sshd = await startSshd({ config })
  const connector = await makeConnector()
  const { port, user, privateKey, encryptedKey } = sshd.asset
  return {
    connector,
    login: { port, user, privateKey: privateKey.text },
    encrypted: { port, user, privateKey: encryptedKey.text, password: encryptedKey.passphrase },
    accepted: () => sshd.log.match(/Accepted publickey/g)?.length ?? 0,
    ended: () => sshd.untilLog(/Disconnected from user|Connection closed by/),
    [Symbol.asyncDispose]: async () => {
      await sshd[Symbol.asyncDispose]()
      await connector[Symbol.asyncDispose]()
    },
  }
}

test('without the option every session has a connection of its own', async () => {
  await using it = await world()
  await using one = await it.connector.connect(it.login)
  await using other = await it.connector.connect(it.login)
  expect(await outputOf(one, 'echo $SSH_CONNECTION')).not.toBe(await outputOf(other, 'echo $SSH_CONNECTION'))
  expect(it.accepted()).toBe(2)
})

test('twelve sessions on an asset that allows ten a connection need two connections, and all work', async () => {
  await using it = await world(['MaxSessions 10'])
  const sessions = []
  for (let count = 0; count < 12; count++) {
    const connection = await it.connector.connect(it.login, REUSE)
    const channel = await connection.exec('cat', undefined)
    channel.errors.resume()
    sessions.push({ connection, channel })
  }
  expect(it.accepted()).toBe(2)
  const said = sessions.map(({ channel }, at) => {
    channel.input.end(`session ${at}`)
    return text(channel.output)
  })
  expect(await Promise.all(said)).toEqual(sessions.map((_session, at) => `session ${at}`))
  for (const { connection } of sessions) await connection[Symbol.asyncDispose]()
  expect(it.connector.progress.filter(({ kind }) => kind === 'reused')).toHaveLength(11)
})

test('another person, another address and other secrets are another connection', async () => {
  await using it = await world()
  const connect = (more: { person?: string; from?: string } = {}) =>
    it.connector.connect({ ...it.login, ...more }, REUSE)
  await using _one = await connect()
  await using _same = await connect()
  expect(it.accepted()).toBe(1)
  await using _person = await connect({ person: 'u2' })
  await using _address = await connect({ from: '203.0.113.8' })
  await using _secret = await it.connector.connect(it.encrypted, REUSE)
  expect(it.accepted()).toBe(4)
})

test('a connection without a session is closed after a while; one that is used stays', async () => {
  await using it = await world()
  const clock = new ManualClock()
  const options = { ...REUSE, clock }
  const first = await it.connector.connect(it.login, options)
  clock.advance(59_000)
  expect(await outputOf(first, 'echo used')).toBe('used\n')
  clock.advance(120_000)
  expect(await outputOf(first, 'echo still')).toBe('still\n')
  await first[Symbol.asyncDispose]()
  clock.advance(59_000)
  const second = await it.connector.connect(it.login, options)
  expect(it.accepted()).toBe(1)
  await second[Symbol.asyncDispose]()
  clock.advance(60_000)
  await second.closed
  await it.ended()
})

test('a connection beyond its time takes no new session, and ends with its last one', async () => {
  await using it = await world()
  const clock = new ManualClock()
  const options = { ...REUSE, clock }
  const old = await it.connector.connect(it.login, options)
  clock.advance(10 * 60_000 + 1)
  await using _new = await it.connector.connect(it.login, options)
  expect(it.accepted()).toBe(2)
  expect(await outputOf(old, 'echo lives on')).toBe('lives on\n')
  await old[Symbol.asyncDispose]()
  await old.closed
})

test('the end of one session leaves the other on the same connection alone', async () => {
  await using it = await world()
  await using kept = await it.connector.connect(it.login, REUSE)
  const channel = await kept.exec('cat', undefined)
  const other = await it.connector.connect(it.login, REUSE)
  const dropped = await other.exec('sleep 600', undefined)
  dropped.close()
  await other[Symbol.asyncDispose]()
  channel.errors.resume()
  channel.input.end('still there')
  expect(await text(channel.output)).toBe('still there')
})

test('a connection that broke is not used again', async () => {
  await using it = await world()
  const first = await it.connector.connect(it.login, REUSE)
  const channel = await first.exec('kill -9 $PPID', undefined)
  channel.output.resume()
  channel.errors.resume()
  await first.closed
  await using second = await it.connector.connect(it.login, REUSE)
  expect(await outputOf(second, 'echo again')).toBe('again\n')
})

test('what a person types is for one connection', async () => {
  await using it = await world()
  const manual = { ...it.login, loginMode: 'manual' as const }
  await using _one = await it.connector.connect(manual, { ...REUSE, answers: [] })
  await using _other = await it.connector.connect(manual, { ...REUSE, answers: [] })
  expect(it.accepted()).toBe(2)
})
