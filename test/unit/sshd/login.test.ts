import { writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { CoreError } from '../../../src/core/core-error.ts'
import { generateHostKey, parsePrivateKey } from '../../../src/ssh2/keys.ts'
import { runSsh, sshClient } from '../../fixtures/ssh-client.ts'
import { greet, openDoor, scratch } from './door.ts'

const prompted = { PreferredAuthentications: 'keyboard-interactive' }

test('a right password opens a shell on a PTY', async () => {
  await using door = await openDoor()
  await using ssh = await sshClient({ port: door.port, user: 'alice' })
  await ssh.untilScreen(/password:/i)
  ssh.type('right\r')
  await ssh.untilScreen(/hello Alice to "menu"/)
  expect(await ssh.closed).toBe(0)
})

test('a wrong password is asked again, and then refused as every sshd does', async () => {
  await using door = await openDoor()
  const run = await runSsh({
    port: door.port,
    user: 'alice',
    password: ['wrong', 'wrong again'],
    options: { NumberOfPasswordPrompts: '2', PreferredAuthentications: 'password' },
  })
  expect(run.stderr.toString()).toContain('Permission denied (publickey,password,keyboard-interactive)')
  expect(run.code).toBe(255)
  const reasons = door.lines.filter(({ msg }) => msg === 'login try refused').map(({ reason }) => reason)
  expect(reasons).toEqual(Array<string>(2).fill('Password or SSH public key invalid'))
})

test('keyboard-interactive asks for the password', async () => {
  await using door = await openDoor()
  const run = await runSsh({ port: door.port, user: 'alice', password: 'right', options: prompted })
  expect(run.prompts.join()).toContain('Password:')
  expect(run.stdout.toString()).toContain('hello Alice')
  expect(run.code).toBe(0)
})

test.each(['ed25519', 'ecdsa', 'rsa'] as const)('the real client logs in with an %s key', async (type) => {
  await using door = await openDoor()
  await using files = await scratch()
  const { privateKey } = await generateHostKey(type)
  await writeFile(files.path('id'), privateKey, { mode: 0o600 })
  door.core.keys = [parsePrivateKey(privateKey).getPublicSSH().toString('base64')]
  const run = await runSsh({ port: door.port, user: 'alice', identity: files.path('id') })
  expect(run.stdout.toString()).toContain('hello Alice')
  expect(door.core.calls).toHaveLength(1)
})

test('a key core does not know falls back to the password', async () => {
  await using door = await openDoor()
  await using files = await scratch()
  await writeFile(files.path('id'), (await generateHostKey('ed25519')).privateKey, { mode: 0o600 })
  const run = await runSsh({ port: door.port, user: 'alice', identity: files.path('id'), password: 'right' })
  expect(run.stdout.toString()).toContain('hello Alice')
})

test.each([
  ['the password method', { PreferredAuthentications: 'password,keyboard-interactive' }],
  ['keyboard-interactive', prompted],
])('after a right password by %s a code is asked and checked', async (_what, options) => {
  await using door = await openDoor()
  door.core.otp = { code: '012345', bound: true }
  const run = await runSsh({ port: door.port, user: 'alice', password: ['right', '012 345'], options })
  expect(run.prompts.at(-1)).toContain('Verification code:')
  expect(run.stdout.toString()).toContain('hello Alice')
  expect(door.core.calls).toMatchObject([{ username: 'alice' }, { code: '012345' }])
})

test('a wrong code is asked again with a hint, in the same exchange', async () => {
  await using door = await openDoor()
  door.core.otp = { code: '222222', bound: true }
  await using ssh = await sshClient({
    port: door.port,
    user: 'alice',
    options: { ...prompted, LogLevel: 'INFO' },
  })
  await ssh.untilScreen(/Password:$/)
  ssh.type('right\r')
  await ssh.untilScreen(/Verification code:$/)
  ssh.type('111111\r')
  await ssh.untilScreen(/not right[\s\S]*Verification code:$/)
  ssh.type('222222\r')
  await ssh.untilScreen(/hello Alice/)
})

test('a wrong password never leads to the question for a code', async () => {
  await using door = await openDoor()
  door.core.otp = { code: '012345', bound: true }
  const run = await runSsh({
    port: door.port,
    user: 'alice',
    password: ['wrong', '012345'],
    options: prompted,
  })
  expect(run.prompts.join()).not.toContain('Verification')
  expect(run.code).toBe(255)
})

test('who needs a code and has no device is told what to do', async () => {
  await using door = await openDoor()
  door.core.otp = { code: '-', bound: false }
  const run = await runSsh({ port: door.port, user: 'alice', password: 'right' })
  expect(run.stderr.toString()).toContain('no device is set up for it yet')
  expect(run.code).toBe(255)
})

test.each(['password', 'keyboard-interactive'])(
  'with core away a person who tries %s is told so once, with an id that is in the log',
  async (method) => {
    await using door = await openDoor()
    door.core.fault = new CoreError('CORE_UNAVAILABLE', 'unavailable', {
      step: 'log in',
      message: 'core is away',
      next: 'look at core',
    })
    const options = { PreferredAuthentications: method, NumberOfPasswordPrompts: '3' }
    const run = await runSsh({ port: door.port, user: 'alice', password: ['right', 'right'], options })
    const [, id = 'none'] =
      /management server does not answer.*\[([\w-]+)\]/.exec(run.stderr.toString()) ?? []
    expect(JSON.stringify(door.lines)).toContain(`"id":"${id}"`)
    expect(door.core.calls).toHaveLength(1)
    expect(door.lines.map(({ msg }) => msg)).not.toContain('login try refused')
  },
)

test('a fault of ours in core lets nobody in and shows nothing of it', async () => {
  await using door = await openDoor()
  door.core.fault = new TypeError('secret detail')
  const run = await runSsh({ port: door.port, user: 'alice', password: 'right' })
  expect(run.code).toBe(255)
  expect(run.stderr.toString()).not.toContain('secret detail')
})

test('a login that names an asset carries it to the shell and to the command', async () => {
  await using door = await openDoor()
  const login = { port: door.port, user: 'alice@root@web-9', password: 'right' }
  expect((await runSsh(login)).stdout.toString()).toContain('{"systemUser":"root","asset":"web-9"}')
  const run = await runSsh({ ...login, command: 'uptime' })
  expect(run.stdout.toString()).toBe('root@web-9: uptime\n')
  expect(run.code).toBe(7)
})

test('a command on a plain login says what is missing and ends with 255', async () => {
  await using door = await openDoor()
  const run = await runSsh({ port: door.port, user: 'alice', password: 'right', command: 'uptime' })
  expect(run.stderr.toString()).toMatch(
    /^cocod: A command needs an asset.*alice@ACCOUNT@ASSET.*\[\w+-\w+\]\n$/,
  )
  expect(run.stdout.toString()).toBe('')
  expect(run.code).toBe(255)
})

test("of a client's environment its LANG, if we speak it, and its NO_COLOR are taken, and nothing else", async () => {
  const languages: unknown[] = []
  await using door = await openDoor({
    handlers: {
      ...greet,
      onShell: async (visit) => {
        languages.push([visit.principal.language, visit.terminal.pty?.noColor])
        return greet.onShell(visit)
      },
    },
  })
  const login = { port: door.port, user: 'alice', password: 'right' }
  await runSsh({ ...login, options: { SetEnv: 'LANG=zh_CN.UTF-8' } })
  await runSsh({ ...login, options: { SetEnv: 'LC_ALL=zh_CN.UTF-8', RequestTTY: 'force' } })
  await runSsh({ ...login, options: { SetEnv: 'LANG=de_DE.UTF-8 NO_COLOR=1', RequestTTY: 'force' } })
  expect(languages).toEqual([
    ['zh', undefined],
    ['en', undefined],
    ['en', true],
  ])
})

test('the log of a login names user, address, client and algorithms, and no secret', async () => {
  await using door = await openDoor()
  await runSsh({ port: door.port, user: 'alice', password: 'right' })
  const line = door.lines.find(({ msg }) => msg === 'login accepted')
  expect(line).toMatchObject({ user: 'alice', remoteAddr: '127.0.0.1', method: 'keyboard-interactive' })
  expect(String(line?.['client'])).toMatch(/^OpenSSH_/)
  expect(line?.['algorithms']).toMatchObject({ kex: 'curve25519-sha256', serverHostKey: 'ssh-ed25519' })
  expect(JSON.stringify(door.lines)).not.toContain('right')
})
