import { expect, test } from 'vitest'
import { junkCrowd, openFiles, stuckCrowd } from '../fixtures/crowd.ts'
import { runSsh } from '../fixtures/ssh-client.ts'
import { until } from '../fixtures/until.ts'
import { openDoor } from '../unit/sshd/door.ts'

const STUCK = Number(process.env['CROWD_STUCK'] ?? 1_000)
const JUNK = Number(process.env['CROWD_JUNK'] ?? 10_000)

const megabytes = (): number => Math.round(process.memoryUsage().rss / 1e6)

test(`${STUCK} stuck handshakes from 50 addresses, then real logins`, async () => {
  await using door = await openDoor()
  const before = megabytes()
  const stuck = await stuckCrowd(door.port, { count: STUCK, addresses: 50 })
  await until(() => door.sshd.connections.unauthenticated === 200)
  // Both ends of each connection are in this process.
  console.log(`  ${STUCK} stuck handshakes: ${before} MB before, ${megabytes()} MB with them`)
  for (let at = 0; at < 5; at++) {
    const run = await runSsh({ port: door.port, user: 'alice', password: 'right' })
    expect(run.stdout.toString()).toContain('hello Alice')
  }
  for (const socket of stuck) socket.destroy()
  await until(() => door.sshd.connections.all === 0)
})

test(`${JUNK} connections of junk, then as before`, async () => {
  await using door = await openDoor()
  await junkCrowd(door.port, JUNK / 10)
  await until(() => door.sshd.connections.all === 0)
  const before = { files: openFiles(), memory: megabytes() }
  await junkCrowd(door.port, JUNK)
  await until(() => door.sshd.connections.all === 0)
  console.log(`  ${JUNK} connections of junk: ${before.memory} MB before, ${megabytes()} MB after`)
  expect(openFiles()).toBeLessThanOrEqual(before.files)
  const run = await runSsh({ port: door.port, user: 'alice', password: 'right' })
  expect(run.stdout.toString()).toContain('hello Alice')
})
