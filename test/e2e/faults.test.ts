import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startBastion } from '../fixtures/bastion.ts'
import { startCoreDouble } from '../fixtures/core-double.ts'

test('a command does not run on the asset before core knows of it', async () => {
  await using core = await startCoreDouble()
  await using bastion = await startBastion({ core })
  const ran = join(bastion.sshd.asset.home, 'ran')
  {
    using _outage = core.fail('500', { method: 'POST', path: /\/sessions\/$/ })
    const { code } = await bastion.run(`touch ${ran}`)
    expect(code).toBe(255)
  }
  expect(existsSync(ran)).toBe(false)
  await core.until(({ state }) => [...state.sessions.values()].some(({ has_replay }) => has_replay))
  expect(core.state.commands).toEqual([])
  expect((await bastion.run(`touch ${ran}`)).code).toBe(0)
  expect(existsSync(ran)).toBe(true)
})

test('a command that cannot be recorded for want of disk space does not run', async () => {
  await using core = await startCoreDouble()
  await using bastion = await startBastion({ core, env: { RESERVE_MB: '1000000000' } })
  const ran = join(bastion.sshd.asset.home, 'ran')
  const { code, stderr } = await bastion.run(`touch ${ran}`)
  expect(code).toBe(255)
  expect(stderr.toString()).toContain('disk space')
  expect(existsSync(ran)).toBe(false)
  expect(core.state.sessions.size).toBe(0)
})

test('a stop while an asset is being connected to is told as what it is', async () => {
  await using core = await startCoreDouble()
  await using bastion = await startBastion({ core })
  const mute = createServer().listen(0, '127.0.0.1')
  await once(mute, 'listening')
  try {
    const address = mute.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const asset = core.addAsset({ hostname: 'mute-01', ip: '127.0.0.1', protocols: [`ssh/${port}`] })
    const [user] = core.state.users.values()
    const [account] = core.state.systemUsers.values()
    if (!user || !account) throw new Error('nobody is there')
    core.grant(user, asset, account)
    await using ssh = await bastion.ssh({ as: 'alice#mute-01' })
    await Promise.all([once(mute, 'connection'), ssh.untilScreen(/Connecting to/)])
    bastion.daemon.signal('SIGTERM')
    expect(await ssh.closed).toBe(255)
    expect(ssh.history()).toContain('about to stop')
    expect(await bastion.daemon.exited).toBe(0)
  } finally {
    mute.close()
  }
})
