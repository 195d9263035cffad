import { existsSync } from 'node:fs'
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
