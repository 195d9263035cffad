import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, onTestFailed, test } from 'vitest'
import { Scope } from '../../src/base/scope.ts'
import { generateHostKey } from '../../src/ssh2/keys.ts'
import { PASSWORD, startBastion } from '../fixtures/bastion.ts'
import {
  type Canaries,
  canariesBelow,
  canariesIn,
  canariesOfProcesses,
  openToOthers,
} from '../fixtures/canaries.ts'
import { totp } from '../fixtures/core-double/totp.ts'
import { type CoreDouble, startCoreDouble } from '../fixtures/core-double.ts'
import { type DaemonProcess, startDaemon } from '../fixtures/daemon.ts'
import { passwordAsset } from '../fixtures/password-asset.ts'
import { runSsh, sshClient } from '../fixtures/ssh-client.ts'
import { startSshd } from '../fixtures/sshd.ts'

let scope: Scope
beforeEach(() => {
  scope = new Scope()
})
afterEach(() => scope.close())

const OTP_SECRET = 'JBSWY3DPEHPK3PXPCANARY77'
const PROMPT = /[$#]$/m

function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'cocod-canary-'))
  scope.defer(() => rmSync(directory, { recursive: true }))
  return directory
}

/** A middle line of an OpenSSH private key. */
const keyLine = (text: string): string => text.split('\n')[2] ?? text

/** The daemon of a core, with nothing secret in its environment. */
function daemonOf(core: CoreDouble, directory: string): DaemonProcess {
  writeFileSync(join(directory, 'config.ini'), `BOOTSTRAP_TOKEN = ${core.state.bootstrapToken}\n`, {
    mode: 0o600,
  })
  const env = { CORE_HOST: core.url, BIND_HOST: '127.0.0.1', ALLOW_LOCAL_ASSETS: 'yes', LOG_LEVEL: 'trace' }
  const daemon = scope.own(startDaemon({ directory, env }))
  onTestFailed(() => console.error(daemon.output.slice(-8000)))
  return daemon
}

test('with a Jumpserver no secret of any kind is in log, data, arguments, environments or error texts', async () => {
  const core = scope.own(await startCoreDouble())
  const sshd = scope.own(await startSshd())
  const brokenKey = (await generateHostKey('ed25519')).privateKey.replace('BEGIN', 'BEGINN')
  const canaries: Record<string, string> = {
    'user password': 'canary-user-password-4f1c',
    'mistyped password': 'canary-user-pasword-4f1c',
    'asset password': 'canary-asset-password-9b2e',
    'private key': keyLine(sshd.asset.privateKey.text),
    'unreadable key': keyLine(brokenKey),
    'bootstrap token': 'canary-bootstrap-token-77d0',
    'typed without echo': 'canary-typed-secret-c3a8',
  }
  core.state.bootstrapToken = canaries['bootstrap token'] ?? ''
  const password = canaries['user password'] ?? ''
  const alice = core.addUser({ username: 'alice', name: 'Alice', password, otpSecret: OTP_SECRET })
  const web = core.addAsset({ hostname: 'web-01', ip: '127.0.0.1', protocols: [`ssh/${sshd.asset.port}`] })
  const fake = scope.own(await passwordAsset())
  const old = core.addAsset({ hostname: 'old-01', ip: '127.0.0.1', protocols: [`ssh/${fake.port}`] })
  const account = { username: sshd.asset.user }
  core.grant(
    alice,
    web,
    core.addSystemUser({ ...account, name: 'good', private_key: sshd.asset.privateKey.text }),
  )
  core.grant(alice, web, core.addSystemUser({ ...account, name: 'broken', private_key: brokenKey }))
  core.grant(
    alice,
    old,
    core.addSystemUser({ username: 'root', name: 'old', password: canaries['asset password'] ?? '' }),
  )

  const directory = scratch()
  const daemon = daemonOf(core, directory)
  const { sshPort } = await daemon.ready()
  const accessKey = readFileSync(join(directory, 'keys', '.access_key'), 'utf8').trim()
  canaries['access key'] = accessKey.slice(accessKey.indexOf(':') + 1)
  const code = totp(OTP_SECRET, Date.now())
  const wrongCode = 'canary-code-51d6'
  canaries['mistyped code'] = wrongCode

  const login = { port: sshPort, user: 'alice#good#web-01' }
  const told: string[] = []
  const tries = [
    { ...login, user: 'alice#broken#web-01', password: [password, code] },
    { ...login, user: 'alice#old#old-01', password: [password, code] },
  ]
  const run = async (each: (typeof tries)[number]): Promise<void> => {
    const { stdout, stderr } = await runSsh({ ...each, command: 'true' })
    told.push(stdout.toString(), stderr.toString())
  }
  for (const each of tries) await run(each)
  expect(fake.passwords).toEqual([canaries['asset password']])
  expect(told.join('')).toMatch(/key stored for .* cannot be used/)

  const ssh = scope.own(await sshClient({ ...login, password: [password, code] }))
  await ssh.untilScreen(PROMPT)
  ssh.type('read -s WORD; echo got-it\r')
  await ssh.untilScreen(/got-it$/m)
  ssh.type(`${canaries['typed without echo']}\r`)
  await ssh.untilScreen(/^got-it/m)
  expect(canariesOfProcesses(canaries)).toEqual([])
  ssh.type('exit\r')
  told.push(String(await ssh.closed), ssh.history())
  // Last: after failures this address has to wait.
  await run({ ...login, password: [canaries['mistyped password'] ?? ''] })
  await run({ ...login, password: [password, wrongCode] })
  await core.until(({ state }) => [...state.sessions.values()].every(({ has_replay }) => has_replay))
  await daemon[Symbol.asyncDispose]()

  // A code has six digits, which are also found by chance: it is looked for where it could stand.
  const codeAsField = new RegExp(`["' :=]${code}["' ,\n]`)
  expect(daemon.output).not.toMatch(codeAsField)
  expect(canariesIn(daemon.output, canaries)).toEqual([])
  expect(canariesIn(told.join(''), canaries)).toEqual([])
  expect(canariesBelow(directory, canaries)).toContain('access key in keys/.access_key') // so it does find what is there
  expect(canariesBelow(directory, canaries, /^(?:config\.ini|keys\/\.access_key)$/)).toEqual([])
  expect(openToOthers(directory)).toEqual([])
  for (const replay of core.state.replays.values()) expect(canariesIn(replay, canaries)).toEqual([])
  expect(canariesIn(JSON.stringify([...core.state.commands.values()]), canaries)).toEqual([])
})

test('standalone writes no secret of its inventory anywhere', async () => {
  const bastion = scope.own(await startBastion({ env: { LOG_LEVEL: 'trace' } }))
  const { asset } = bastion.sshd
  const canaries: Canaries = {
    'user password': PASSWORD,
    'private key': keyLine(asset.privateKey.text),
    ...(asset.password !== undefined && { 'asset password': asset.password }),
  }
  const { stdout } = await bastion.run('cat /proc/$$/environ | tr "\\0" "\\n"')
  expect(stdout.toString()).toMatch(/^HOME=/m)
  expect(canariesIn(stdout, canaries)).toEqual([])
  expect(canariesOfProcesses(canaries)).toEqual([])
  const { directory } = bastion.daemon
  bastion.daemon.signal('SIGTERM') // so that no file is written while they are read
  await bastion.daemon.exited
  expect(canariesIn(bastion.daemon.output, canaries)).toEqual([])
  expect(canariesBelow(directory, canaries, /^inventory\.ini$/)).toEqual([])
  expect(openToOthers(directory)).toEqual([])
})

test("the demo's shell gets nothing of the daemon's environment, and its password is in one file only", async () => {
  const inherited: Canaries = {
    BOOTSTRAP_TOKEN: 'canary-of-the-bootstrap-token',
    AWS_SECRET_ACCESS_KEY: 'canary-of-another-program',
    LD_LIBRARY_PATH: '/canary/of/the/loader',
  }
  const directory = scratch()
  const daemon = scope.own(
    startDaemon({ directory, args: ['--standalone'], env: { ...inherited, LOG_LEVEL: 'trace' } }),
  )
  const { sshPort, passwordFile } = await daemon.ready()
  const password = readFileSync(passwordFile ?? '', 'utf8').trim()
  const accessKey = readFileSync(join(directory, 'keys', '.standalone_access_key'), 'utf8').trim()
  const own: Canaries = {
    'demo password': password,
    'access key': accessKey.slice(accessKey.indexOf(':') + 1),
  }
  const login = { port: sshPort, user: 'demo#this-machine', password }
  const { stdout } = await runSsh({
    ...login,
    command: 'cat /proc/$$/environ | tr "\\0" "\\n"; ls -l /proc/self/fd',
  })
  expect(stdout.toString()).toMatch(/^HOME=/m)
  expect(canariesIn(stdout, { ...inherited, ...own })).toEqual([])
  // No open file of the daemon (database, keys, sockets) is handed on.
  expect(stdout.toString()).not.toContain(directory)
  await daemon[Symbol.asyncDispose]()
  expect(canariesIn(daemon.output, { ...inherited, ...own })).toEqual([])
  // The embedded core keeps the access key it gave out, as every core does.
  const known = /^(?:data\/demo-password|data\/core\/core\.db(?:-wal)?|keys\/\.standalone_access_key)$/
  expect(canariesBelow(directory, { ...inherited, ...own }, known)).toEqual([])
  expect(openToOthers(directory)).toEqual([])
})
