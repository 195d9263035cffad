import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Bastion, PASSWORD, startBastion } from '../fixtures/bastion.ts'
import { onScreen } from '../fixtures/on-screen.ts'

const INVENTORY = `
[asset db-01]
address = 127.0.0.1
port = 9
comment = 订单库
groups = 生产/数据库
accounts = nobody-here

[account nobody-here]
username = nobody
password = x
`

let bastion: Bastion
let announcement: string
beforeAll(async () => {
  bastion = await startBastion({
    inventory: INVENTORY,
    env: { ANNOUNCEMENT_FILE: 'news.txt', LANGUAGE_CODE: 'en' },
  })
  announcement = join(bastion.daemon.directory, 'news.txt')
})
afterAll(() => bastion[Symbol.asyncDispose]())

const PROMPT = /Opt>$/m

test('what a person did is there at the next login: history, favourites, last asset, last login, language', async () => {
  writeFileSync(announcement, '周六维护\n')
  {
    await using first = await bastion.ssh()
    await first.untilScreen(/周六维护[\s\S]*Opt>$/m)
    first.type('*db\r')
    await first.untilScreen(/db-01 is a favourite now/)
    first.type('web\r')
    await first.untilScreen(/[$#]$/m)
    first.type('exit\r')
    await first.untilScreen(/closed by the asset[\s\S]*Opt>$/m)
    first.type('s\r')
    await first.untilScreen(/全部资产/)
    first.type('q\r')
    expect(await first.closed).toBe(0)
  }
  writeFileSync(announcement, '')
  await using second = await bastion.ssh()
  const welcome = await second.untilScreen(/最近登录过[\s\S]*Opt>$/m)
  expect(welcome).toMatch(/^ {2}上次登录：.*，来自 127\.0\.0\.1$/m)
  expect(welcome).toMatch(/^1 {2}web-01/m)
  expect(welcome).not.toContain('周六维护')
  second.type('\x12fav')
  second.type('\x07\x1b[A\x1b[A\x1b[A')
  await second.untilScreen(/Opt> web$/m)
  second.type('\x15l\r')
  await second.untilScreen(/[$#]$/m)
  second.type('exit\r')
  await second.untilScreen(/Opt>$/m)
  second.type('*\r')
  await second.untilScreen(/^\*1 {2}db-01/m)
  second.type('s\r')
  await second.untilScreen(/all assets[\s\S]*Opt>$/m)
  second.type('q\r')
  expect(await second.closed).toBe(0)
  const files = readdirSync(join(bastion.daemon.directory, 'data/people'))
  expect(files).toHaveLength(1)
})

test('the full-screen list, groups and a refused asset on a real terminal that changes its size', async () => {
  await using ssh = await bastion.ssh({ size: { columns: 60, rows: 20 } })
  await ssh.untilScreen(PROMPT)
  ssh.type('g\r')
  await ssh.untilScreen(/生产[\s\S]*└─数据库[\s\S]*Opt>$/m)
  ssh.type('f\r')
  await ssh.untilScreen(/^Find:[\s\S]*web-01/)
  ssh.resize({ columns: 100, rows: 30 })
  ssh.type('wb1')
  await ssh.untilScreen(/^Find: wb1\n[\s\S]*1 of 2/)
  ssh.type('\x1b')
  await ssh.untilScreen(/Opt>$/m)
  ssh.type('db\r')
  await ssh.untilScreen(/\[[0-9a-f]{4}-[0-9a-f]+\]\n+Opt>$/m)
  ssh.type('q\r')
  expect(await ssh.closed).toBe(0)
})

test('ssh -T, and ssh with NO_COLOR, get plain text', async () => {
  const plain = await bastion.run('', { as: 'alice', stdin: 'p\nh\nq\n', tty: false })
  expect(plain.code).toBe(0)
  expect(plain.stdout.toString()).toMatch(/# {2}Name +Address[^\n]*\n\*?1 +db-01/)
  expect(plain.stdout.toString()).not.toMatch(/[\x1b\r]/)
  await using ssh = await bastion.ssh({ options: { SetEnv: 'NO_COLOR=1' }, keepOutput: true })
  await ssh.untilScreen(PROMPT)
  ssh.type('/web\r')
  await ssh.untilScreen(/match “web”/)
  expect(ssh.output().toString()).not.toMatch(/\x1b\[[\d;]*[1-9][\d;]*m/)
})

test('PuTTY’s plink gets the same menu', async () => {
  const passwordFile = join(bastion.daemon.directory, 'plink-password')
  writeFileSync(passwordFile, PASSWORD, { mode: 0o600 })
  const keys = await hostKeys()
  await using plink = onScreen({
    file: 'plink',
    args: [
      ...['-ssh', '-t', '-no-antispoof', '-P', String(bastion.sshPort), '-pwfile', passwordFile],
      ...keys.flatMap((key) => ['-hostkey', key]),
      'alice@127.0.0.1',
    ],
    env: { PATH: process.env['PATH'] ?? '', HOME: bastion.daemon.directory, TERM: 'xterm' },
  })
  await plink.untilScreen(/Welcome, Alice[\s\S]*Opt>$/m)
  plink.type('/订单\r')
  await plink.untilScreen(/1 {2}db-01[\s\S]*Opt>$/m)
  plink.type('web-0\x1b[D\x1b[Dx\x7f\x1b[F1\r')
  await plink.untilScreen(/[$#]$/m)
  plink.type('exit\r')
  await plink.untilScreen(/Opt>$/m)
  plink.type('\x04')
  expect(await plink.closed).toBe(0)
})

test('a program of paramiko drives the menu, resizes its window and reads what a person would', async () => {
  const child = spawn('/usr/bin/python3', ['-c', PARAMIKO, String(bastion.sshPort), PASSWORD], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  const closed: unknown[] = await once(child, 'close')
  const text = Buffer.concat(chunks).toString()
  expect(text).toMatch(/Welcome, Alice/)
  expect(text).toMatch(/web-01 +127\.0\.0\.1/)
  expect(text).toMatch(/exit status 0/)
  expect(closed).toEqual([0, null])
})

const PARAMIKO = `
import sys, paramiko
port, password = int(sys.argv[1]), sys.argv[2]
client = paramiko.SSHClient()
client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
client.connect('127.0.0.1', port, 'alice', password, allow_agent=False, look_for_keys=False)
shell = client.invoke_shell('vt100', width=70, height=20)
shell.settimeout(30)
seen = ''
def until(text, count=1):
    global seen
    while seen.count(text) < count:
        data = shell.recv(4096)
        if not data: sys.exit('ended before ' + text)
        seen += data.decode('utf-8', 'replace')
until('Opt> ')
shell.resize_pty(width=120, height=40)
before = seen.count('Opt> ')
shell.sendall(b'p\\r')
until('A number connects')
shell.sendall(b'q\\r')
until('Bye.')
print(seen)
print('exit status', shell.recv_exit_status())
client.close()
`

/** Fingerprints of the bastion's host keys, as plink wants them. */
async function hostKeys(): Promise<readonly string[]> {
  const scan = spawn('ssh-keyscan', ['-p', String(bastion.sshPort), '127.0.0.1'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const chunks: Buffer[] = []
  scan.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(scan, 'close')
  const file = join(bastion.daemon.directory, 'scanned')
  writeFileSync(file, Buffer.concat(chunks))
  const list = spawn('ssh-keygen', ['-lf', file], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: Buffer[] = []
  list.stdout.on('data', (chunk: Buffer) => lines.push(chunk))
  await once(list, 'close')
  expect(readFileSync(file, 'utf8')).not.toBe('')
  return [
    ...Buffer.concat(lines)
      .toString()
      .matchAll(/SHA256:\S+/g),
  ].map(([key]) => key)
}
