import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { COCOD } from '../fixtures/daemon.ts'
import { type OnScreen, onScreen } from '../fixtures/on-screen.ts'
import { type SshClient, sshClient } from '../fixtures/ssh-client.ts'
import { temporaryDirectory } from '../fixtures/temporary-directory.ts'

const WIDE = { columns: 200, rows: 30 }
const SHELL = /[$#]$/m

/** `cocod …` as a person starts it in `home`. */
const cocod = (home: string, ...args: string[]): OnScreen =>
  onScreen({
    file: process.execPath,
    args: [COCOD, ...args],
    env: { PATH: process.env['PATH'] ?? '', HOME: home, TERM: 'xterm-256color', LANG: 'C.UTF-8' },
    cwd: home,
    size: WIDE,
  })

/** Reads from the first screen what a person would copy. */
async function firstScreen(daemon: OnScreen) {
  const text = await daemon.untilScreen(/Ready in [\d.]+ s/)
  const found = (pattern: RegExp): string => pattern.exec(text)?.[1] ?? `nothing like ${pattern} in:\n${text}`
  return {
    text,
    port: Number(found(/log in +ssh -p (\d+) demo@127\.0\.0\.1$/m)),
    password: found(/password +(\S+)$/m),
    recordings: found(/replays +(.*)$/m),
  }
}

/** Logs in as the first screen says and types the password at ssh's own question. */
async function logIn({ port, password }: { port: number; password: string }): Promise<SshClient> {
  const ssh = await sshClient({ port, user: 'demo' })
  await ssh.untilScreen(/Password:/)
  ssh.type(`${password}\r`)
  await ssh.untilScreen(/Welcome, Demo\.[\s\S]*Opt>$/)
  return ssh
}

async function inTheMenu(ssh: SshClient): Promise<void> {
  ssh.type('p\r')
  await ssh.untilScreen(/1 {2}this-machine +127\.0\.0\.1 .*\n.*1 asset[\s\S]*Opt>$/)
  ssh.type('1\r')
  await ssh.untilScreen(SHELL)
  ssh.type('stty size; echo 你好\r')
  await ssh.untilScreen(/^24 80\n你好$/m)
  ssh.resize({ columns: 100, rows: 30 })
  // The client sends the size when it gets to its signal, which may be after these keys.
  ssh.type('until stty size | grep "^30 100$"; do sleep 0.1; done\r')
  await ssh.untilScreen(/^30 100$/m)
  ssh.type('exit\r')
  await ssh.untilScreen(/── Connection to this-machine closed by the asset \(exit 0\)[\s\S]*Opt>$/)
  ssh.type('q\r')
  expect(await ssh.closed).toBe(0)
  expect(ssh.history()).toContain('Bye.')
}

test('the first minute goes as the README says: log in, a shell, back, the recording, Ctrl-C', async () => {
  await using home = await temporaryDirectory()
  await using daemon = cocod(
    home.path,
    ...['start', '--standalone', '--sshd-port', '0', '--httpd-port', '0'],
    ...['--data-dir', './records'],
  )
  const first = await firstScreen(daemon)
  expect(first.text).not.toMatch(/^\d\d:\d\d:\d\d/m) // no log before it, in it, or behind it
  {
    await using ssh = await logIn(first)
    await inTheMenu(ssh)
  }
  await daemon.untilScreen(/session begins {2}session=s-\w{8} user=demo asset=this-machine/)

  const { stdout } = await promisify(execFile)('sh', ['-c', first.recordings], { cwd: home.path })
  expect(stdout).toMatch(
    /^s-\w{8} {2}\d{4}-\d\d-\d\d \d\d:\d\d {2}\d+ s {2}demo {2}\w+@this-machine {2}3 commands {2}/,
  )
  const id = stdout.slice(0, 10)
  {
    await using player = cocod(
      home.path,
      ...['replay', 'play', id, '--max-idle', '0.1', '--data-dir', './records'],
    )
    expect(await player.closed).toBe(0)
    expect(player.history()).toMatch(/^你好$/m)
    expect(player.screen()).toMatch(new RegExp(`── End: ${id}$`))
  }

  await using open = await logIn(first)
  open.type('this\r')
  await open.untilScreen(SHELL)
  daemon.type('\x03')
  expect(await daemon.closed).toBe(0)
  expect(daemon.screen()).toMatch(/ {2}stopped$/)
  expect(daemon.history()).not.toContain('spool') // there was nothing to recover
  await open.closed
  expect(open.history()).toMatch(/── Ended: this bastion is being stopped.*\[s-\w{8}\]/)
})
