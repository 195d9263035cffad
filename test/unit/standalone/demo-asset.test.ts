import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import { silentLog } from '../../../src/log.ts'
import { generateHostKey } from '../../../src/ssh2/keys.ts'
import { type DemoAsset, startDemoAsset } from '../../../src/standalone/demo-asset.ts'
import { sftp } from '../../fixtures/file-clients.ts'
import { runSsh, type SshClient, sshClient } from '../../fixtures/ssh-client.ts'
import type { SshOptions } from '../../fixtures/ssh-command.ts'

let directory: string
let asset: DemoAsset
let login: SshOptions

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cocod-demo-'))
  const environment = { ...process.env, BOOTSTRAP_TOKEN: 'planted-secret', LANG: 'C.UTF-8', TZ: 'Asia/Tokyo' }
  asset = await startDemoAsset({ clock: systemClock, log: silentLog(), environment })
  const identity = join(directory, 'key')
  await writeFile(identity, asset.privateKey.reveal(), { mode: 0o600 })
  login = { port: asset.port, user: asset.username, identity }
})

afterAll(async () => {
  await asset.close()
  await rm(directory, { recursive: true, force: true })
})

const ALL_BYTES = Array.from({ length: 256 }, (_, value) => value)

/** A shell whose prompt is `$ `, whatever the account's own looks like. */
async function shell(options: Partial<SshOptions> = {}): Promise<SshClient> {
  const client = await sshClient({ ...login, ...options })
  client.type('exec env PS1="ready> " /bin/sh\r')
  await client.untilScreen(/^ready> $|^ready>$/m)
  return client
}

describe('who is let in', () => {
  test('the key made at this start is, and it is the account of this process', async () => {
    const { stdout, code } = await runSsh({ ...login, command: 'id -un' })
    expect(stdout.toString().trim()).toBe(userInfo().username)
    expect(code).toBe(0)
  })

  test('another key is refused', async () => {
    const other = join(directory, 'other')
    await writeFile(other, (await generateHostKey('ed25519')).privateKey, { mode: 0o600 })
    const { stderr, code } = await runSsh({ ...login, identity: other, command: 'true' })
    expect(code).toBe(255)
    expect(stderr.toString()).toContain('Permission denied (publickey)')
  })

  test('the right key under another name is refused, and so is a password', async () => {
    expect((await runSsh({ ...login, user: 'somebody', command: 'true' })).code).toBe(255)
    const { identity: _key, ...bare } = login
    expect((await runSsh({ ...bare, password: 'x', command: 'true' })).code).toBe(255)
  })

  test('nothing is forwarded', async () => {
    const args = ['-o', 'ExitOnForwardFailure=yes', '-R', '0:127.0.0.1:1']
    expect((await runSsh({ ...login, args, command: 'true' })).code).toBe(255)
    expect((await runSsh({ ...login, args: ['-W', `127.0.0.1:${asset.port}`] })).code).not.toBe(0)
  })
})

describe('a command without a terminal', () => {
  test('has its two streams apart, its exit status, and the end of input', async () => {
    const command = 'wc -c; echo out; echo err >&2; exit 7'
    const { stdout, stderr, code } = await runSsh({ ...login, command, stdin: 'abc' })
    expect(stdout.toString().split(/\s+/).filter(Boolean)).toEqual(['3', 'out'])
    expect(stderr.toString()).toBe('err\n')
    expect(code).toBe(7)
  })

  test('that dies of a signal is told as such, not as a status', async () => {
    const { code } = await runSsh({ ...login, command: 'kill -TERM $$' })
    expect(code).toBe(255)
  })

  test('gets nothing of our environment but the allowed part, and a usual umask', async () => {
    const options = { SetEnv: 'LC_TIME=C COCOD_X=1' }
    const { stdout } = await runSsh({ ...login, options, command: 'env; umask' })
    const lines = stdout.toString().split('\n')
    expect(lines).toContain('TZ=Asia/Tokyo')
    expect(lines).toContain('LC_TIME=C')
    expect(lines).toContain('0022')
    expect(stdout.toString()).not.toContain('planted-secret')
    expect(stdout.toString()).not.toMatch(/^(BOOTSTRAP_TOKEN|NODE_OPTIONS|VITEST\w*|COCOD_X)=/m)
  })

  test('that reads nothing of a long input ends and leaves no hang', async () => {
    const { stdout, code } = await runSsh({
      ...login,
      command: 'head -c 3',
      stdin: Buffer.alloc(8_000_000, 'x'),
    })
    expect(stdout.toString()).toBe('xxx')
    expect(code).toBe(0)
  })

  test('gives 100 MB and 8 MB of errors at once without loss', async () => {
    const command = 'head -c 8000000 /dev/zero >&2 & head -c 100000000 /dev/zero | tr "\\0" "a"; wait'
    const { stdout, stderr, code } = await runSsh({ ...login, command })
    const expected = createHash('sha256').update(Buffer.alloc(100_000_000, 'a')).digest('hex')
    expect(stdout.length).toBe(100_000_000)
    expect(createHash('sha256').update(stdout).digest('hex')).toBe(expected)
    expect(stderr.length).toBe(8_000_000)
    expect(code).toBe(0)
  })
})

describe('a terminal', () => {
  test('has its size at the start and after a resize, and its TERM', async () => {
    await using client = await sshClient({
      ...login,
      size: { columns: 97, rows: 31 },
      env: { TERM: 'screen-256color' },
    })
    client.type('stty size; echo "<$TERM>"\r')
    await client.untilScreen(/31 97[\s\S]*<screen-256color>/)
    client.resize({ columns: 120, rows: 40 })
    client.type('until stty size | grep "^40 120$"; do sleep 0.1; done\r')
    await client.untilScreen(/^40 120$/m)
  })

  test('has job control: Ctrl-C stops the program and not the shell, Ctrl-Z suspends it', async () => {
    await using client = await shell()
    const wait = (name: string): string => `sh -c 'echo ${name}-$((1 + 1)); exec sleep 1000'\r`
    client.type(wait('first'))
    await client.untilScreen(/first-2/)
    client.type('\x03')
    await client.untilScreen(/\^C\s+ready>/)
    client.type(wait('second'))
    await client.untilScreen(/second-2/)
    client.type('\x1a')
    await client.untilScreen(/\^Z[\s\S]*ready>/)
    client.type('jobs\r')
    await client.untilScreen(/Stopped|Suspended/)
    client.type('exit 3\rexit 3\r')
    expect(await client.closed).toBe(3)
  })

  test('closes when its shell has gone, though a job is left in the background', async () => {
    await using client = await shell()
    client.type('(trap "" HUP; sleep 5) & echo "left=$((1 + 1))"; exit 4\r')
    expect(await client.closed).toBe(4)
    expect(client.history()).toContain('left=2')
  })

  test('carries a program that draws the whole screen, and UTF-8 both ways', async () => {
    await using client = await shell()
    client.type('printf \'\\033[2J\\033[5;10Hmiddle\'; read x; echo "got $x"\r')
    await client.untilScreen((text) => text.split('\n')[4]?.startsWith('         middle') === true)
    client.type('密码\r')
    await client.untilScreen(/got 密码/)
  })

  test('takes a paste of 1.5 MB whole while the echo is off', async () => {
    const file = join(directory, 'paste')
    const lines = Array.from({ length: 15_000 }, () => `${randomBytes(74).toString('base64').slice(0, 99)}\n`)
    const paste = lines.join('')
    await using client = await shell()
    client.type(`stty -echo; echo "off=$((1 + 1))"; cat > ${file}; stty echo; echo "on=$((2 + 2))"\r`)
    await client.untilScreen(/off=2/)
    client.type(Buffer.from(paste))
    client.type('\x04')
    await client.untilScreen(/on=4/)
    expect((await readFile(file, 'utf8')) === paste).toBe(true)
  })

  test('gives 100 MB through the terminal without loss, also the tail after the shell has gone', async () => {
    const command = 'stty raw -echo; head -c 100000000 /dev/zero | tr "\\0" "b"; printf END'
    const { stdout, code } = await runSsh({ ...login, tty: true, command })
    expect(code).toBe(0)
    expect(stdout.length).toBe(100_000_003)
    expect(stdout.subarray(-3).toString()).toBe('END')
    const expected = createHash('sha256').update(Buffer.alloc(100_000_000, 'b')).update('END').digest('hex')
    expect(createHash('sha256').update(stdout).digest('hex')).toBe(expected)
  })

  test('prints every byte value as it is', async () => {
    const octal = ALL_BYTES.map((value) => `\\${value.toString(8).padStart(3, '0')}`).join('')
    const { stdout } = await runSsh({ ...login, tty: true, command: `stty raw; printf '${octal}'` })
    expect(stdout.toString('hex')).toBe(Buffer.from(ALL_BYTES).toString('hex'))
  })

  test('takes every byte value as it is', async () => {
    const command = 'stty raw -echo; printf READY; head -c 256 | od -An -v -tx1; stty sane'
    const options = { EscapeChar: 'none' }
    await using client = await sshClient({ ...login, tty: true, options, command, keepOutput: true })
    await client.untilScreen(/READY/)
    client.type(Buffer.from(ALL_BYTES))
    await client.closed
    const hex = client
      .output()
      .toString()
      .replace(/^.*READY/s, '')
      .replace(/\s/g, '')
    expect(hex).toBe(Buffer.from(ALL_BYTES).toString('hex'))
  })
})

test('files go to and fro with the real sftp, byte by byte', async () => {
  const source = join(directory, 'source')
  await writeFile(source, randomBytes(1_000_003))
  const { port = 0, user = '', identity = '' } = login
  const copy = join(directory, 'copy')
  const back = join(directory, 'back')
  const { code, stderr } = await sftp({ port, user, identity }, [
    `put ${source} ${copy}`,
    `get ${copy} ${back}`,
  ])
  expect([code, stderr]).toEqual([0, ''])
  expect((await readFile(back)).equals(await readFile(source))).toBe(true)
})

test('closing ends every shell and command that runs', async () => {
  await using other = await startDemoAsset({ clock: systemClock, log: silentLog(), environment: {} })
  const identity = join(directory, 'other-key')
  await writeFile(identity, other.privateKey.reveal(), { mode: 0o600 })
  const to = { ...login, port: other.port, identity }
  await using terminal = await sshClient(to)
  terminal.type('trap "" HUP; echo "pid=<$$>"\r')
  const screen = await terminal.untilScreen(/pid=<\d+>/)
  const pid = Number(/pid=<(\d+)>/.exec(screen)?.[1])
  await using piped = await sshClient({ ...to, tty: false, command: 'echo "pid=<$$>"; exec sleep 1000' })
  const text = await piped.untilScreen(/pid=<\d+>/)
  const second = Number(/pid=<(\d+)>/.exec(text)?.[1])
  await other.close()
  await terminal.closed // with 255, or with the shell's own status where its EOF was faster
  for (const gone of [pid, second]) expect(() => process.kill(gone, 0)).toThrow('ESRCH')
})
