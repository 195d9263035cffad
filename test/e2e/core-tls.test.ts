import { expect, test } from 'vitest'
import { makeAuthority } from '../fixtures/certificates.ts'
import { startCoreDouble } from '../fixtures/core-double.ts'
import { startDaemon } from '../fixtures/daemon.ts'

test('a core behind a private authority is reached with CORE_CA_FILE, and named without it', async () => {
  await using authority = await makeAuthority()
  await using core = await startCoreDouble({ tls: await authority.issue('IP:127.0.0.1') })
  const env = { CORE_HOST: core.url, BOOTSTRAP_TOKEN: core.state.bootstrapToken, BIND_HOST: '127.0.0.1' }
  {
    await using daemon = startDaemon({ env })
    const waiting = await daemon.untilLog(({ msg }) => msg === 'waiting for core')
    expect(waiting['reason']).toContain('CORE_CA_FILE')
  }
  await using daemon = startDaemon({ env: { ...env, CORE_CA_FILE: authority.file } })
  await daemon.ready()
  expect(core.state.terminals.size).toBe(1)
})

test('a start before a core without version 2 says what an administrator has to click', async () => {
  await using core = await startCoreDouble()
  core.state.registersAs = '1.4.4'
  await using daemon = startDaemon({ env: { CORE_HOST: core.url, BIND_HOST: '127.0.0.1' } })
  const waiting = await daemon.untilLog(({ msg }) => msg === 'waiting for core')
  expect(waiting['reason']).toContain('Sessions → Terminals → bastion-test → Accept')
  core.acceptTerminal('bastion-test')
  await daemon.ready()
})
