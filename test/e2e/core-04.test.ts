import { expect, test } from 'vitest'
import { PASSWORD } from '../fixtures/bastion.ts'
import { type Core04Double, startCore04Double } from '../fixtures/core04-double.ts'
import { startDaemon } from '../fixtures/daemon.ts'
import { sshClient } from '../fixtures/ssh-client.ts'
import { type Sshd, startSshd } from '../fixtures/sshd.ts'
import { temporaryDirectory } from '../fixtures/temporary-directory.ts'

const NAME = 'bastion-test'

function furnish(core: Core04Double, { asset }: Sshd): void {
  const alice = core.addUser({ username: 'alice', name: 'Alice', password: PASSWORD })
  const web = core.addAsset({ hostname: 'web-01', ip: asset.address, port: asset.port })
  core.addGroup('front', web)
  core.grant(alice, web, core.addSystemUser({ username: asset.user, private_key: asset.privateKey.text }))
}

const bastionOf = (core: Core04Double, directory: string) =>
  startDaemon({
    directory,
    env: { CORE_HOST: core.url, API_VERSION: '0.4', BIND_HOST: '127.0.0.1', ALLOW_LOCAL_ASSETS: 'yes', NAME },
  })

const recording = ({ state }: Core04Double, id: number): string =>
  state.records
    .filter((record) => record.proxy_log_id === id)
    .map(({ output }) => output)
    .join('')

test('before a core 0.4 sessions, commands and recordings arrive, through a kill and a restart', async () => {
  await using core = await startCore04Double()
  await using sshd = await startSshd()
  await using home = await temporaryDirectory()
  furnish(core, sshd)
  const login = { user: 'alice', password: PASSWORD }
  {
    await using first = bastionOf(core, home.path)
    const waiting = await first.untilLog(({ msg }) => msg === 'waiting for core')
    expect(JSON.stringify(waiting)).toContain('Applications → Terminal → bastion-test and activate it')
    core.activate(NAME)
    const { sshPort: port } = await first.ready()
    await using menu = await sshClient({ port, ...login })
    await menu.untilScreen(/1 asset/)
    await using ssh = await sshClient({ port, password: PASSWORD, user: `alice@${sshd.asset.user}@web-01` })
    await ssh.untilScreen(/[$#]/)
    ssh.type('echo before-$((40+2))\r')
    await ssh.untilScreen(/before-42/)
    await core.until(({ state }) => state.commands.length === 1)
    using _outage = core.fail('hang', { path: /audits/ })
    ssh.type('echo unsent-$((40+3))\r')
    await ssh.untilScreen(/unsent-43/)
    await core.until(({ journal }) =>
      journal.of('POST', 'command-log').some(({ outage }) => outage === 'hang'),
    )
    first.signal('SIGKILL')
    await first.exited
  }
  const [session] = core.state.proxyLogs
  if (!session) throw new Error('no session')
  expect(session).toMatchObject({
    user: 'Alice (alice)',
    asset: 'web-01',
    is_finished: false,
    login_type: 'ST',
  })
  {
    await using second = bastionOf(core, home.path)
    const { sshPort: port } = await second.ready()
    await core.until((all) => session.is_finished && recording(all, session.id).includes('unsent-43'))
    expect(core.state.proxyLogs).toHaveLength(1)
    expect(core.state.commands.map(({ command_no, command }) => [command_no, command])).toEqual([
      [1, 'echo before-$((40+2))'],
      [2, 'echo unsent-$((40+3))'],
    ])
    expect(core.state.commands.map(({ proxy_log_id }) => proxy_log_id)).toEqual([session.id, session.id])
    expect(core.state.commands[0]?.['output']).toMatch(/before-42/)
    await using ssh = await sshClient({ port, password: PASSWORD, user: `alice@${sshd.asset.user}@web-01` })
    await ssh.untilScreen(/[$#]/)
    const live = await core.until(({ state }) => state.proxyLogs[1])
    core.orderKill(live.id)
    await ssh.untilScreen(/administrator/i)
    await core.until(() => live.is_finished)
  }
  expect(core.state.proxyLogs).toHaveLength(2)
})
