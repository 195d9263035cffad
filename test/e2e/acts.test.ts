import { rmSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { startBastion } from '../fixtures/bastion.ts'
import { cocod } from '../fixtures/cocod.ts'
import { COCOD, startDaemon } from '../fixtures/daemon.ts'
import { runProgram } from '../fixtures/run-program.ts'

// Each command is a process of its own: a hang guard for a loaded machine.
vi.setConfig({ testTimeout: 240_000 })

const me = { by: userInfo().username, uid: userInfo().uid }

test('who reads a recording or changes keys and users is in the log of the daemon, now or at its next start', async () => {
  await using bastion = await startBastion()
  await bastion.run('echo recorded')
  const { daemon } = bastion
  const home = daemon.directory
  const [id = ''] = /s-[0-9a-f]{8}/.exec((await cocod(['replay', 'list'], home)).stdout) ?? []
  expect((await cocod(['replay', 'export', id, '--format', 'txt'], home)).stdout).toContain('recorded')
  const exported = await daemon.untilLog(({ event }) => event === 'replay-read')
  expect(exported).toMatchObject({ act: 'export', format: 'txt', ...me })
  expect(exported['session']).toMatch(new RegExp(`^${id.slice(2)}`))
  await cocod(['hostkey', 'forget', 'web-01'], home)
  expect(await daemon.untilLog(({ event }) => event === 'hostkey-change')).toMatchObject({
    ...{ act: 'forget', asset: 'web-01', ...me },
    fingerprint: expect.stringMatching(/^SHA256:/) as string,
  })
  daemon.signal('SIGTERM')
  await daemon.exited
  await cocod(['replay', 'search', 'recorded', '--user', 'alice'], home)
  await cocod(['replay', 'verify', id], home)
  const totp = await runProgram(
    process.execPath,
    [COCOD, 'user', 'totp', 'alice', '--inventory', 'inventory.ini'],
    { cwd: home, env: { SUDO_USER: 'carol' } },
  )
  expect(totp.code).toBe(0)
  await using next = startDaemon({ args: ['--standalone'], directory: home })
  const user = await next.untilLog(({ event }) => event === 'user-change')
  expect(user).toMatchObject({ act: 'totp', user: 'alice', by: 'carol', uid: me.uid })
  const told = next.output.split('\n').filter((line) => line.includes('"event":"replay-read"'))
  expect(told.map((line) => (JSON.parse(line) as { act: string }).act)).toEqual(['search', 'verify'])
})

test('a recording is not shown when that cannot be put on record', async () => {
  await using bastion = await startBastion()
  await bastion.run('echo recorded')
  const home = bastion.daemon.directory
  const [id = ''] = /s-[0-9a-f]{8}/.exec((await cocod(['replay', 'list'], home)).stdout) ?? []
  rmSync(join(home, 'data/acts'), { recursive: true, force: true })
  writeFileSync(join(home, 'data/acts'), '')
  const { stdout, stderr, code } = await cocod(['replay', 'play', id], home)
  expect([stdout, code]).toEqual(['', 1])
  expect(stderr).toContain('this is to be on record')
})
