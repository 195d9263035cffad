import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Scope } from '../../src/base/scope.ts'
import { loadConfig } from '../../src/config/config.ts'
import { startDaemon } from '../../src/daemon.ts'
import { silentLog } from '../../src/log.ts'
import { PASSWORD } from '../fixtures/bastion.ts'
import { type CoreDouble, startCoreDouble } from '../fixtures/core-double.ts'
import { ManualClock } from '../fixtures/manual-clock.ts'
import { type SshClient, sshClient } from '../fixtures/ssh-client.ts'
import { type Sshd, startSshd } from '../fixtures/sshd.ts'

const MINUTE = 60_000
const PROMPT = /[$#]$/m

let scope: Scope
let core: CoreDouble
let sshd: Sshd
let clock: ManualClock
let ssh: SshClient

/** The whole daemon in this process, with a clock that the test moves, and a session on a real sshd. */
beforeEach(async () => {
  scope = new Scope()
  const directory = mkdtempSync(join(tmpdir(), 'cocod-limits-'))
  scope.defer(() => rmSync(directory, { recursive: true }))
  clock = new ManualClock(Date.now())
  core = scope.own(await startCoreDouble())
  sshd = scope.own(await startSshd())
  const user = core.addUser({ username: 'alice', name: 'Alice', password: PASSWORD })
  const asset = core.addAsset({ hostname: 'web-01', ip: '127.0.0.1', protocols: [`ssh/${sshd.asset.port}`] })
  const account = core.addSystemUser({ username: sshd.asset.user, private_key: sshd.asset.privateKey.text })
  core.grant(user, asset, account)
  const env = {
    CORE_HOST: core.url,
    BOOTSTRAP_TOKEN: core.state.bootstrapToken,
    BIND_HOST: '127.0.0.1',
    SSHD_PORT: '0',
    HTTPD_PORT: '0',
    ALLOW_LOCAL_ASSETS: 'yes',
    NAME: 'bastion-limits',
    OUTAGE_SESSION_MINUTES: '10',
  }
  const config = loadConfig({ flags: new Map(), env, cwd: directory, systemFile: join(directory, 'none') })
  const parts = { config, standalone: false, clock, log: silentLog(), version: '0.0.0', environment: {} }
  const daemon = await startDaemon(parts, new AbortController().signal)
  scope.defer(() => daemon.stop())
  await daemon.ready
  const login = { port: daemon.ssh.port, user: `alice#web-01`, password: PASSWORD }
  ssh = scope.own(await sshClient(login))
  await ssh.untilScreen(PROMPT)
})
afterEach(() => scope.close())

test('a grant that is withdrawn ends the session within a minute, with the reason, and core gets its record', async () => {
  core.state.grants = []
  clock.advance(MINUTE)
  expect(await ssh.closed).toBe(255)
  expect(ssh.history()).toContain('you may no longer use web-01')
  await core.until(({ state }) => [...state.sessions.values()].every(({ has_replay }) => has_replay))
})

test('without a key the session ends at core’s limit, after a warning', async () => {
  clock.advance(28 * MINUTE)
  await ssh.untilScreen(/2 minutes without a key/)
  clock.advance(2 * MINUTE)
  expect(await ssh.closed).toBe(255)
  expect(ssh.history()).toContain('no key for 30 minutes')
})

test('a key after the warning keeps the session', async () => {
  clock.advance(29 * MINUTE)
  await ssh.untilScreen(/without a key/)
  ssh.type('echo awake\r')
  await ssh.untilScreen(/^awake/m)
  clock.advance(15 * MINUTE)
  ssh.type('echo still\r')
  await ssh.untilScreen(/^still/m)
})

test('core’s silence is no refusal: the session goes on to its limit, warned before, and then ends', async () => {
  const silence = core.fail('reset')
  const round = async (): Promise<void> => {
    const asked = core.journal.of('GET', 'validate').length
    clock.advance(MINUTE)
    await core.until(({ journal }) => journal.of('GET', 'validate').length > asked)
  }
  for (let minutes = 0; minutes < 5; minutes++) await round()
  ssh.type('echo during\r')
  await ssh.untilScreen(/^during/m)
  await round()
  await ssh.untilScreen(/ends in 5 minutes/)
  for (let minutes = 0; minutes < 6 && !ssh.history().includes('silent for 10'); minutes++) {
    clock.advance(MINUTE)
    await Promise.race([ssh.closed, ssh.untilScreen(/\$|#/)])
  }
  expect(await ssh.closed).toBe(255)
  expect(ssh.history()).toContain('has been silent for 10 minutes')
  silence[Symbol.dispose]()
})
