import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, onTestFailed, test } from 'vitest'
import { FRAME } from '../../src/audit/frames.ts'
import { decodeEvent, type SessionEvent } from '../../src/audit/session-event.ts'
import { type Bastion, PASSWORD, startBastion } from '../fixtures/bastion.ts'
import type { DoubleFileLog } from '../fixtures/core-double/state.ts'
import { type CoreDouble, startCoreDouble } from '../fixtures/core-double.ts'
import { Lookout } from '../fixtures/lookout.ts'
import { framesOf } from '../fixtures/spool.ts'
import { sshCommand } from '../fixtures/ssh-command.ts'
import { startTelnetd, TELNET_LOGIN, type Telnetd } from '../fixtures/telnetd.ts'
import { temporaryDirectory } from '../fixtures/temporary-directory.ts'

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const EVERY = Buffer.from(Array.from({ length: 256 }, (_, value) => value))
const CONTENT = Buffer.concat([EVERY, Buffer.alloc(2000, 0x18), EVERY, randomBytes(1_100_000)])
const MARK = /\*\*\x18B0[01]/

let core: CoreDouble
let bastion: Bastion
let telnetd: Telnetd
beforeAll(async () => {
  core = await startCoreDouble()
  bastion = await startBastion({ core })
  const [alice] = core.state.users.values()
  const [web] = core.state.assets.values()
  if (!alice || !web) throw new Error('no user, no asset')
  const { user: username, privateKey } = bastion.sshd.asset
  const looker = core.addSystemUser({ name: 'looker', username, private_key: privateKey.text })
  core.grant(alice, web, looker, ['connect'])
  const ruled = core.addSystemUser({ name: 'ruled', username, private_key: privateKey.text })
  core.grant(alice, web, ruled)
  core.addRule(ruled, { type: 'command', content: 'touch', action: 'deny', comment: 'no touching' })
  const { account, password } = TELNET_LOGIN
  const operator = core.addSystemUser({ name: account, username: account, password, protocol: 'telnet' })
  telnetd = await startTelnetd()
  const at = { ip: '127.0.0.1', protocols: [`telnet/${telnetd.port}`] }
  core.grant(alice, core.addAsset({ hostname: 'old-switch', ...at }), operator)
  await writeFile(join(bastion.sshd.asset.home, 'down.bin'), CONTENT)
  await chmod(join(bastion.sshd.asset.home, 'down.bin'), 0o644)
})
afterAll(async () => {
  await bastion[Symbol.asyncDispose]()
  await telnetd[Symbol.asyncDispose]()
  await core[Symbol.asyncDispose]()
})

beforeEach(() => onTestFailed(() => console.error(bastion.daemon.output.slice(-8000))))

/** OpenSSH's client as a terminal program has it that speaks ZMODEM: at a mark it runs rz or sz of this side. */
async function terminalOf(as: string, cwd: string) {
  const command = await sshCommand({
    ...{ port: bastion.sshPort, user: as, password: PASSWORD, tty: true, args: ['-e', 'none'] },
  })
  const ssh = spawn(command.file, command.args, { env: command.env, stdio: ['pipe', 'pipe', 'inherit'] })
  const lookout = new Lookout()
  const closed = once(ssh, 'exit')
  let shown = ''
  ssh.stdin.on('error', () => undefined)
  ssh.stdout.on('data', (bytes: Buffer) => {
    shown += bytes.toString('latin1')
    lookout.changed()
  })
  const untilShown = (what: RegExp): Promise<string> =>
    lookout.until(
      () => what.test(shown) && shown,
      () => `never came: ${what} in ${JSON.stringify(shown.slice(-500))}`,
    )
  return {
    type: (keys: string) => ssh.stdin.write(keys),
    untilShown,
    /** Answers the next mark; resolves when the program has ended. */
    async answer(program: string, args: readonly string[]): Promise<void> {
      shown = ''
      const begun = await untilShown(MARK)
      const child = spawn(program, args, { cwd, stdio: ['pipe', 'pipe', 'ignore'] })
      child.stdin.on('error', () => undefined)
      child.stdin.write(Buffer.from(begun, 'latin1'))
      const toChild = (bytes: Buffer): void => void (child.stdin.writable && child.stdin.write(bytes))
      ssh.stdout.on('data', toChild)
      child.stdout.on('data', (bytes: Buffer) => ssh.stdin.write(bytes))
      await once(child, 'exit')
      ssh.stdout.off('data', toChild)
    },
    async leave(): Promise<void> {
      ssh.stdin.write('exit\r')
      await closed
    },
    [Symbol.asyncDispose]: async () => {
      ssh.kill('SIGKILL')
      await closed
      await command[Symbol.asyncDispose]()
    },
  }
}

const logged = (filename: string, success: boolean): Promise<DoubleFileLog> =>
  core.until(({ state }) =>
    state.fileLogs.find((each) => each.filename === filename && each.is_success === success),
  )

/** What the bastion itself kept of the last session. */
async function keptOf() {
  const session = await core.until(({ state }) => {
    const last = [...state.sessions.values()].at(-1)
    return last?.has_replay && last
  })
  const day = new Date(session.date_start).toISOString().slice(0, 10)
  const directory = join(bastion.daemon.directory, 'data', 'sessions', day, session.id)
  const events: SessionEvent[] = []
  for (const { kind, payload } of await framesOf(directory)) {
    const event = kind === FRAME.event ? decodeEvent(payload) : undefined
    if (event) events.push(event)
  }
  const lines = (await readFile(join(directory, 'transfers.ndjson'), 'utf8')).trim().split('\n').slice(1)
  const transfers: unknown[] = lines.map((line): unknown => JSON.parse(line))
  const commands = [...core.state.commands.values()].filter((each) => each.session === session.id)
  return { events, transfers, commands: commands.map(({ input }) => input) }
}

const PROMPT = /[$#] $/

test('files go down and up by sz and rz, exact, and stand in core’s file log, the record and the replay', async () => {
  await using here = await temporaryDirectory()
  const up = Buffer.concat([EVERY, randomBytes(300_000)])
  await writeFile(join(here.path, 'up.bin'), up)
  await using ssh = await terminalOf(bastion.direct, here.path)
  await ssh.untilShown(PROMPT)
  const down = ssh.answer('rz', ['-q'])
  ssh.type('sz -q down.bin; echo down-$?\r')
  await down
  await ssh.untilShown(/down-0[\s\S]*[$#] $/)
  expect(digest(await readFile(join(here.path, 'down.bin')))).toBe(digest(CONTENT))
  const upward = ssh.answer('sz', ['-q', 'up.bin'])
  ssh.type('rz -q; echo up-$?\r')
  await upward
  await ssh.untilShown(/up-0[\s\S]*[$#] $/)
  expect(digest(await readFile(join(bastion.sshd.asset.home, 'up.bin')))).toBe(digest(up))
  await ssh.leave()
  const common = { user: 'Alice (alice)', asset: 'web-01', remote_addr: '127.0.0.1' }
  expect(await logged('down.bin', true)).toMatchObject({ ...common, operate: 'Download' })
  expect(await logged('up.bin', true)).toMatchObject({ ...common, operate: 'Upload' })
  const { events, transfers, commands } = await keptOf()
  const ofDown = { bytes: CONTENT.length, sha256: digest(CONTENT) }
  const ofUp = { bytes: up.length, sha256: digest(up) }
  expect(transfers).toMatchObject([
    { operate: 'Download', path: 'down.bin', success: true, client: 'zmodem', ...ofDown },
    { operate: 'Upload', path: 'up.bin', success: true, client: 'zmodem', ...ofUp },
  ])
  expect(events).toMatchObject([
    { kind: 'transfer', direction: 'download', file: 'down.bin', outcome: 'complete', ...ofDown },
    { kind: 'gap' },
    { kind: 'transfer', direction: 'upload', file: 'up.bin', outcome: 'complete', ...ofUp },
    { kind: 'gap' },
  ])
  expect(events[1]?.bytes).toBeGreaterThan(CONTENT.length)
  expect(events[3]?.bytes).toBeGreaterThan(up.length)
  expect(commands).toEqual(['sz -q down.bin; echo down-$?', 'rz -q; echo up-$?', 'exit'])
})

test('without the rights both are refused: all programs end, the person reads why, and it is logged', async () => {
  await using here = await temporaryDirectory()
  await writeFile(join(here.path, 'never.bin'), CONTENT)
  await using ssh = await terminalOf('alice@looker@web-01', here.path)
  await ssh.untilShown(PROMPT)
  const down = ssh.answer('rz', ['-q'])
  ssh.type('sz -q down.bin; echo down-$?\r')
  await down
  await ssh.untilShown(/down-[1-9][\s\S]*[$#] $/)
  await ssh.untilShown(/Downloading\s+files\s+is\s+not\s+allowed/)
  const upward = ssh.answer('sz', ['-q', 'never.bin'])
  ssh.type('rz -q; echo up-$?\r')
  await upward
  await ssh.untilShown(/up-[1-9][\s\S]*[$#] $/)
  await ssh.untilShown(/Uploading\s+files\s+is\s+not\s+allowed/)
  await ssh.leave()
  expect(await logged('down.bin', false)).toMatchObject({ operate: 'Download' })
  expect(await logged('never.bin', false)).toMatchObject({ operate: 'Upload' })
  const { transfers } = await keptOf()
  expect(transfers).toMatchObject([
    { path: 'down.bin', success: false, reason: 'refused', bytes: 0 },
    { path: 'never.bin', success: false, reason: 'refused', bytes: 0 },
  ])
})

test('with command rules a transfer passes exact, and the keys after it are judged', async () => {
  await using here = await temporaryDirectory()
  const up = Buffer.concat([EVERY, Buffer.from('\rtouch smuggled\r'), randomBytes(50_000)])
  await writeFile(join(here.path, 'ruled.bin'), up)
  await using ssh = await terminalOf('alice@ruled@web-01', here.path)
  await ssh.untilShown(PROMPT)
  const down = ssh.answer('rz', ['-q'])
  ssh.type('sz -q down.bin; echo down-$?\r')
  await down
  await ssh.untilShown(/down-0[\s\S]*[$#] $/)
  expect(digest(await readFile(join(here.path, 'down.bin')))).toBe(digest(CONTENT))
  const upward = ssh.answer('sz', ['-q', 'ruled.bin'])
  ssh.type('rz -q; echo up-$?\r')
  await upward
  await ssh.untilShown(/up-0[\s\S]*[$#] $/)
  expect(digest(await readFile(join(bastion.sshd.asset.home, 'ruled.bin')))).toBe(digest(up))
  ssh.type('touch smuggled\r')
  await ssh.untilShown(/is not\s+allowed\s+here[\s\S]*[$#] $/)
  await core.until(({ state }) => state.commands.find(({ input }) => input === 'touch smuggled'))
  ssh.type('echo aft""er\r')
  await ssh.untilShown(/after[\s\S]*[$#] $/)
  expect(existsSync(join(bastion.sshd.asset.home, 'smuggled'))).toBe(false)
  await ssh.leave()
})

test('files go down and up over telnet', async () => {
  await using here = await temporaryDirectory()
  await using there = await temporaryDirectory()
  const up = Buffer.concat([EVERY, randomBytes(50_000)])
  await writeFile(join(here.path, 'up.bin'), up)
  await writeFile(join(there.path, 'far.bin'), CONTENT)
  await using ssh = await terminalOf(`alice@${TELNET_LOGIN.account}@old-switch`, here.path)
  await ssh.untilShown(PROMPT)
  ssh.type(`cd ${there.path}; echo th""ere\r`)
  await ssh.untilShown(/there[\s\S]*[$#] $/)
  const down = ssh.answer('rz', ['-q'])
  ssh.type('sz -q far.bin; echo down-$?\r')
  await down
  await ssh.untilShown(/down-0[\s\S]*[$#] $/)
  expect(digest(await readFile(join(here.path, 'far.bin')))).toBe(digest(CONTENT))
  const upward = ssh.answer('sz', ['-q', 'up.bin'])
  ssh.type('rz -q; echo up-$?\r')
  await upward
  await ssh.untilShown(/up-0[\s\S]*[$#] $/)
  expect(digest(await readFile(join(there.path, 'up.bin')))).toBe(digest(up))
})
