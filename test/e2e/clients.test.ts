import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Scope } from '../../src/base/scope.ts'
import { type Bastion, startBastion } from '../fixtures/bastion.ts'
import { cocod } from '../fixtures/cocod.ts'
import { freePort } from '../fixtures/free-port.ts'
import { runProgram } from '../fixtures/run-program.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../fixtures/temporary-directory.ts'

// Programs that call ssh, with the configuration that `cocod ssh-config` prints and a key, as their users have it.

const scope = new Scope()
let bastion: Bastion
let home: TemporaryDirectory
let config: string
/** Plays a server that listens on the asset's loopback only, as VS Code's does. */
const web = createServer((_request, response) => response.end('from the loopback of the asset'))

beforeAll(async () => {
  home = scope.own(await temporaryDirectory())
  bastion = scope.own(
    await startBastion({
      sshd: { config: ['Subsystem reverse /usr/bin/rev'] },
      assetOptions: ['forward = asset-loopback', 'subsystems = reverse'],
    }),
  )
  const port = await freePort()
  await new Promise<void>((resolve) => web.listen(port, '127.0.0.1', resolve))
  const printed = await cocod(['ssh-config', 'alice', '--host', '127.0.0.1'], bastion.daemon.directory)
  expect(printed.stderr).toBe('')
  config = join(home.path, 'config')
  const mine = [
    'Host *',
    `  IdentityFile ${bastion.sshd.asset.privateKey.path}`,
    '  IdentitiesOnly yes',
    '  StrictHostKeyChecking no',
    '  UserKnownHostsFile /dev/null',
    '  LogLevel ERROR',
    `  ControlPath ${home.path}/%C`,
  ]
  writeFileSync(config, `${printed.stdout}\n${mine.join('\n')}\n`)
})
afterAll(async () => {
  web.close()
  await scope.close()
})

const ssh = (...args: string[]) => runProgram('ssh', ['-F', config, ...args])
const webPort = (): number => {
  const address = web.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

test('the printed configuration leads to every asset and account by a name of its own', async () => {
  const { stdout } = await cocod(
    ['ssh-config', 'alice', '--host', 'bastion.example'],
    bastion.daemon.directory,
  )
  const { user } = bastion.sshd.asset
  expect(stdout).toContain(
    `# front\nHost web-01\n  HostName bastion.example\n  Port ${bastion.sshPort}\n  ServerAliveInterval 30\n  User alice@${user}-key@web-01\n`,
  )
  const nobody = await cocod(['ssh-config', 'nobody'], bastion.daemon.directory)
  expect(nobody.stderr).toMatch(/^cocod: /)
})

test('the exit status is that of the command, with a terminal and without, and stderr stays apart without', async () => {
  const plain = await ssh('web-01', 'echo out; echo err >&2; exit 5')
  expect(plain).toEqual({ stdout: 'out\n', stderr: 'err\n', code: 5 })
  const tty = await ssh('-tt', 'web-01', 'test -t 0 && echo terminal; exit 6')
  expect(tty.stdout).toContain('terminal')
  expect(tty.code).toBe(6)
  expect((await ssh('web-01', 'kill -TERM $$')).code).toBe(255)
})

test('rsync goes there and back', async () => {
  const source = join(home.path, 'source')
  mkdirSync(source)
  writeFileSync(join(source, 'big'), Buffer.alloc(3_000_000, 'x'))
  writeFileSync(join(source, '名字 with blanks'), 'small')
  const shell = `ssh -F ${config}`
  const there = await runProgram('rsync', ['-a', '-e', shell, `${source}/`, 'web-01:rsynced/'])
  expect(there).toMatchObject({ stderr: '', code: 0 })
  const back = await runProgram('rsync', ['-a', '-e', shell, 'web-01:rsynced/', join(home.path, 'back')])
  expect(back).toMatchObject({ stderr: '', code: 0 })
  const same = await runProgram('diff', ['-r', source, join(home.path, 'back')])
  expect(same).toEqual({ stdout: '', stderr: '', code: 0 })
})

test('git clones, commits and pushes', async () => {
  const env = { HOME: home.path, GIT_SSH_COMMAND: `ssh -F ${config}`, GIT_CONFIG_NOSYSTEM: '1' }
  await ssh('web-01', 'git init -q --bare -b main repository.git')
  const clone = join(home.path, 'clone')
  const git = (...args: string[]) =>
    runProgram('git', ['-C', clone, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { env })
  expect((await runProgram('git', ['clone', '-q', 'web-01:repository.git', clone], { env })).code).toBe(0)
  writeFileSync(join(clone, 'file'), 'content')
  await git('checkout', '-q', '-b', 'main')
  await git('add', '.')
  await git('commit', '-qm', 'One')
  expect(await git('push', '-q', 'origin', 'main')).toMatchObject({ stderr: '', code: 0 })
  expect((await ssh('web-01', 'git -C repository.git log --format=%s')).stdout).toBe('One\n')
})

test('Ansible runs modules, with its shared connection and terminals', async () => {
  const env = {
    HOME: home.path,
    ANSIBLE_SSH_ARGS: `-F ${config} -o ControlMaster=auto -o ControlPersist=5s`,
    ANSIBLE_SSH_TRANSFER_METHOD: 'piped',
    ANSIBLE_PYTHON_INTERPRETER: '/usr/bin/python3',
    ANSIBLE_NOCOLOR: '1',
    ANSIBLE_LOCAL_TEMP: join(home.path, 'ansible'),
  }
  const ansible = (...args: string[]) =>
    runProgram('ansible', ['all', '-i', 'web-01,', '-c', 'ssh', ...args], { env, cwd: home.path })
  const ping = await ansible('-m', 'ping')
  expect(ping.stdout, ping.stderr).toMatch(/web-01 \| SUCCESS[\s\S]*"ping": "pong"/)
  const copy = await ansible('-m', 'copy', '-a', 'content=hello dest=ansible-was-here')
  expect(copy.stdout, copy.stderr).toMatch(/web-01 \| CHANGED/)
  expect((await ssh('web-01', 'cat ansible-was-here')).stdout).toBe('hello')
}, 120_000)

test('one connection carries many sessions at once (ControlMaster), each with its own exit status', async () => {
  const shared = ['-o', 'ControlMaster=auto', '-o', 'ControlPersist=30s']
  expect((await ssh(...shared, 'web-01', 'true')).code).toBe(0)
  const runs = await Promise.all([1, 2, 3, 4, 5].map((n) => ssh(...shared, 'web-01', `echo ${n}; exit ${n}`)))
  expect(runs.map(({ stdout, code }) => [stdout, code])).toEqual([1, 2, 3, 4, 5].map((n) => [`${n}\n`, n]))
  expect((await ssh(...shared, '-O', 'exit', 'web-01')).code).toBe(0)
})

test('the traffic of VS Code: a shell without a terminal that reads a script, and its server reached over -D', async () => {
  const port = await freePort()
  const run = await runProgram(
    'sh',
    [
      '-c',
      `mkfifo ${home.path}/in; ssh -F ${config} -T -D ${port} web-01 bash <${home.path}/in & exec 3>${home.path}/in
       echo 'uname -s' >&3
       until curl -sS --socks5-hostname 127.0.0.1:${port} http://127.0.0.1:${webPort()}/ 2>/dev/null; do :; done
       echo 'exit 3' >&3; wait $!; echo " exit $?"`,
    ],
    {},
  )
  expect(run.stdout.replace(/\s+/g, ' ')).toMatch(/Linux/)
  expect(run.stdout).toContain('from the loopback of the asset')
  expect(run.stdout).toContain('exit 3')
})

test('a subsystem opens by rule, and another one is refused with a sentence and 255', async () => {
  const run = await runProgram('ssh', ['-F', config, '-s', 'web-01', 'reverse'], { stdin: 'abc\n' })
  expect(run).toEqual({ stdout: 'cba\n', stderr: '', code: 0 })
  const other = await ssh('-s', 'web-01', 'netconf')
  expect(other.stderr).toMatch(/^cocod: The subsystem “netconf” is not allowed on web-01.*\[\w+-\w+\]\n$/)
  expect(other.code).toBe(255)
})
