import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { User } from '../../../src/core/model.ts'
import { parsePublicKey } from '../../../src/ssh2/keys.ts'
import { onScreen } from '../../fixtures/on-screen.ts'
import { runProgram } from '../../fixtures/run-program.ts'
import { runSsh } from '../../fixtures/ssh-client.ts'
import { openDoor, scratch, TinyCore } from './door.ts'

const PROGRAMS = join(import.meta.dirname, '../../fixtures/programs')
/** Debian's own, which has paramiko. */
const PYTHON = '/usr/bin/python3'

async function python(name: string, wanted: object): Promise<Record<string, unknown>> {
  const run = await runProgram(PYTHON, [join(PROGRAMS, name)], { stdin: JSON.stringify(wanted) })
  if (run.code !== 0) throw new Error(run.stderr)
  return JSON.parse(run.stdout) as Record<string, unknown>
}

function keyFile(path: string, type: 'ed25519' | 'rsa'): { path: string; blob: string } {
  execFileSync('ssh-keygen', ['-q', '-t', type, '-m', 'PEM', '-N', '', '-f', path])
  return {
    path,
    blob: parsePublicKey(readFileSync(`${path}.pub`, 'utf8'))
      .getPublicSSH()
      .toString('base64'),
  }
}

const hello = 'hello Alice to "menu"\r\n'
const login = { user: 'alice' }

test.each([
  ['a password', ['none', 'password'], ['right']],
  ['keyboard-interactive', ['interactive'], ['right']],
])('paramiko gets in with %s', async (_what, steps, answers) => {
  await using door = await openDoor()
  const run = await python('paramiko_login.py', { ...login, port: door.port, steps, answers })
  expect(run).toMatchObject({ output: hello, status: 0 })
})

test('paramiko follows a partial success from the password to the code', async () => {
  await using door = await openDoor()
  door.core.otp = { code: '123456', bound: true }
  const steps = ['password', 'interactive']
  const run = await python('paramiko_login.py', {
    ...login,
    port: door.port,
    steps,
    answers: ['right', '123456'],
  })
  expect(run).toMatchObject({ steps: [['keyboard-interactive'], [], ['Verification code: ']], output: hello })
})

test('paramiko answers password and code in one exchange', async () => {
  await using door = await openDoor()
  door.core.otp = { code: '123456', bound: true }
  const steps = ['interactive']
  const run = await python('paramiko_login.py', {
    ...login,
    port: door.port,
    steps,
    answers: ['right', '123456'],
  })
  expect(run).toMatchObject({ steps: [[], ['Password: ', 'Verification code: ']], output: hello })
})

test.each(['rsa', 'ed25519'] as const)(
  'paramiko gets in with an %s key, and with a code after it',
  async (type) => {
    await using door = await openDoor()
    await using files = await scratch()
    const key = keyFile(files.path('id'), type)
    door.core.keys = [key.blob]
    door.core.otp = { code: '123456', bound: true }
    const wanted = { key: key.path, rsa: type === 'rsa', steps: ['key', 'interactive'], answers: ['123456'] }
    const run = await python('paramiko_login.py', { ...login, port: door.port, ...wanted })
    expect(run).toMatchObject({
      steps: [['keyboard-interactive'], [], ['Verification code: ']],
      output: hello,
    })
  },
)

test.each([
  ['a password', { how: 'password', answers: ['right'] }],
  [
    'password and code by keyboard-interactive',
    { how: 'interactive', answers: ['right', '123456'], otp: true },
  ],
])(
  'libssh2 gets in with %s',
  async (_what, { otp = false, ...wanted }: { how: string; answers: string[]; otp?: boolean }) => {
    await using door = await openDoor()
    if (otp) door.core.otp = { code: '123456', bound: true }
    const run = await python('libssh2_login.py', { ...login, port: door.port, ...wanted })
    expect(run).toEqual({
      methods: 'publickey,password,keyboard-interactive',
      result: 0,
      output: hello,
      status: 0,
    })
  },
)

test('libssh2 gets in with an Ed25519 key, and with an RSA key where SHA-1 is allowed, which old ones of it need', async () => {
  await using files = await scratch()
  for (const [type, options] of [
    ['ed25519', {}],
    ['rsa', { algorithms: 'legacy' }],
  ] as const) {
    await using door = await openDoor(options)
    const key = keyFile(files.path(type), type)
    door.core.keys = [key.blob]
    const run = await python('libssh2_login.py', { ...login, port: door.port, key: key.path })
    expect(run, type).toMatchObject({ result: 0, output: hello })
  }
})

/** plink pinned to the door's host key, as it never asks then. */
const plink = (port: number, hostKey: string, ...args: string[]): string[] => [
  ...['-ssh', '-no-antispoof', '-P', String(port), '-hostkey', hostKey, '-l', 'alice'],
  ...args,
  '127.0.0.1',
]

async function hostKeyOf(port: number): Promise<string> {
  const scan = await runProgram('ssh-keyscan', ['-p', String(port), '127.0.0.1'])
  const line = scan.stdout.split('\n').find((each) => each.startsWith('[')) ?? ''
  const { stdout } = await runProgram('ssh-keygen', ['-l', '-f', '-'], { stdin: line })
  return stdout.split(' ')[1] ?? ''
}

test('PuTTY’s plink gets in with a password on its command line', async () => {
  await using door = await openDoor()
  await using files = await scratch()
  const args = plink(door.port, await hostKeyOf(door.port), '-batch', '-pw', 'right')
  const run = await runProgram('plink', args, { env: { HOME: files.path('home') } })
  expect(run).toMatchObject({ stdout: hello, code: 0 })
})

test('plink asks a person for password and code', async () => {
  await using door = await openDoor()
  await using files = await scratch()
  door.core.otp = { code: '123456', bound: true }
  const args = plink(door.port, await hostKeyOf(door.port))
  await using screen = onScreen({
    file: 'plink',
    args,
    env: { PATH: process.env['PATH'] ?? '', HOME: files.path('home'), TERM: 'xterm' },
  })
  await screen.untilScreen(/Password:/)
  screen.type('right\r')
  await screen.untilScreen(/Verification code:/)
  screen.type('123456\r')
  await screen.untilScreen(/hello Alice/)
})

test('plink gets in with a key, and its shell has no PTY when told so', async () => {
  await using door = await openDoor()
  await using files = await scratch()
  const key = keyFile(files.path('id'), 'ed25519')
  door.core.keys = [key.blob]
  const ppk = files.path('id.ppk')
  await runProgram('puttygen', [key.path, '-O', 'private', '-o', ppk], { env: { HOME: files.path('home') } })
  const args = plink(door.port, await hostKeyOf(door.port), '-batch', '-T', '-i', ppk)
  const run = await runProgram('plink', args, { env: { HOME: files.path('home') } })
  expect(run).toMatchObject({ stdout: hello, code: 0 })
})

test('the order of JSch (keys, keyboard-interactive, password) leads in', async () => {
  await using door = await openDoor()
  door.core.otp = { code: '123456', bound: true }
  const options = { PreferredAuthentications: 'gssapi-with-mic,publickey,keyboard-interactive,password' }
  const password = ['right', '123456']
  const run = await runSsh({ port: door.port, user: 'alice', password, options })
  expect(run.stdout.toString()).toContain('hello Alice')
})

/** Takes any name for the user it is. */
class AnyName extends TinyCore {
  override async authenticate(attempt: Parameters<TinyCore['authenticate']>[0]) {
    this.calls.push(attempt)
    const user: User = { id: 'u', username: attempt.username, name: attempt.username }
    return { kind: 'accepted', user } as const
  }
}

test.each([
  ['张三', '张三', undefined],
  ['Alice B. Müller', 'Alice B. Müller', undefined],
  ['alice@example.com', 'alice@example.com', undefined],
  ['CORP\\alice', 'CORP\\alice', undefined],
  ['CORP\\张 三@root@网站 1', 'CORP\\张 三', { systemUser: 'root', asset: '网站 1' }],
  ['alice@example.com@root@10.1.2.3', 'alice@example.com', { systemUser: 'root', asset: '10.1.2.3' }],
  ['alice@example.com#web-1', 'alice@example.com', { asset: 'web-1' }],
])('OpenSSH as “%s” comes as %s', async (typed, username, direct) => {
  await using door = await openDoor({ core: new AnyName() })
  const run = await runSsh({ port: door.port, user: typed, password: 'any' })
  expect(run.stdout.toString()).toBe(`hello ${username} to ${JSON.stringify(direct ?? 'menu')}\r\n`)
  expect(door.core.calls).toMatchObject([{ username }])
})

test('a client that no longer answers signs of life is gone after three of them', async () => {
  let left = (): void => {}
  const gone = new Promise<void>((resolve) => {
    left = resolve
  })
  await using door = await openDoor({
    keepaliveSeconds: 0.05,
    handlers: {
      onShell: ({ terminal }) =>
        new Promise((resolve) => {
          terminal.output.write('here')
          terminal.gone.addEventListener('abort', () => {
            left()
            resolve({ kind: 'none' })
          })
        }),
      onExec: async () => ({ kind: 'none' }),
    },
  })
  const args = plink(door.port, await hostKeyOf(door.port), '-batch', '-pw', 'right')
  await using screen = onScreen({
    file: 'plink',
    args,
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' },
  })
  await screen.untilScreen(/here/)
  process.kill(screen.pid, 'SIGSTOP')
  await gone
  process.kill(screen.pid, 'SIGCONT')
})
