import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, expect, onTestFailed, test } from 'vitest'
import { type Bastion, startBastion } from '../fixtures/bastion.ts'
import { type CoreDouble, startCoreDouble } from '../fixtures/core-double.ts'
import { isRoot } from '../fixtures/system-account.ts'

let core: CoreDouble
let bastion: Bastion
beforeAll(async () => {
  core = await startCoreDouble()
  bastion = await startBastion({ core })
})
afterAll(async () => {
  await bastion[Symbol.asyncDispose]()
  await core[Symbol.asyncDispose]()
})

// What the daemon said is the first thing to know of a failure.
beforeEach(() => onTestFailed(() => console.error(bastion.daemon.output.slice(-8000))))

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const everyByte = Buffer.from(Array.from({ length: 256 }, (_, value) => value))
const PROMPT = /[$#]$/m

/** A shell on the asset, by the menu. */
async function shell(options: Parameters<Bastion['ssh']>[0] = {}) {
  const ssh = await bastion.ssh(options)
  await ssh.untilScreen(/Opt>$/m)
  ssh.type('web-01\r')
  await ssh.untilScreen(PROMPT)
  return ssh
}

test('a person comes by the menu into a shell, and back to it by exit', async () => {
  await using ssh = await bastion.ssh()
  const welcome = await ssh.untilScreen(/Opt>$/m)
  expect(welcome).toContain('Welcome, Alice')
  ssh.type('p\r')
  await ssh.untilScreen(/web-01\s+127\.0\.0\.1/)
  ssh.type('1\r')
  await ssh.untilScreen(PROMPT)
  ssh.type('echo in-$((40+2))\r')
  await ssh.untilScreen(/in-42/)
  ssh.type('exit\r')
  await ssh.untilScreen(/closed by the asset \(exit 0\)[\s\S]*Opt>$/m)
  ssh.type('q\r')
  expect(await ssh.closed).toBe(0)
})

test('window size, TERM, UTF-8 and Ctrl-C reach the asset, and a resize does', async () => {
  await using ssh = await shell({ size: { columns: 91, rows: 31 } })
  ssh.type('stty size; echo $TERM; printf "%s\\n" 世界😀\r')
  await ssh.untilScreen(/31 91[\s\S]*xterm-256color[\s\S]*世界😀/)
  ssh.resize({ columns: 101, rows: 35 })
  // The client sends the size when it gets to its signal, which may be after these keys.
  ssh.type('clear; until stty size | grep "^35 101$"; do sleep 0.1; done\r')
  await ssh.untilScreen(/^35 101\n.*[$#] ?$/m) // before the prompt its editor may lose a key
  // Until the program itself runs, the shell may drop the signal.
  ssh.type("sh -c 'echo is-up; exec sleep 1000'\r")
  await ssh.untilScreen(/^is-up$/m)
  ssh.type('\x03')
  await ssh.untilScreen(/\^C/)
  ssh.type('echo status-$?\r')
  await ssh.untilScreen(/status-130/)
})

test('the terminal modes of the client are those on the asset: IUTF8 and the erase key', async () => {
  await using ssh = await shell({ stty: 'iutf8 erase ^H' })
  ssh.type('stty -a | tr ";" "\\n" | grep -Eo "erase = .*|-?iutf8" | tr "\\n" ,; echo\r')
  await ssh.untilScreen(/^erase = \^H,.*,iutf8,/m)
})

test('a full-screen program works, and leaves the screen as it was', async () => {
  await using ssh = await shell()
  ssh.type('echo before; seq 1 500 | less\r')
  await ssh.untilScreen((text) => /^1$/m.test(text) && /^:|seq/m.test(text))
  ssh.type('G')
  await ssh.untilScreen(/^500$/m)
  ssh.type('q')
  await ssh.untilScreen((text) => text.includes('before') && !/^500$/m.test(text))
  ssh.type('vi /tmp/none-$$\r')
  await ssh.untilScreen(/^~ *$/m)
  ssh.type(':q!\r')
  await ssh.untilScreen((text) => text.includes('before') && PROMPT.test(text))
})

test('100 MB of output and every byte value arrive unchanged', async () => {
  const bytes = 100 << 20
  const expected = createHash('sha256')
  for (let sent = 0; sent < bytes; sent += 1 << 20) expected.update(Buffer.alloc(1 << 20, everyByte))
  const perl = `perl -e 'binmode STDOUT; $b=join("",map{chr}0..255)x4096; print $b for 1..100'`
  const { stdout, code } = await bastion.run(perl, { as: bastion.direct })
  expect(code).toBe(0)
  expect(stdout.length).toBe(bytes)
  expect(digest(stdout)).toBe(expected.digest('hex'))
})

test('8 MB of stdout and 8 MB of stderr at once are exact, with the right exit code', async () => {
  const command =
    '(head -c 8388608 /dev/zero | tr "\\0" o) & (head -c 8388608 /dev/zero | tr "\\0" e >&2); wait; exit 3'
  const { stdout, stderr, code } = await bastion.run(command)
  expect(stdout.equals(Buffer.alloc(8 << 20, 'o'))).toBe(true)
  expect(stderr.equals(Buffer.alloc(8 << 20, 'e'))).toBe(true)
  expect(code).toBe(3)
})

test('a command without input runs; with input it gets all of it and its EOF', async () => {
  const empty = await bastion.run('cat; echo done', { stdin: '' })
  expect([empty.stdout.toString(), empty.code]).toEqual(['done\n', 0])
  const input = Buffer.alloc(5 << 20, everyByte)
  const { stdout } = await bastion.run('sha256sum', { stdin: input })
  expect(stdout.toString()).toContain(digest(input))
})

test('a signal that ends the command is told as it was', async () => {
  const { code } = await bastion.run('kill -TERM $$')
  expect(code).toBe(255) // OpenSSH's client says 255 for an exit-signal
  const ended = await core.until(({ state }) =>
    [...state.commands.values()].find(({ input }) => input === 'kill -TERM $$'),
  )
  expect(ended.asset).toBe('web-01')
})

test('1.5 MB pasted into a program without echo arrive whole', async () => {
  await using ssh = await shell()
  const line = `${'x'.repeat(999)}\n`
  const text = line.repeat(1500)
  // The command line's own echo comes before the echo is off: a paste then would be the shell's.
  ssh.type("stty -echo; echo rea''dy; sha256sum; stty echo\r")
  await ssh.untilScreen(/^ready/m)
  ssh.type(text)
  ssh.type('\x04')
  await ssh.untilScreen(new RegExp(digest(Buffer.from(text))))
})

test.runIf(isRoot)('an account with a password works too, chosen by its name', async () => {
  const as = `alice#${bastion.sshd.asset.user}-password#web-01`
  const { stdout, code } = await bastion.run('whoami', { as })
  expect([stdout.toString().trim(), code]).toEqual([bastion.sshd.asset.user, 0])
})

test('an unknown asset is one sentence with what is close, and exit code 255', async () => {
  const { stderr, code, stdout } = await bastion.run('true', { as: 'alice#web-02' })
  expect(code).toBe(255)
  expect(stderr.toString()).toMatch(/^cocod: .*“web-02”.*web-01.*\[[0-9a-f]{4}-[0-9a-f]+\]/m)
  expect(stdout.length).toBe(0)
})

test('core knows the session before the first byte, and its end, commands and replay after it', async () => {
  const before = new Set(core.state.sessions.keys())
  const { stdout } = await bastion.run('echo recorded-here; echo to-stderr >&2')
  expect(stdout.toString()).toBe('recorded-here\n')
  const session = await core.until(({ state }) =>
    [...state.sessions.values()].find(({ id, has_replay }) => !before.has(id) && has_replay),
  )
  expect(session).toMatchObject({
    user: 'Alice (alice)',
    asset: 'web-01',
    system_user: bastion.sshd.asset.user,
    is_finished: true,
    login_from: 'ST',
    remote_addr: '127.0.0.1',
  })
  const replay = core.state.replays.get(session.id)
  expect(replay).toBeDefined()
  const frames: unknown = JSON.parse(gunzipSync(replay ?? Buffer.alloc(0)).toString())
  const text = Object.values(frames ?? {}).join('')
  expect(text).toContain('recorded-here')
  expect(text).toContain('to-stderr')
  const commands = [...core.state.commands.values()].filter((each) => each.session === session.id)
  expect(commands.map(({ input }) => input)).toEqual(['echo recorded-here; echo to-stderr >&2'])
})

test('what is typed in a shell is listed in core, what is typed without echo is not', async () => {
  const before = new Set(core.state.sessions.keys())
  {
    await using ssh = await shell()
    ssh.type('echo first-one\r')
    await ssh.untilScreen(/^first-one/m)
    ssh.type('read -s SECRET; echo got-it\r')
    await ssh.untilScreen(/got-it$/m)
    ssh.type('hunter2-canary\r')
    await ssh.untilScreen(/^got-it/m)
    ssh.type('exit\r')
    await ssh.untilScreen(/Opt>$/m)
  }
  const session = await core.until(({ state }) =>
    [...state.sessions.values()].find(({ id, has_replay }) => !before.has(id) && has_replay),
  )
  const commands = [...core.state.commands.values()].filter((each) => each.session === session.id)
  expect(commands.map(({ input }) => input)).toEqual([
    'echo first-one',
    'read -s SECRET; echo got-it',
    'exit',
  ])
  expect(JSON.stringify([...core.state.commands.values()])).not.toContain('hunter2')
})

test('a client that vanishes leaves a finished session with its replay', async () => {
  const before = new Set(core.state.sessions.keys())
  const ssh = await shell()
  ssh.type('echo still-here\r')
  await ssh.untilScreen(/^still-here/m)
  process.kill(ssh.pid, 'SIGKILL')
  await ssh.closed
  await ssh[Symbol.asyncDispose]()
  const session = await core.until(({ state }) =>
    [...state.sessions.values()].find(({ id, has_replay }) => !before.has(id) && has_replay),
  )
  expect(session.is_finished).toBe(true)
})

test('an order of core ends the session: the user reads why, and it is acknowledged', async () => {
  await using ssh = await shell()
  const session = [...core.state.sessions.values()].find(({ is_finished }) => !is_finished)
  const task = core.orderKill(session?.id ?? '')
  await ssh.untilScreen(/Ended by an administrator[\s\S]*Opt>$/m)
  await core.until(({ state }) => state.tasks.get(task.id)?.is_finished)
})

test('an order for a session that is long gone is acknowledged too', async () => {
  const task = core.orderKill('00000000-0000-4000-8000-000000000000')
  await core.until(({ state }) => state.tasks.get(task.id)?.is_finished)
})
