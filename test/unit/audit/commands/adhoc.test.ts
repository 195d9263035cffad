import { expect, test } from 'vitest'
import { PtySession } from '../../../fixtures/pty-session.ts'
const P = 'root@web-1:~# '
const bash = () => PtySession.start({ file: 'bash', args: ['--norc', '--noprofile', '-i'], env: { PS1: P, HISTFILE: '' }, prompt: P })
const zz = (ms: number) => new Promise((r) => setTimeout(r, ms))
test('less vi top', async () => {
  await using s = await bash()
  await s.run('seq 500 | less\r', '\x1b[?1049h'); await zz(100)
  s.type('/400\r'); await zz(100); s.type('q'); await s.until(P); await zz(100)
  s.type('vi file\r'); await zz(400); s.type('i# hello world\rroot@web-1:~# rm -rf x\rmore'); await zz(100); s.type('\x1b'); await zz(100); s.type(':wq\r'); await s.until(P); await zz(100)
  await s.run('cat file\r', P); await zz(100)
  s.type('top\r'); await zz(400); s.type('q'); await zz(200)
  await s.run('echo x\r', P)
  console.log(await s.end(), s.errors)
})
test('tmux', async () => {
  await using s = await bash()
  s.type(`PS1='root@web-1:~# ' tmux -L t${process.pid} -f /dev/null new 'bash --norc --noprofile -i'\r`); await zz(800)
  for (const l of ['echo in tmux', 'ls -d /', 'seq 100', 'echo again']) { for (const c of l) { s.type(c); await zz(8) } s.type('\r'); await zz(250) }
  s.type('\x1b[A'); await zz(150); s.type(' up'); await zz(150); s.type('\r'); await zz(200)
  s.type('exit\r'); await zz(400)
  await s.run('echo x\r', P)
  console.log(await s.end(), s.errors, s.commands.map(c=>c.confidence))
})
test('python', async () => {
  await using s = await bash()
  s.type('python3\r'); await zz(700)
  for (const l of ['print(1)', 'def f():', '  return 2', '', 'f()', 'exit()']) { for (const c of l) { s.type(c); await zz(8) } s.type('\r'); await zz(100) }
  await zz(200)
  await s.run('echo x\r', P)
  console.log(await s.end(), s.errors, s.commands.map(c=>c.output))
})
test('zsh fish busybox if there', async () => {
  for (const [file, args] of [['zsh', ['-f', '-i']], ['fish', ['-N']], ['busybox', ['sh']]] as const) {
   try {
    await using s = await PtySession.start({ file, args, env: {}, prompt: '' })
    await zz(500)
    for (const l of ['echo in it', 'ls -d /', 'echo again']) { for (const c of l) { s.type(c); await zz(8) } s.type('\r'); await zz(250) }
    s.type('\x1b[A'); await zz(150); s.type(' up'); await zz(150); s.type('\r'); await zz(200)
    console.log(file, await s.end(), s.errors)
   } catch (e) { console.log(file, String(e).slice(0, 80)) }
  }
})
