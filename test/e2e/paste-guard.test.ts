import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startBastion } from '../fixtures/bastion.ts'

test('with PASTE_GUARD a paste of several lines is shown, and runs only after a yes', async () => {
  await using bastion = await startBastion({ env: { PASTE_GUARD: 'on' } })
  const made = (file: string): boolean => existsSync(join(bastion.sshd.asset.home, file))
  await using ssh = await bastion.ssh({ as: bastion.direct })
  await ssh.untilScreen(/[$#]$/m)
  ssh.type('\x1b[200~mkdir never-1\nmkdir never-2\n\x1b[201~\r')
  await ssh.untilScreen(/2\s+lines[\s\S]*mkdir\s+never-1[\s\S]*y\s+pastes\s+them/)
  ssh.type('n')
  await ssh.untilScreen(/Nothing\s+was\s+pasted/)
  ssh.type('\x1b[200~mkdir one\nmkdir two\n\x1b[201~')
  await ssh.untilScreen(/2\s+lines[\s\S]*mkdir\s+one/)
  ssh.type('y')
  ssh.type('\recho do""ne\r')
  await ssh.untilScreen(/^done/m)
  expect([made('never-1'), made('never-2'), made('one'), made('two')]).toEqual([false, false, true, true])
})
