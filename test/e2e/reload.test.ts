import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startBastion } from '../fixtures/bastion.ts'
import { cocod } from '../fixtures/cocod.ts'

test('what reload puts in force holds for the next login and the next session, and ends none that runs', async () => {
  await using bastion = await startBastion()
  const home = bastion.daemon.directory
  const reload = async (text: string) => {
    writeFileSync(join(home, 'config.ini'), text)
    return (await cocod(['reload'], home)).stdout
  }
  await using running = await bastion.ssh({ as: bastion.direct })
  await running.untilScreen(/[$#]$/m)
  expect(await reload('HEADER_TITLE = Changed title\nMAX_SESSIONS_PER_USER = 1\n')).toBe(
    'in force: HEADER_TITLE, MAX_SESSIONS_PER_USER\n',
  )
  await using menu = await bastion.ssh()
  await menu.untilScreen(/Changed title/)
  const second = await bastion.run('true')
  expect(second.code).toBe(255)
  expect(second.stderr.toString()).toContain('the limit is 1')
  expect(await reload('BLOCK_SSH_USER = alice\n')).toContain('BLOCK_SSH_USER')
  const blocked = await bastion.run('true', { options: { NumberOfPasswordPrompts: '1' } })
  expect(blocked.code).toBe(255)
  expect(blocked.stderr.toString()).toContain('Permission denied')
  running.type('echo still-$((40+2))\r')
  await running.untilScreen(/^still-42$/m)
})
