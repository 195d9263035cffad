import { expect, test } from 'vitest'
import { startBastion } from '../fixtures/bastion.ts'

test('BANNER is shown before the login, and HEADER_TITLE above the menu', async () => {
  const env = {
    BANNER: 'Authorised people only.\nAll sessions are recorded.',
    HEADER_TITLE: 'Machines of the north',
  }
  await using bastion = await startBastion({ env })
  // Quiet, as the other tests have it, the client shows no banner.
  await using ssh = await bastion.ssh({ args: ['-v'] })
  await ssh.untilScreen(/Opt>$/)
  const seen = ssh.history()
  expect(seen).toMatch(/Authorised people only\.\n *All sessions are recorded\.[\s\S]*Machines of the north/)
})
