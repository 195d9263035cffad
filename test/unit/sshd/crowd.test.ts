import { expect, test } from 'vitest'
import { junkCrowd, openFiles, stuckCrowd } from '../../fixtures/crowd.ts'
import { runSsh } from '../../fixtures/ssh-client.ts'
import { until } from '../../fixtures/until.ts'
import { openDoor } from './door.ts'

test('stuck handshakes from many addresses shut nobody out, and no more than the limit are kept', async () => {
  await using door = await openDoor()
  const stuck = await stuckCrowd(door.port, { count: 260, addresses: 13 })
  await until(() => door.sshd.connections.unauthenticated === 200)
  const run = await runSsh({ port: door.port, user: 'alice', password: 'right' })
  expect(run.stdout.toString()).toContain('hello Alice')
  for (const socket of stuck) socket.destroy()
  await until(() => door.sshd.connections.all === 0)
})

test('junk of every kind leaves nothing behind, and people still get in', async () => {
  await using door = await openDoor()
  await junkCrowd(door.port, 50) // what is opened once stays open
  await until(() => door.sshd.connections.all === 0)
  const before = openFiles()
  await junkCrowd(door.port, 400)
  await until(() => door.sshd.connections.all === 0)
  expect(openFiles()).toBeLessThanOrEqual(before)
  const run = await runSsh({ port: door.port, user: 'alice', password: 'right' })
  expect(run.stdout.toString()).toContain('hello Alice')
})
