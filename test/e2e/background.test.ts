import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Background } from '../fixtures/background.ts'
import { startCoreDouble } from '../fixtures/core-double.ts'
import { startDaemon } from '../fixtures/daemon.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../fixtures/temporary-directory.ts'
import { until } from '../fixtures/until.ts'

// Each command is a process of its own: a hang guard for a loaded machine.
vi.setConfig({ testTimeout: 240_000 })

let home: TemporaryDirectory
beforeEach(async () => {
  home = await temporaryDirectory()
})
afterEach(() => home[Symbol.asyncDispose]())

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('start -d returns when the daemon is ready, which has a pid file and a log of its own', async () => {
  await using cocod = new Background(home.path)
  const { stdout, code } = await cocod.run('start', '--standalone', '-d')
  expect(code).toBe(0)
  expect(stdout).toContain(`runs as process ${cocod.pid}: ssh 127.0.0.1:`)
  expect(stdout).toContain('password of the demo in')
  expect((await cocod.run('status')).stdout).toMatch(new RegExp(`pid ${cocod.pid}, .*ready`))
  expect(cocod.log).toContain('"msg":"ready"')
  expect(statSync(join(home.path, 'data/cocod.log')).mode & 0o777).toBe(0o600)
  const { pid } = cocod
  expect((await cocod.run('stop')).stdout).toContain(`stopped (pid ${pid})`)
  expect(existsSync(join(home.path, 'data/cocod.pid'))).toBe(false)
})

test('a second start -d is refused by the pid of the first', async () => {
  await using cocod = new Background(home.path)
  await cocod.run('start', '--standalone', '-d')
  const second = await cocod.run('start', '--standalone', '-d')
  expect([second.code, second.stdout]).toEqual([1, ''])
  expect(second.stderr).toContain(`it runs already, as process ${cocod.pid}`)
})

test('what a killed daemon left behind does not stop the next start, also when its pid is another’s now', async () => {
  await using cocod = new Background(home.path)
  await cocod.run('start', '--standalone', '-d')
  const { pid } = cocod
  process.kill(pid, 'SIGKILL')
  await until(() => !alive(pid))
  const holder = join(home.path, 'data/lock.pid')
  const left = JSON.parse(readFileSync(holder, 'utf8')) as object
  writeFileSync(holder, JSON.stringify({ ...left, pid: process.pid }))
  expect((await cocod.run('status')).code).toBe(1)
  expect((await cocod.run('start', '--standalone', '-d')).code).toBe(0)
  expect(cocod.pid).not.toBe(pid)
})

test('start -d says why the daemon did not come up, with its exit code', async () => {
  await using core = await startCoreDouble()
  await using cocod = new Background(home.path, {
    CORE_HOST: core.url,
    BOOTSTRAP_TOKEN: 'wrong-canary',
    BIND_HOST: '127.0.0.1',
  })
  const refused = await cocod.run('start', '-d')
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('BOOTSTRAP_TOKEN')
  const wrong = await cocod.run('start', '-d', '--sshd-port', 'x')
  expect([wrong.code, wrong.stderr]).toEqual([78, expect.stringContaining('SSHD_PORT')])
})

test('while core is away start -d says so, and leaves the daemon to it in the end', async () => {
  await using core = await startCoreDouble()
  using _outage = core.fail('500')
  const env = { CORE_HOST: core.url, BOOTSTRAP_TOKEN: core.state.bootstrapToken, BIND_HOST: '127.0.0.1' }
  await using cocod = new Background(home.path, env)
  const { stdout, code } = await cocod.run('start', '-d', '--timeout', '3')
  expect(code).toBe(75)
  expect(stdout).toContain(`waiting for ${core.url}`)
  expect(stdout).toContain(`it runs as process ${cocod.pid} and goes on waiting`)
})

test('the log file that logrotate moved away is left at cocod reload and at SIGHUP', async () => {
  await using cocod = new Background(home.path)
  await cocod.run('start', '--standalone', '-d')
  const log = join(home.path, 'data/cocod.log')
  renameSync(log, `${log}.1`)
  expect((await cocod.run('reload')).code).toBe(0)
  expect(cocod.log).toContain('the configuration was read again')
  renameSync(log, `${log}.2`)
  process.kill(cocod.pid, 'SIGHUP')
  await until(() => existsSync(log) && cocod.log.includes('the configuration was read again'))
  expect(readFileSync(`${log}.1`, 'utf8')).toContain('"msg":"ready"')
})

test('reload tells what is in force now and what needs a restart; a wrong file changes nothing', async () => {
  await using cocod = new Background(home.path)
  const config = join(home.path, 'config.ini')
  writeFileSync(config, 'LOG_LEVEL = info\n')
  await cocod.run('start', '--standalone', '-d')
  expect((await cocod.run('reload')).stdout).toBe('no setting changed that can change now\n')
  writeFileSync(config, 'LOG_LEVEL = debug\nMAX_CHANNELS = 3\n[asset web-*]\ncharset = gbk\n')
  expect((await cocod.run('reload')).stdout).toBe(
    'in force: LOG_LEVEL, sections\nafter a restart (cocod restart): MAX_CHANNELS\n',
  )
  expect((await cocod.run('log-level', 'warn')).stdout).toBe('the log has level warn now; it was debug\n')
  writeFileSync(config, 'LOG_LEVEL = loud\n')
  expect((await cocod.run('reload')).code).toBe(78)
  const other = join(home.path, 'other.ini')
  writeFileSync(other, '')
  const wrong = await cocod.run('reload', '--config', other)
  expect([wrong.code, wrong.stdout]).toEqual([1, ''])
  expect(wrong.stderr).toContain('config.ini:1: LOG_LEVEL')
  expect((await cocod.run('log-level', 'error', '--config', other)).stdout).toContain('it was warn')
})

test('restart starts the daemon as it was started, wherever it is asked for', async () => {
  await using cocod = new Background(home.path, { WATCH_NOTICE: 'no' })
  await cocod.run('start', '--standalone', '-d', '--max-channels', '7')
  const { pid } = cocod
  const elsewhere = new Background(home.path, { NAME: 'another' })
  const { stdout, code } = await elsewhere.run('restart', '--drain', '--timeout', '1')
  expect(code).toBe(0)
  expect(stdout).toContain(`stopped (pid ${pid})`)
  expect(stdout).toContain(`runs as process ${cocod.pid}`)
  const argv = readFileSync(`/proc/${cocod.pid}/cmdline`, 'utf8').split('\0')
  expect(argv.slice(argv.indexOf('start'), -1)).toEqual([
    ...['start', '--standalone', '--max-channels', '7', '--detached'],
  ])
  expect(readFileSync(`/proc/${cocod.pid}/environ`, 'utf8')).toContain('WATCH_NOTICE=no')
  expect((await cocod.run('status')).stdout).toContain('bastion-test')
})

test('restart stops nothing that it could not start again', async () => {
  await using cocod = new Background(home.path)
  const config = join(home.path, 'config.ini')
  await cocod.run('start', '--standalone', '-d')
  writeFileSync(config, 'MAX_CHANNELS = many\n')
  const elsewhere = await temporaryDirectory()
  await using _gone = elsewhere
  const other = new Background(elsewhere.path)
  const refused = await other.run('restart', '--data-dir', join(home.path, 'data'))
  expect(refused.code).toBe(78)
  expect(refused.stderr).toContain('MAX_CHANNELS')
  writeFileSync(config, '')
  expect((await cocod.run('status')).code).toBe(0)
})

test('a daemon that something else started is that one’s to restart', async () => {
  await using daemon = startDaemon({ args: ['--standalone'], directory: home.path })
  await daemon.ready()
  const { stderr, code } = await new Background(home.path).run('restart')
  expect(code).toBe(1)
  expect(stderr).toContain('was not started by cocod start -d')
  expect(stderr).toContain('systemctl restart cocod')
  expect(alive(daemon.pid)).toBe(true)
})
