import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { PASSWORD, startBastion } from '../fixtures/bastion.ts'
import { cocod as cocodIn } from '../fixtures/cocod.ts'
import { startCoreDouble } from '../fixtures/core-double.ts'
import { startDaemon } from '../fixtures/daemon.ts'
import { runSsh, sshClient } from '../fixtures/ssh-client.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cocod-life-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const PROMPT = /[$#]$/m

const cocod = (args: readonly string[], cwd = directory) => cocodIn(args, cwd)

const inDirectory = (...args: string[]) => [...args, '--sshd-port', '0', '--httpd-port', '0']

test('without a terminal the demo’s password is in a 0600 file and nowhere in the output', async () => {
  await using daemon = startDaemon({ args: ['--standalone'] })
  const { passwordFile = '', sshPort } = await daemon.ready()
  const password = readFileSync(passwordFile, 'utf8').trim()
  expect(statSync(passwordFile).mode & 0o777).toBe(0o600)
  expect(daemon.output).not.toContain(password)
  const as = 'demo#this-machine'
  const { stdout, code } = await runSsh({ port: sshPort, user: as, password, command: 'echo $((6*7))' })
  expect([stdout.toString(), code]).toEqual(['42\n', 0])
})

test('everything it writes is for its owner only', async () => {
  await using daemon = startDaemon({ args: ['--standalone'] })
  await daemon.ready()
  const open = readdirSync(daemon.directory, { recursive: true, encoding: 'utf8' }).filter(
    (file) => (statSync(join(daemon.directory, file)).mode & 0o077) !== 0,
  )
  expect(open).toEqual([])
})

test('a second daemon on the same data is refused by the pid of the first, which goes on', async () => {
  await using daemon = startDaemon({ args: ['--standalone'] })
  await daemon.ready()
  const second = await cocod(inDirectory('start', '--standalone'), daemon.directory)
  expect(second.code).toBe(1)
  expect(second.stderr).toContain(`process ${daemon.pid}`)
  expect((await cocod(['status'], daemon.directory)).stdout).toContain(`pid ${daemon.pid}`)
})

test('status shows absolute paths and says when nothing runs; stop ends the daemon with code 0', async () => {
  const daemon = startDaemon({ args: ['--standalone'], directory })
  await daemon.ready()
  const status = await cocod(['status'])
  expect(status.stdout).toContain(join(directory, 'data'))
  expect(status.code).toBe(0)
  expect((await cocod(['stop'])).stdout).toContain(`stopped (pid ${daemon.pid})`)
  expect(await daemon.exited).toBe(0)
  expect((await cocod(['status'])).code).toBe(3)
})

test.each(['--sshd-port', '--httpd-port'])(
  'a taken port (%s) is one line, and nothing is left half started',
  async (flag) => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const address = taken.address()
    const port = typeof address === 'object' ? address?.port : undefined
    try {
      const { stderr, code } = await cocod([...inDirectory('start', '--standalone'), flag, `${port}`])
      expect(code).toBe(1)
      expect(stderr).toMatch(new RegExp(`^cocod: .*127\\.0\\.0\\.1:${port}.*\n +\\S.*\n$`))
      expect(readdirSync(join(directory, 'data'))).not.toContain('lock.pid')
    } finally {
      taken.close()
    }
  },
)

test('a wrong configuration names every line and changes nothing', async () => {
  writeFileSync(join(directory, 'config.ini'), 'SSHD_PROT = 22\nHTTPD_PORT = web\n')
  const { stderr, code } = await cocod(['start'])
  expect(code).toBe(78)
  expect(stderr).toContain('config.ini:1: SSHD_PROT is not a setting')
  expect(stderr).toContain('did you mean SSHD_PORT?')
  expect(stderr).toContain('config.ini:2')
  expect(readdirSync(directory)).toEqual(['config.ini'])
})

test('a damaged host key stops the start: a new identity never comes silently', async () => {
  mkdirSync(join(directory, 'keys'))
  writeFileSync(join(directory, 'keys/ssh_host_ed25519_key'), '-----BEGIN OPENSSH PRIVATE KEY-----\ncut')
  const { stderr, code } = await cocod(inDirectory('start', '--standalone'))
  expect(code).toBe(1)
  expect(stderr).toContain('ssh_host_ed25519_key')
  expect(readFileSync(join(directory, 'keys/ssh_host_ed25519_key'), 'utf8')).toContain('cut')
})

test('a wrong inventory names file and line', async () => {
  writeFileSync(join(directory, 'i.ini'), '[asset web]\nadress = 10.0.0.1\n')
  const { stderr, code } = await cocod([...inDirectory('start', '--standalone'), '--inventory', 'i.ini'])
  expect(code).toBe(1)
  expect(stderr).toMatch(/i\.ini:2: .*adress/)
  expect(stderr).toContain('address')
})

test('an unknown flag or command is answered with the nearest one', async () => {
  expect((await cocod(['start', '--standalon'])).stderr).toContain('did you mean --standalone?')
  expect((await cocod(['stat'])).stderr).toContain('did you mean cocod status?')
})

test('without core it says what it waits for, lets nobody in, and works when core comes', async () => {
  await using core = await startCoreDouble()
  core.addUser({ username: 'alice', name: 'Alice', password: PASSWORD })
  const env = { CORE_HOST: core.url, BOOTSTRAP_TOKEN: core.state.bootstrapToken, BIND_HOST: '127.0.0.1' }
  using _outage = core.fail('500')
  await using daemon = startDaemon({ env, args: ['--log-level', 'debug'] })
  const waiting = await daemon.untilLog(({ msg }) => msg === 'waiting for core')
  expect(waiting['core']).toBe(core.url)
  core.mend()
  const { sshPort } = await daemon.ready()
  await using ssh = await sshClient({ port: sshPort, user: 'alice', password: PASSWORD })
  await ssh.untilScreen(/Welcome, Alice/)
})

test('a wrong bootstrap token ends the start with the setting’s name', async () => {
  await using core = await startCoreDouble()
  const daemon = startDaemon({ env: { CORE_HOST: core.url, BOOTSTRAP_TOKEN: 'wrong-canary' }, directory })
  expect(await daemon.exited).toBe(1)
  expect(daemon.output).toContain('BOOTSTRAP_TOKEN')
  expect(daemon.output).not.toContain('wrong-canary')
})

test('SIGTERM: the user is told, core gets end, commands and replay, the exit code is 0', async () => {
  await using core = await startCoreDouble()
  await using bastion = await startBastion({ core })
  await using ssh = await bastion.ssh({ as: bastion.direct })
  await ssh.untilScreen(PROMPT)
  ssh.type('echo before-stop\r')
  await ssh.untilScreen(/^before-stop/m)
  bastion.daemon.signal('SIGTERM')
  expect(await ssh.closed).toBe(255)
  expect(ssh.history()).toContain('this bastion is being stopped')
  expect(await bastion.daemon.exited).toBe(0)
  expect(core.onlySession()).toMatchObject({ is_finished: true, has_replay: true })
  expect([...core.state.commands.values()].map(({ input }) => input)).toEqual(['echo before-stop'])
})

test('kill -9 in the middle: the next start closes the session in core, with its commands and replay', async () => {
  await using core = await startCoreDouble()
  await using first = await startBastion({ core, directory })
  const ssh = await first.ssh({ as: first.direct })
  await ssh.untilScreen(PROMPT)
  ssh.type('echo before-kill\r')
  await ssh.untilScreen(/^before-kill/m)
  await core.until(({ state }) => [...state.commands.values()].length > 0)
  first.daemon.signal('SIGKILL')
  await ssh.closed
  await ssh[Symbol.asyncDispose]()
  expect(core.onlySession().is_finished).toBe(false)
  await using second = await startBastion({ core, directory })
  expect(second.sshPort).toBeGreaterThan(0)
  const session = await core.until(({ state }) =>
    [...state.sessions.values()].find((each) => each.has_replay),
  )
  expect(session.is_finished).toBe(true)
  expect([...core.state.commands.values()].map(({ input }) => input)).toEqual(['echo before-kill'])
})

test('while core is away a running session goes on, none begins, and all of it arrives once', async () => {
  await using core = await startCoreDouble()
  await using bastion = await startBastion({ core })
  await using ssh = await bastion.ssh({ as: bastion.direct })
  await ssh.untilScreen(PROMPT)
  await core.refuse()
  ssh.type('echo during-outage\r')
  await ssh.untilScreen(/^during-outage/m)
  const late = await bastion.run('true', { options: { NumberOfPasswordPrompts: '1' } })
  expect(late.code).toBe(255)
  ssh.type('exit\r')
  expect(await ssh.closed).toBe(0)
  await core.accept()
  const session = await core.until(({ state }) =>
    [...state.sessions.values()].find((each) => each.has_replay),
  )
  expect(session.is_finished).toBe(true)
  expect([...core.state.commands.values()].map(({ input }) => input)).toEqual(['echo during-outage', 'exit'])
})

test('an asset that dies ends the session with a sentence, a record and exit code 255', async () => {
  await using core = await startCoreDouble()
  await using bastion = await startBastion({ core })
  await using ssh = await bastion.ssh({ as: bastion.direct })
  await ssh.untilScreen(PROMPT)
  // The server process of this connection: the shell's parent.
  ssh.type('echo pid-$PPID-end\r')
  const [, pid] = /pid-(\d+)-end/.exec(await ssh.untilScreen(/pid-\d+-end/)) ?? []
  process.kill(Number(pid), 'SIGKILL')
  expect(await ssh.closed).toBe(255)
  expect(ssh.history()).toContain('was lost')
  await core.until(({ state }) => [...state.sessions.values()].every((each) => each.has_replay))
})

test('a recorded session is listed, verified and played', async () => {
  await using core = await startCoreDouble()
  await using bastion = await startBastion({ core })
  await bastion.run('echo played-again')
  await core.until(({ state }) => [...state.sessions.values()].some((each) => each.has_replay))
  const home = bastion.daemon.directory
  const listed = await cocod(['replay', 'list'], home)
  expect(listed.stdout).toContain(`${bastion.sshd.asset.user}@web-01`)
  const [id = ''] = /s-[0-9a-f]{8}/.exec(listed.stdout) ?? []
  expect((await cocod(['replay', 'verify', id], home)).code).toBe(0)
  expect((await cocod(['replay', 'play', id, '--speed', '100'], home)).stdout).toContain('played-again')
})
