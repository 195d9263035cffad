import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Bastion, startBastion } from '../fixtures/bastion.ts'
import { cocod } from '../fixtures/cocod.ts'
import { COCOD } from '../fixtures/daemon.ts'
import { onScreen } from '../fixtures/on-screen.ts'

let bastion: Bastion
beforeAll(async () => {
  bastion = await startBastion()
})
afterAll(() => bastion[Symbol.asyncDispose]())

const PROMPT = /[$#]$/m
const run = (...args: string[]) => cocod(args, bastion.daemon.directory)

interface Listed {
  readonly shortId: string
  readonly [fact: string]: unknown
}

async function listed(): Promise<readonly Listed[]> {
  const { stdout } = await run('session', 'list', '--json')
  return (JSON.parse(stdout) as { sessions: Listed[] }).sessions
}

test('the list shows a session while it runs, with its person, account and asset', async () => {
  expect((await run('session', 'list')).stdout).toBe('no session runs\n')
  await using ssh = await bastion.ssh({ as: bastion.direct })
  await ssh.untilScreen(PROMPT)
  const [session] = await listed()
  expect(session).toMatchObject({
    user: 'alice',
    account: bastion.sshd.asset.user,
    asset: 'web-01',
    remoteAddr: '127.0.0.1',
    loginFrom: 'ST',
    phase: 'running',
    recording: 'recording',
  })
  const { stdout } = await run('session', 'list')
  expect(stdout).toMatch(
    /^s-[0-9a-f]{8} {2}\d{4}-\d\d-\d\d \d\d:\d\d {2}\d+ s {2}alice {2}\S+@web-01 {2}ssh 127\.0\.0\.1 {2}idle \d+ s\n$/,
  )
  ssh.type('exit\r')
  await ssh.closed
  expect(await listed()).toEqual([])
})

test('a session is ended by its short id; its person reads by whom and why, and the record says it', async () => {
  await using ssh = await bastion.ssh({ as: bastion.direct })
  await ssh.untilScreen(PROMPT)
  const [session] = await listed()
  const id = session?.shortId ?? ''
  const ended = await run('session', 'end', id, '--reason', 'the disk is being changed')
  expect([ended.stdout, ended.code]).toEqual([`ended ${id}\n`, 0])
  await ssh.untilScreen(/Ended by \w+: the disk is being changed\. Recorded until now\./)
  await ssh.closed
  const { detail } = JSON.parse(
    bastion.daemon.output
      .split('\n')
      .find((line) => line.includes('"session ended"') && line.includes('killed')) ?? '{}',
  ) as { detail?: string }
  expect(detail).toMatch(/^\w+: the disk is being changed$/)
})

test('an id that fits nothing is refused with what to do', async () => {
  const { stderr, code } = await run('session', 'end', 's-00000000')
  expect(code).toBe(1)
  expect(stderr).toContain('no session runs here that begins with s-00000000')
  expect(stderr).toContain('cocod session list')
})

test('without a daemon the commands say so', async () => {
  const { stderr, code } = await run('session', 'list', '--data-dir', 'nowhere')
  expect(code).toBe(1)
  expect(stderr).toContain('no daemon answers in')
})

/** `cocod session …` as a person types it in a window of their own. */
const inWindow = (...args: string[]) =>
  onScreen({
    file: process.execPath,
    args: [COCOD, 'session', ...args],
    env: { PATH: process.env['PATH'] ?? '', TERM: 'xterm-256color' },
    cwd: bastion.daemon.directory,
    keepOutput: true,
  })

test('who watches sees the screen as it is and what comes, and the person is told', async () => {
  await using ssh = await bastion.ssh({ as: bastion.direct })
  await ssh.untilScreen(PROMPT)
  ssh.type('echo before-$((40+2))\r')
  await ssh.untilScreen(/^before-42$/m)
  const [session] = await listed()
  await using window = inWindow('watch', session?.shortId ?? '')
  await window.untilScreen(/^before-42$/m)
  await ssh.untilScreen(/── \w+ is watching\./)
  ssh.type('echo after-$((40+3))\r')
  await window.untilScreen(/^after-43$/m)
  window.type('echo not-typed\r')
  expect((await run('session', 'list')).stdout).toMatch(/\w+ watches$/m)
  window.type('q')
  expect(await window.closed).toBe(0)
  await ssh.untilScreen(/── \w+ is gone\./)
  ssh.type('exit\r')
  await ssh.closed
  expect(ssh.history()).not.toContain('not-typed')
})

test('r shows the session from its start, and then goes on with what is', async () => {
  await using ssh = await bastion.ssh({ as: bastion.direct })
  await ssh.untilScreen(PROMPT)
  ssh.type('echo at-the-start; sleep 0.1; clear\r')
  await ssh.untilScreen((text) => !text.includes('at-the-start') && PROMPT.test(text))
  const [session] = await listed()
  await using window = inWindow('watch', session?.shortId ?? '')
  await window.untilScreen(PROMPT)
  expect(String(window.output())).not.toContain('at-the-start')
  window.type('r')
  await window.untilScreen(() => String(window.output()).includes('at-the-start'))
  ssh.type('echo now-$((1+1))\r')
  await window.untilScreen(/^now-2$/m)
})

test('who joins types along, the record says whose keys they were, and Ctrl-] q leaves', async () => {
  await using ssh = await bastion.ssh({ as: bastion.direct })
  await ssh.untilScreen(PROMPT)
  const [session] = await listed()
  await using window = inWindow('join', session?.shortId ?? '')
  await ssh.untilScreen(/── \w+ has joined and may type\./)
  window.type('echo from-the-guest-$((2+3))\r')
  await ssh.untilScreen(/^from-the-guest-5$/m)
  window.type('\x1dq')
  expect(await window.closed).toBe(0)
  ssh.type('exit\r')
  await ssh.closed
  const cast = (await run('replay', 'export', session?.shortId ?? '')).stdout
  expect(cast).toMatch(/"m", "join \w+"/)
  expect(cast).toMatch(/"m", "typist \w+"/)
  expect(cast).toMatch(/"m", "leave \w+"/)
})

test('held keys are lost until they are let go, and the person reads by whom', async () => {
  await using ssh = await bastion.ssh({ as: bastion.direct })
  await ssh.untilScreen(PROMPT)
  const id = (await listed())[0]?.shortId ?? ''
  expect((await run('session', 'lock', id)).stdout).toContain('are held')
  await ssh.untilScreen(/── \w+ holds your keys/)
  ssh.type('echo lost-$((1+1))\r')
  expect((await run('session', 'list')).stdout).toMatch(/held by \w+$/m)
  expect((await run('session', 'unlock', id)).stdout).toContain('types again')
  await ssh.untilScreen(/── \w+ has let your keys go\./)
  ssh.type('echo heard-$((1+2))\r')
  await ssh.untilScreen(/^heard-3$/m)
  expect(ssh.history()).not.toContain('lost-')
})

test('a code lets others in over ssh, to see or to type, and nobody with a wrong one', async () => {
  await using ssh = await bastion.ssh({ as: bastion.direct })
  await ssh.untilScreen(PROMPT)
  const id = (await listed())[0]?.shortId ?? ''
  const { stdout } = await run('session', 'share', id, '--write', '--users', 'alice', '--minutes', '5')
  const code = /^[a-z0-9-]+$/m.exec(stdout)?.[0] ?? ''
  await using guest = await bastion.ssh({ as: `alice#join:${code}` })
  await ssh.untilScreen(/── alice has joined and may type\./)
  await guest.untilScreen(PROMPT)
  guest.type('echo by-code-$((3+4))\r')
  await ssh.untilScreen(/^by-code-7$/m)
  ssh.type('exit\r')
  await guest.untilScreen(/── The session s-[0-9a-f]{8} is over\./)
  expect(await guest.closed).toBe(0)
  await using wrong = await bastion.ssh({ as: 'alice#join:aaaaa-bbbbb-ccccc-ddddd' })
  expect(await wrong.closed).toBe(255)
  expect(wrong.history()).toContain('There is no open invitation with this code for alice')
})
