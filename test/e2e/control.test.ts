import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Bastion, startBastion } from '../fixtures/bastion.ts'
import { cocod } from '../fixtures/cocod.ts'

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
