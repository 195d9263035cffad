import { expect, test } from 'vitest'
import { PtySession } from '../../../fixtures/pty-session.ts'

const dash = (size = { columns: 80, rows: 24 }): Promise<PtySession> =>
  PtySession.start({ file: 'dash', args: ['-i'], env: { PS1: '$ ', PS2: '> ', ENV: '' }, prompt: '$ ', size })

for (const size of [
  { columns: 80, rows: 24 },
  { columns: 40, rows: 10 },
]) {
  test(`dash, which has no line editor, is followed by its line ends at ${size.columns}x${size.rows}`, async () => {
    await using shell = await dash(size)
    const line = `echo ${'长长的一行 words '.repeat(8)}`
    await shell.run('echo one\r', '$ ')
    await shell.run(`${line}\r`, /\n\$ /)
    await shell.run('echo twx\x7fo\r', '$ ')
    expect(await shell.end()).toEqual(['echo one', line.trimEnd(), 'echo two'])
    expect(shell.commands[0]).toMatchObject({ output: 'one', confidence: 'screen' })
  })
}

test('several lines sent to dash at once are a command each', async () => {
  await using shell = await dash()
  await shell.run('echo one\necho two\necho fin\n', '$ fin')
  await shell.until('$ ')
  expect(await shell.end()).toEqual(['echo one', 'echo two', 'echo fin'])
})

test('what is typed ahead of dash is a command, what a program reads is none', async () => {
  await using shell = await dash()
  await shell.run('echo go; sleep 0.3\r', 'go\r\n')
  await shell.run('echo ahead\r', 'ahead\r\n')
  await shell.until('ahead\r\n$ ')
  await shell.run('echo go; read x; read y\r', 'go\r\n')
  await shell.run('for read\r', 'read\r\n')
  await shell.run('more\r', '$ ')
  await shell.run('echo x\r', '$ ')
  expect(await shell.end()).toEqual(['echo go; sleep 0.3', 'echo ahead', 'echo go; read x; read y', 'echo x'])
})

test('what dash reads with its echo off is in no record', async () => {
  await using shell = await dash()
  const ask = "stty -echo; printf 'Password: '; read x; stty echo"
  await shell.run(`${ask}\r`, '\nPassword: ')
  await shell.run('hunter2-secret\r', '$ ')
  await shell.run('echo done\r', '$ ')
  await shell.run(`${ask}; echo\r`, '\nPassword: ')
  await shell.run('hunter2-secret\r', '$ ')
  await shell.run('ls -d /\r', '$ ')
  expect(await shell.end()).toEqual([ask, 'echo done', `${ask}; echo`, 'ls -d /'])
  expect(JSON.stringify(shell.commands)).not.toContain('hunter2')
})

test('here-documents, Ctrl-C and clear are right in dash', async () => {
  await using shell = await dash()
  await shell.run('cat <<END\r', '> ')
  await shell.run('text\r', '> ')
  await shell.run('END\r', '$ ')
  await shell.run('if true\r', '> ')
  await shell.idle()
  await shell.run('\x03', '$ ')
  await shell.run('rm -rf everything', 'everything')
  await shell.idle()
  await shell.run('\x03', '$ ')
  await shell.run('clear\r', '$ ')
  await shell.run('echo last\r', '$ ')
  expect(await shell.end()).toEqual(['cat <<END', 'text', 'END', 'clear', 'echo last'])
})

test('the last command of dash is recorded when the session ends right after Enter', async () => {
  await using shell = await dash()
  await shell.run('echo one\r', '$ ')
  await shell.run('exit', 'exit')
  shell.type('\r')
  expect(await shell.end()).toEqual(['echo one', 'exit'])
})

test('an old shell without a line editor inside bash is followed too', async () => {
  await using shell = await PtySession.start({
    file: 'bash',
    args: ['--norc', '--noprofile', '-i'],
    env: { PS1: 'outer$ ', HISTFILE: '' },
    prompt: 'outer$ ',
  })
  await shell.run("PS1='inner''# ' dash -i\r", 'inner# ')
  await shell.run('echo in\r', 'inner# ')
  await shell.run('exit\r', 'outer$ ')
  await shell.run('echo out\r', 'outer$ ')
  expect(await shell.end()).toEqual(["PS1='inner''# ' dash -i", 'echo in', 'exit', 'echo out'])
})

test('a program that asks in a loop with an unknown prompt is recorded from the second line', async () => {
  await using shell = await PtySession.start({
    file: 'bash',
    args: ['-c', 'while read -p "(gdb) " x; do :; done'],
    env: {},
    prompt: '(gdb) ',
  })
  await shell.run('break main\r', '(gdb) ')
  await shell.run('run\r', '(gdb) ')
  await shell.run('print x\r', '(gdb) ')
  expect(await shell.end()).toEqual(['break main', 'run', 'print x'])
})

test('a full-screen program in raw mode with bracketed paste, as vim is, yields no commands', async () => {
  await using shell = await PtySession.start({
    file: 'bash',
    args: ['--norc', '--noprofile', '-i'],
    env: { PS1: 'root@web-1:~# ', HISTFILE: '' },
    prompt: 'root@web-1:~# ',
  })
  const on = String.raw`printf '\033[?1049h\033[?2004h'; stty raw -echo; echo ready`
  const off = String.raw`stty sane; printf '\033[?2004l\033[?1049l'`
  const line = `${on}; while [ "$k" != Q ]; do read -rN1 k; printf %s "$k"; done; ${off}`
  await shell.run(line, 'l')
  await shell.run('\r', 'ready')
  await shell.run('iroot@web-2:/ rm -rf\r:wq\rQ', 'root@web-1:~# ')
  await shell.run('echo x\r', 'root@web-1:~# ')
  expect(await shell.end()).toEqual([line, 'echo x'])
})
