import { once } from 'node:events'
import { expect, test } from 'vitest'
import { Client, type SshClient } from '../../../src/ssh2/library.ts'
import { runSsh } from '../../fixtures/ssh-client.ts'
import { openDoor } from './door.ts'

async function ssh2Client(port: number): Promise<SshClient> {
  const client = new Client()
  client.on('error', () => {})
  client.connect({ host: '127.0.0.1', port, username: 'alice#web-9', password: 'right' })
  await once(client, 'ready')
  return client
}

test.each([
  ['-W', { args: ['-W', '127.0.0.1:22'] }, /administratively prohibited|forwarding failed/],
  ['-R', { args: ['-R', '0:127.0.0.1:22', '-N'] }, /remote port forwarding failed/],
  ['a subsystem', { args: ['-s'], command: 'sftp' }, /subsystem request failed/],
])('%s is refused', async (_what, asked, said) => {
  await using door = await openDoor()
  const options = { LogLevel: 'INFO', ExitOnForwardFailure: 'yes' }
  const run = await runSsh({ port: door.port, user: 'alice#web', password: 'right', ...asked, options })
  expect(run.stderr.toString()).toMatch(said)
  expect(run.code).not.toBe(0)
})

test('forwarding of agents and X11 is refused and the session goes on without', async () => {
  await using door = await openDoor()
  const client = await ssh2Client(door.port)
  const refused = new Promise((resolve) => {
    client.exec('x', { x11: true }, (error) => resolve(error?.message))
  })
  expect(await refused).toMatch(/X11/)
  client.end()
  const run = await runSsh({ port: door.port, user: 'alice', password: 'right', args: ['-A'] })
  expect(run.stdout.toString()).toContain('hello Alice')
})
