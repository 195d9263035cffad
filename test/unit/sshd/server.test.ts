import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { Penalties } from '../../../src/auth/penalties.ts'
import { silentLog } from '../../../src/log.ts'
import { loadHostKeys } from '../../../src/sshd/host-keys.ts'
import { startSshd } from '../../../src/sshd/server.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { runSsh } from '../../fixtures/ssh-client.ts'
import { greet, openDoor, scratch, TinyCore } from './door.ts'

test('a port that is taken is named, with what to do', async () => {
  await using door = await openDoor()
  const fault = await openDoor({ port: door.port }).catch((error: unknown) => error)
  expect(fault).toMatchObject({ code: 'SSHD_LISTEN', facts: { host: '127.0.0.1', port: door.port } })
  expect(String(fault)).toContain(`127.0.0.1:${door.port}: the port is taken`)
})

test('an address that is not ours is named', async () => {
  await expect(openDoor({ host: '192.0.2.1' })).rejects.toMatchObject({ code: 'SSHD_LISTEN' })
})

test.each(['ssh-ed25519', 'ecdsa-sha2-nistp256', 'rsa-sha2-512', 'rsa-sha2-256'])(
  'a client that knows only %s host keys gets in',
  async (algorithm) => {
    await using files = await scratch()
    const log = silentLog()
    const hostKeys = await loadHostKeys({ keysDir: files.path('keys') }, log)
    await using sshd = await startSshd({
      options: {
        host: '127.0.0.1',
        port: 0,
        auth: { passwordAuth: true, publicKeyAuth: true },
        language: 'en',
      },
      hostKeys,
      core: new TinyCore(),
      penalties: new Penalties({ clock: new ManualClock(), lenient: () => false }),
      handlers: greet,
      clock: new ManualClock(),
      log,
    })
    const options = { HostKeyAlgorithms: algorithm }
    const run = await runSsh({ port: sshd.port, user: 'alice', password: 'right', options })
    expect(run.stdout.toString()).toContain('hello Alice')
  },
)

test('after close the port can be had again at once', async () => {
  const door = await openDoor()
  await door.sshd.close()
  await door.sshd.close()
  const next = createServer().listen(door.port, '127.0.0.1')
  await once(next, 'listening')
  next.close()
})

test('in another language the questions and sentences are in it', async () => {
  await using door = await openDoor({ language: 'zh' })
  const options = { PreferredAuthentications: 'keyboard-interactive' }
  const run = await runSsh({ port: door.port, user: 'alice', password: 'right', options, command: 'x' })
  expect(run.prompts.join()).toContain('密码')
  expect(run.stderr.toString()).toContain('执行命令需要指明资产')
})
