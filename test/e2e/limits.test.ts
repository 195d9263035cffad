import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Scope } from '../../src/base/scope.ts'
import { loadConfig } from '../../src/config/config.ts'
import { startDaemon } from '../../src/daemon.ts'
import { silentLog } from '../../src/log.ts'
import { PASSWORD } from '../fixtures/bastion.ts'
import { type CoreDouble, startCoreDouble } from '../fixtures/core-double.ts'
import { ManualClock } from '../fixtures/manual-clock.ts'
import { runSsh, type SshClient, sshClient } from '../fixtures/ssh-client.ts'
import { type Sshd, startSshd } from '../fixtures/sshd.ts'

const MINUTE = 60_000
const PROMPT = /[$#]$/m

let scope: Scope
let core: CoreDouble
let sshd: Sshd
let clock: ManualClock
let ssh: SshClient
let login: { port: number; user: string; password: string }

/** The whole daemon in this process, with a clock that the test moves, and a session on a real sshd. */
beforeEach(async () => {
  scope = new Scope()
  const directory = mkdtempSync(join(tmpdir(), 'cocod-limits-'))
  scope.defer(() => rmSync(directory, { recursive: true }))
  clock = new ManualClock(Date.now())
  core = scope.own(await startCoreDouble())
  sshd = scope.own(await startSshd())
  core.state.config['SECURITY_MAX_IDLE_TIME'] = 1
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
    SESSION_BANDWIDTH_KB: '100',
    MAX_SESSION_MB: '0.5',
  }
  const config = loadConfig({ flags: new Map(), env, cwd: directory, systemFile: join(directory, 'none') })
  const parts = {
    config,
    standalone: false,
    clock,
    log: silentLog(),
    version: '0.0.0',
    environment: {},
    onStopAsked: () => {},
  }
  const daemon = await startDaemon(parts, new AbortController().signal)
  scope.defer(() => daemon.stop())
  await daemon.ready
  login = { port: daemon.ssh.port, user: `alice#web-01`, password: PASSWORD }
  ssh = scope.own(await sshClient(login))
  await ssh.untilScreen(PROMPT)
})
afterEach(() => scope.close())

/** Lets time pass in small steps, with turns for what is under way, until `done` or an hour is over. */
async function passUntil(done: () => boolean): Promise<void> {
  for (let seconds = 0; seconds < 3600 && !done(); seconds++) {
    clock.advance(1000)
    for (let turns = 0; turns < 5; turns++) await turn()
  }
}

test('a grant that is withdrawn ends the session within a minute, with the reason, and core gets its record', async () => {
  core.state.grants = []
  clock.advance(46_000)
  expect(await ssh.closed).toBe(255)
  expect(ssh.history()).toContain('you may no longer use web-01')
  await core.until(({ state }) => [...state.sessions.values()].every(({ has_replay }) => has_replay))
})

test('without a key the session ends at core’s limit, after a warning', async () => {
  clock.advance(MINUTE / 2)
  await ssh.untilScreen(/ends in 0\.5 min unless/)
  clock.advance(MINUTE / 2)
  expect(await ssh.closed).toBe(255)
  expect(ssh.history()).toContain('no key for 1 minutes')
})

test('a key after the warning keeps the session', async () => {
  clock.advance(MINUTE / 2)
  await ssh.untilScreen(/ends in/)
  ssh.type('echo awake\r')
  await ssh.untilScreen(/^awake/m)
  clock.advance(MINUTE / 2 + 5000)
  ssh.type('echo still\r')
  await ssh.untilScreen(/^still/m)
})

test('core’s silence is no refusal: the session goes on to its limit, warned before, and then ends', async () => {
  core.fail('reset')
  let closed = false
  void ssh.closed.then(() => {
    closed = true
  })
  await passUntil(() => {
    ssh.type(' ')
    return closed
  })
  expect(await ssh.closed).toBe(255)
  expect(ssh.history()).toMatch(/silent for a while[\s\S]*silent for 10 minutes/)
})

test('output comes as fast as the limit lets it, and all of it', async () => {
  let length = 0
  const run = runSsh({ ...login, command: 'head -c 300000 /dev/zero' }).then(({ stdout }) => {
    length = stdout.length
  })
  // Logins after it are through, so it had the time to be; but time stands still.
  for (let logins = 0; logins < 2; logins++) await runSsh({ ...login, command: 'true' })
  expect(length).toBe(0)
  await passUntil(() => length > 0)
  await run
  expect(length).toBe(300_000)
})

test('a session that prints more than one may is warned and then ended', async () => {
  let ended = false
  const run = runSsh({ ...login, command: 'head -c 900000 /dev/zero' }).finally(() => {
    ended = true
  })
  // It is connected before time goes on: what is on its way there has limits of its own.
  for (let logins = 0; logins < 2; logins++) await runSsh({ ...login, command: 'true' })
  await passUntil(() => ended)
  const { code, stderr } = await run
  expect(code).toBe(255)
  expect(String(stderr)).toMatch(/nine tenths of 0\.5 MB[\s\S]*a session may record 0\.5 MB/)
})
