import { once } from 'node:events'
import { expect, test } from 'vitest'
import { connectionInternals } from '../../../src/ssh2/internals.ts'
import { Client } from '../../../src/ssh2/library.ts'
import { RekeyLimit } from '../../../src/sshd/rekey-limit.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { runSsh } from '../../fixtures/ssh-client.ts'
import { greet, openDoor } from './door.ts'

test('three exchanges at once, then one in ten seconds', () => {
  const clock = new ManualClock()
  const limit = new RekeyLimit(clock)
  expect([1, 2, 3, 4].map(() => limit.allows(0))).toEqual([true, true, true, false])
  const later = new RekeyLimit(clock)
  for (let i = 0; i < 100; i += 1) {
    clock.advance(10_000)
    expect(later.allows(i)).toBe(true)
  }
})

test('bulk transfers exchange keys as often as their bytes ask for', () => {
  const limit = new RekeyLimit(new ManualClock())
  for (let i = 1; i <= 100; i += 1) expect(limit.allows(i * 64 * 1024 * 1024)).toBe(true)
})

test('a client that does nothing but exchange keys is ended', async () => {
  await using door = await openDoor({
    clock: new ManualClock(),
    handlers: { ...greet, onShell: () => new Promise(() => {}) },
    stopSeconds: 0,
  })
  const client = new Client()
  client.on('error', () => {})
  const closed = once(client, 'close')
  client.connect({ host: '127.0.0.1', port: door.port, username: 'alice', password: 'right' })
  await once(client, 'ready')
  let exchanges = 0
  const rekey = (): unknown => Reflect.apply(Reflect.get(protocol, 'rekey') as () => void, protocol, [])
  const protocol: object = connectionInternals(client)._protocol
  client.on('handshake', () => {
    exchanges += 1
    rekey()
  })
  rekey()
  await closed
  expect(exchanges).toBeLessThanOrEqual(4)
  expect(door.lines.map(({ msg }) => msg)).toContain('ended: too many key exchanges')
})

test('OpenSSH with a small RekeyLimit gets through', async () => {
  await using door = await openDoor()
  const options = { RekeyLimit: '1K' }
  const run = await runSsh({ port: door.port, user: 'alice', password: 'right', options })
  expect(run.stdout.toString()).toContain('hello Alice')
})
