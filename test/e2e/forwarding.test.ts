import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Scope } from '../../src/base/scope.ts'
import { type Bastion, startBastion } from '../fixtures/bastion.ts'
import { cocod } from '../fixtures/cocod.ts'
import { type EchoServer, startEcho } from '../fixtures/echo-server.ts'
import { freePort } from '../fixtures/free-port.ts'
import { replayText } from '../fixtures/replay-text.ts'

const scope = new Scope()
let bastion: Bastion
let echo: EchoServer
let other: EchoServer

beforeAll(async () => {
  echo = scope.own(await startEcho())
  other = scope.own(await startEcho())
  bastion = scope.own(
    await startBastion({
      assetOptions: [
        `forward = 127.0.0.1:${echo.port}`,
        'remote_forward = asset-loopback',
        'forward_users = alice',
        'allow_unrecorded_jump = yes',
      ],
    }),
  )
})
afterAll(() => scope.close())

const quiet = { LogLevel: 'INFO' }

test('-W on a direct login goes to the place the rule names, from the asset, both ways and to the end', async () => {
  const sent = randomBytes(3_000_000)
  const run = await bastion.run('', { args: ['-W', `127.0.0.1:${echo.port}`], stdin: sent })
  expect(run.stderr.toString()).toBe('')
  expect(run.stdout.equals(Buffer.concat([Buffer.from('hello\n'), sent]))).toBe(true)
  expect(run.code).toBe(0)
  const text = await replayText(bastion.daemon.directory, /to 127\.0\.0\.1:\d+ from 127\.0\.0\.1/)
  expect(text).toMatch(
    /#1 closed to 127\.0\.0\.1:\d+ from .*: 3000000 bytes sent, 3000006 received in [\d.]+ s/,
  )
})

test.each([
  ['another port', () => `127.0.0.1:${other.port}`],
  ['another address of it', () => `127.0.0.2:${other.port}`],
  ['the same in other clothes', () => `2130706433:${other.port}`],
  ['mapped IPv6', () => `[::ffff:127.0.0.1]:${other.port}`],
  ['the login port of the asset', () => `127.0.0.1:${bastion.sshd.asset.port}`],
])('%s is refused at the open, with the reason and an id, and nothing connects', async (_what, place) => {
  const run = await bastion.run('', { args: ['-W', place()], options: quiet })
  expect(run.stderr.toString()).toMatch(
    /administratively prohibited: Forwarding to .* is not allowed on web-01\..*\[\w+-\w+\]/,
  )
  expect(run.code).not.toBe(0)
  expect(other.connections).toBe(0)
})

test('a place where nobody listens is told as such', async () => {
  await using closed = await startBastion({ assetOptions: ['forward = 127.0.0.1:*'] })
  const run = await closed.run('', { args: ['-W', `127.0.0.1:${await freePort()}`], options: quiet })
  expect(run.stderr.toString()).toMatch(/connect failed: No connection to 127\.0\.0\.1:\d+: .*refused/)
})

test('forwarded connections are a session like another: it is listed, and ending it ends them', async () => {
  const port = await freePort()
  const args = ['-N', '-L', `${port}:127.0.0.1:${echo.port}`]
  await using ssh = await bastion.ssh({ as: bastion.direct, args, options: quiet })
  const socket = await eventually(port)
  const [hello] = (await once(socket, 'data')) as [Buffer]
  expect(hello.toString()).toBe('hello\n')
  const { stdout } = await cocod(['session', 'list', '--json'], bastion.daemon.directory)
  const { sessions } = JSON.parse(stdout) as { sessions: Array<{ shortId: string }> }
  expect(sessions).toMatchObject([{ user: 'alice', asset: 'web-01' }])
  const over = once(socket, 'close')
  await cocod(['session', 'end', sessions[0]?.shortId ?? ''], bastion.daemon.directory)
  await over
  ssh.type('\x03')
  await ssh.closed
})

test('-R lets the asset listen, by rule, and what connects there reaches the person', async () => {
  const port = await freePort()
  await using ssh = await bastion.ssh({
    as: bastion.direct,
    args: ['-R', `${port}:127.0.0.1:${other.port}`],
    options: { ...quiet, ExitOnForwardFailure: 'yes' },
  })
  await ssh.untilScreen(/[$#] ?$/)
  const before = other.connections
  const socket = await eventually(port)
  const [hello] = (await once(socket, 'data')) as [Buffer]
  expect(hello.toString()).toBe('hello\n')
  expect(other.connections).toBe(before + 1)
  socket.destroy()
  ssh.type('exit\r')
  await ssh.closed
  const text = await replayText(bastion.daemon.directory, /the asset listens at localhost/)
  expect(text).toMatch(/#1 closed at localhost:\d+ from .*: 6 bytes sent, 0 received/)
})

test('-R on all addresses is refused where only the loopback is allowed', async () => {
  const run = await bastion.run('true', {
    args: ['-v', '-R', `0.0.0.0:0:127.0.0.1:${other.port}`],
    options: { LogLevel: 'DEBUG1', ExitOnForwardFailure: 'yes' },
  })
  expect(run.stderr.toString()).toMatch(/remote port forwarding failed/)
  expect(run.stderr.toString()).toMatch(/Remote: .*web-01 may not listen on 0\.0\.0\.0:0 for you/)
  expect(run.code).toBe(255)
})

test('a plain login reaches the login port of a granted asset, where that is allowed, and nothing else', async () => {
  const { port } = bastion.sshd.asset
  const jump = await bastion.run('', { as: 'alice', args: ['-W', `web-01:${port}`], stdin: '' })
  expect(jump.stdout.toString()).toMatch(/^SSH-2\.0-OpenSSH/)
  const text = await replayText(bastion.daemon.directory, new RegExp(`to web-01:${port} from`))
  expect(text).toMatch(/closed to web-01:\d+ from 127\.0\.0\.1/)
  for (const place of [
    `web-01:${echo.port}`,
    `127.0.0.1:${bastion.sshPort}`,
    '169.254.169.254:80',
    'nowhere:22',
  ]) {
    const run = await bastion.run('', { as: 'alice', args: ['-W', place], options: quiet })
    expect(run.stderr.toString(), place).toMatch(
      /administratively prohibited: .* cannot be reached by a plain login/,
    )
  }
})

test('Unix sockets and agents are never forwarded', async () => {
  const run = await bastion.run('echo "[$SSH_AUTH_SOCK]"', {
    args: ['-A', '-L', '/tmp/cocod-never-made:/run/docker.sock'],
  })
  expect(run.stdout.toString()).toBe('[]\n')
  const streamlocal = await bastion.run('', { args: ['-W', '/run/docker.sock:0'], options: quiet })
  expect(streamlocal.code).not.toBe(0)
})

test('what a login forwards ends with it, also where its connection to the asset goes on for another one', async () => {
  await using sharing = await startBastion({
    assetOptions: ['reuse = yes', 'remote_forward = asset-loopback', 'forward_users = alice'],
  })
  await using stays = await sharing.ssh({ as: sharing.direct })
  await stays.untilScreen(/[$#] ?$/)
  const port = await freePort()
  await using leaves = await sharing.ssh({
    as: sharing.direct,
    args: ['-R', `${port}:127.0.0.1:${other.port}`],
    options: { ...quiet, ExitOnForwardFailure: 'yes' },
  })
  await leaves.untilScreen(/[$#] ?$/)
  const socket = await eventually(port)
  await once(socket, 'data')
  const closed = once(socket, 'close')
  process.kill(leaves.pid, 'SIGKILL') // of itself it would wait for what it forwards
  await closed
  while (await answers(port)) await new Promise((resolve) => setImmediate(resolve))
  stays.type('echo still $((40+2))\r')
  await stays.untilScreen(/^still 42/m)
})

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

async function eventually(port: number) {
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    const came = await Promise.race([
      once(socket, 'connect').then(
        () => true,
        () => false,
      ),
      once(socket, 'close').then(() => false),
    ])
    if (came) return socket
    await new Promise((resolve) => setImmediate(resolve))
  }
}
