import { expect, test } from 'vitest'
import { PtySession } from '../../../fixtures/pty-session.ts'

const SIZES = [
  { columns: 80, rows: 24 },
  { columns: 40, rows: 10 },
]
const PROMPT = 'alice@web-1:~$ '

const bash = (size = SIZES[0], env: Record<string, string> = {}): Promise<PtySession> =>
  PtySession.start({
    file: 'bash',
    args: ['--norc', '--noprofile', '-i'],
    env: { PS1: PROMPT, HISTFILE: '', ...env },
    prompt: PROMPT,
    ...(size ? { size } : {}),
  })

for (const size of SIZES) {
  const at = `at ${size.columns}x${size.rows}`

  test(`a line that is typed is the command, with its output, ${at}`, async () => {
    await using shell = await bash(size)
    await shell.run('echo one; echo two', 'echo two')
    await shell.run('\r', PROMPT)
    expect(await shell.end()).toEqual(['echo one; echo two'])
    expect(shell.commands[0]).toMatchObject({ output: 'one\ntwo', confidence: 'screen', pasted: false })
  })

  test(`a line that is longer than the window is one command, ${at}`, async () => {
    await using shell = await bash(size)
    const line = `echo ${'long words go on and on '.repeat(8)}end`
    await shell.run(line, 'end')
    await shell.run('\r', PROMPT)
    await shell.run('echo next\r', PROMPT)
    expect(await shell.end()).toEqual([line, 'echo next'])
  })

  test(`a long line is read from the screen when it comes from the history, ${at}`, async () => {
    await using shell = await bash(size)
    const line = `echo ${'abcdefghi '.repeat(12)}end`
    await shell.run(`${line}\r`, PROMPT)
    await shell.run('\x1b[A', 'end')
    await shell.run('x\r', PROMPT)
    expect(await shell.end()).toEqual([line, `${line}x`])
  })

  test(`Chinese and emoji that reach the edge of the window stay whole, ${at}`, async () => {
    await using shell = await bash(size)
    const line = `echo ${'审计命令🚀'.repeat(9)}完`
    await shell.run(line, '完')
    await shell.run('\r', PROMPT)
    await shell.run('\x1b[A', '完')
    await shell.run('\r', PROMPT)
    expect(await shell.end()).toEqual([line, line])
  })
}

test('a line edited in the middle is recorded as it was when it ran', async () => {
  await using shell = await bash()
  await shell.run('echo wrld', 'wrld')
  await shell.run('\x1b[D\x1b[D\x1b[Do\x01\x05!\x7f', /o/)
  await shell.run('\r', PROMPT)
  expect(await shell.end()).toEqual(['echo world'])
})

test('a command taken from the history is read from the screen', async () => {
  await using shell = await bash()
  await shell.run('echo first\r', PROMPT)
  await shell.run('\x1b[A', 'echo first')
  await shell.run(' again', 'again')
  await shell.run('\r', PROMPT)
  expect(await shell.end()).toEqual(['echo first', 'echo first again'])
})

test('a command found with Ctrl-R is read from the screen', async () => {
  await using shell = await bash()
  await shell.run('echo needle\r', PROMPT)
  await shell.run('echo hay\r', PROMPT)
  await shell.run('\x12', 'reverse-i-search')
  await shell.run('need', 'eed')
  await shell.run('\r', PROMPT)
  expect(await shell.end()).toEqual(['echo needle', 'echo hay', 'echo needle'])
})

test('a name completed with Tab, and one chosen after a list, are read from the screen', async () => {
  await using shell = await bash()
  await shell.run('touch longest-name one-a one-b\r', PROMPT)
  await shell.run('ls lon\t', 'longest-name ')
  await shell.run('\r', PROMPT)
  await shell.run('ls on\t', 'e-')
  await shell.run('\t\t', 'one-b')
  await shell.until('ls one-')
  await shell.run('b', 'b')
  await shell.run('\r', PROMPT)
  expect(await shell.end()).toEqual(['touch longest-name one-a one-b', 'ls longest-name', 'ls one-b'])
})

test('each line of a bracketed paste is a command marked as pasted', async () => {
  await using shell = await bash()
  await shell.run('\x1b[200~echo one\recho two\recho three\x1b[201~', 'three')
  await shell.run('\r', PROMPT)
  expect(await shell.end()).toEqual(['echo one', 'echo two', 'echo three'])
  expect(shell.commands.map(({ pasted }) => pasted)).toEqual([true, true, true])
})

test('each line of several sent at once is a command', async () => {
  await using shell = await bash()
  await shell.run('echo one\necho two\recho fin\r', 'fin')
  await shell.until(/fin\r\n[\s\S]*\$ /)
  expect(await shell.end()).toEqual(['echo one', 'echo two', 'echo fin'])
})

test('the lines of a here-document come with their command', async () => {
  await using shell = await bash()
  await shell.run('cat <<END\r', '> ')
  await shell.run('some text\r', '> ')
  await shell.run('END\r', PROMPT)
  await shell.run('echo x\r', PROMPT)
  expect(await shell.end()).toEqual(['cat <<END', 'some text', 'END', 'echo x'])
  expect(shell.commands[2]?.output).toBe('some text')
})

test('a command given up at the second prompt is none', async () => {
  await using shell = await bash()
  await shell.run('for i in 1 2; do\r', '> ')
  await shell.idle()
  await shell.run('\x03', PROMPT)
  await shell.run('echo x\r', PROMPT)
  expect(await shell.end()).toEqual(['echo x'])
})

test('what is typed while a command runs is recorded when the shell runs it', async () => {
  await using shell = await bash()
  await shell.run('echo go; sleep 0.3\r', 'go\r\n')
  await shell.run('echo ahead\r', 'ahead\r\n')
  await shell.until(/ahead[\s\S]*ahead\r\n[\s\S]*\$ /)
  await shell.run('echo x\r', PROMPT)
  expect(await shell.end()).toEqual(['echo go; sleep 0.3', 'echo ahead', 'echo x'])
})

test('a line ended with Ctrl-C is none, and does not shift the next ones', async () => {
  await using shell = await bash()
  await shell.run('rm -rf everything', 'everything')
  await shell.idle()
  await shell.run('\x03', PROMPT)
  await shell.run('echo a\r', PROMPT)
  await shell.run("sh -c 'echo go; exec sleep 60'\r", 'go\r\n')
  await shell.idle()
  await shell.run('\x03', PROMPT)
  await shell.run('echo b\r', PROMPT)
  expect(await shell.end()).toEqual(['echo a', "sh -c 'echo go; exec sleep 60'", 'echo b'])
})

test('clear and Ctrl-L take nothing away', async () => {
  await using shell = await bash()
  await shell.run('clear\r', PROMPT)
  await shell.run('echo ab', 'echo ab')
  await shell.run('\x0c', 'echo ab')
  await shell.run('c\r', PROMPT)
  expect(await shell.end()).toEqual(['clear', 'echo abc'])
})

test('a resize in the middle of a line takes nothing away', async () => {
  await using shell = await bash()
  await shell.run('echo some words before', 'before')
  shell.resize({ columns: 40, rows: 10 })
  await shell.run(' and some after that are longer', 'longer')
  shell.resize({ columns: 100, rows: 30 })
  await shell.run(' end', 'end')
  await shell.run('\r', PROMPT)
  expect(await shell.end()).toEqual(['echo some words before and some after that are longer end'])
})

test('what is read without echo is in no record', async () => {
  await using shell = await bash()
  await shell.run('read -s -p "Pass""word: " pw\r', 'Password: ')
  await shell.run('hunter2-secret\r', PROMPT)
  await shell.run('echo done\r', PROMPT)
  await shell.run('stty -echo; echo go; read -s pw; stty echo\r', 'go\r\n')
  await shell.run('hunter2-secret\r', PROMPT)
  expect(await shell.end()).toEqual([
    'read -s -p "Pass""word: " pw',
    'echo done',
    'stty -echo; echo go; read -s pw; stty echo',
  ])
  expect(JSON.stringify(shell.commands)).not.toContain('hunter2')
})

test('what is masked with stars is in no record', async () => {
  await using shell = await bash()
  const mask = `stty -echo -icanon; echo go; for i in 1 2 3 4 5 6; do IFS= read -r -n1 c; printf '*'; done; read -r; stty echo icanon; echo`
  await shell.run(mask, 'icanon; echo')
  await shell.run('\r', 'go\r\n')
  for (const key of 'geheim') await shell.run(key, '*')
  await shell.run('\r', PROMPT)
  await shell.run('echo done\r', PROMPT)
  expect(await shell.end()).toEqual([mask, 'echo done'])
  expect(JSON.stringify(shell.commands)).not.toContain('geheim')
})

test('input of a program is no command', async () => {
  await using shell = await bash()
  await shell.run('read -p "Su""re? [y/N] " a\r', 'Sure? [y/N] ')
  await shell.run('yes\r', PROMPT)
  await shell.run('echo go; cat > file\r', 'go\r\n')
  await shell.run('some text\r', 'text\r\n')
  await shell.run('\x04', PROMPT)
  await shell.run('echo x\r', PROMPT)
  expect(await shell.end()).toEqual(['read -p "Su""re? [y/N] " a', 'echo go; cat > file', 'echo x'])
})

test('keys for a full-screen program are no commands', async () => {
  await using shell = await bash()
  await shell.run(`printf '\\033[?1049h'; read x; read x; printf '\\033[?1049l'\r`, '\x1b[?1049h')
  await shell.run('iHello\r', /Hello\r\n/)
  await shell.run(':wq\r', PROMPT)
  await shell.run('echo x\r', PROMPT)
  expect(await shell.end()).toEqual([
    `printf '\\033[?1049h'; read x; read x; printf '\\033[?1049l'`,
    'echo x',
  ])
})

test('the last command is recorded when the session ends right after Enter', async () => {
  await using shell = await bash()
  await shell.run('sleep 60', 'sleep 60')
  shell.type('\r')
  expect(await shell.end()).toEqual(['sleep 60'])
})

test('a history expansion is recorded as the line that ran', async () => {
  await using shell = await bash()
  await shell.run('echo a b\r', PROMPT)
  await shell.run('printf "%s\\n" !$\r', PROMPT)
  expect(await shell.end()).toEqual(['echo a b', 'printf "%s\\n" b'])
  expect(shell.commands[1]?.output).toBe('b')
})

test('a flood of output costs no command before or after it', async () => {
  await using shell = await bash()
  await shell.run('seq 200000\r', `200000\r\n`)
  await shell.until(PROMPT)
  await shell.run('echo after\r', PROMPT)
  await shell.run('seq 100000\r', `\r\n`)
  await shell.run('echo ahead\r', '100000\r\n')
  await shell.until(/ahead\r\n[\s\S]*ahead\r\n[\s\S]*\$ /)
  expect(await shell.end()).toEqual(['seq 200000', 'echo after', 'seq 100000', 'echo ahead'])
  expect(shell.commands[0]?.output).toHaveLength(4096)
})

test('a shell-integration mark that agrees with the screen makes a record exact', async () => {
  await using shell = await bash(SIZES[0], { PS1: `\\[\\e]133;A\\a\\]${PROMPT}\\[\\e]133;B\\a\\]` })
  await shell.run('echo a\r', PROMPT)
  await shell.run('\x1b[A', 'echo a')
  await shell.run('b\r', PROMPT)
  await shell.end()
  expect(shell.commands.map(({ input, confidence }) => [input, confidence])).toEqual([
    ['echo a', 'exact'],
    ['echo ab', 'exact'],
  ])
})
