import { execFile } from 'node:child_process'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { help } from '../../../src/cli/help.ts'
import type { CliIo } from '../../../src/cli/io.ts'
import { FLAG_SETTINGS, readCommandLine, refuseWords, UsageError } from '../../../src/cli/options.ts'
import { flagOf } from '../../../src/config/settings.ts'
import { textWidth } from '../../../src/terminal/width.ts'
import { collected } from './collected.ts'

function io(columns?: number) {
  const { stdout, text } = collected(columns)
  const own: CliIo = { stdin: new PassThrough(), stdout, stderr: new PassThrough(), env: {}, cwd: '/nowhere' }
  return { io: own, text }
}

const read = (...args: string[]) => readCommandLine(args, io().io, ['standalone'])

function refusalOf(args: readonly string[]): UsageError {
  try {
    read(...args)
  } catch (error) {
    if (error instanceof UsageError) return error
    throw error
  }
  throw new Error('it was taken')
}

/** The program as it stands in src/, to its end. */
const program = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...args], (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    )
  })

test.each([
  ['a mistyped flag', ['--sshd-prot', '22'], '--sshd-prot is not a flag', 'did you mean --sshd-port?'],
  ['a flag of no command', ['--wrong'], '--wrong is not a flag', 'cocod help'],
  ['a short flag', ['-x'], '-x is not a flag', 'cocod help'],
  ['a flag without its value', ['--sshd-port'], '--sshd-port needs a value', 'cocod help'],
  [
    'a secret',
    ['--bootstrap-token', 'x'],
    '--bootstrap-token is not a flag',
    'set BOOTSTRAP_TOKEN in the env',
  ],
])('%s is named, with what to do instead', (_what, args, message, next) => {
  const refusal = refusalOf(args)
  expect(refusal.message).toContain(message)
  expect(refusal.next).toContain(next)
})

test('a word that a command does not take is refused: most likely it lacks its dashes', () => {
  const { words } = read('standalone')
  expect(() => refuseWords('start', words)).toThrow('cocod start does not know “standalone”')
  expect(() => refuseWords('start', read('--standalone').words)).not.toThrow()
})

test('flags that say where the files are can be repeated to another command', () => {
  expect(read('--standalone', '--sshd-port', '0').places).toBe('')
  expect(read('--data-dir', './a', '--sshd-port', '0').places).toBe(' --data-dir ./a')
  expect(read('--data-dir', "it's").places).toBe(" --data-dir 'it'\\''s'")
})

test('help names every flag and every replay command, within the window', async () => {
  for (const columns of [undefined, 60, 80, 200]) {
    const { io: own, text } = io(columns)
    expect(await help([], own)).toBe(0)
    for (const name of FLAG_SETTINGS) expect(text()).toContain(`--${flagOf(name)}`)
    for (const verb of ['list', 'play', 'verify', 'export']) expect(text()).toContain(`cocod replay ${verb}`)
    expect(Math.max(...text().split('\n').map(textWidth))).toBeLessThanOrEqual(columns ?? 80)
  }
})

test('--help behind any command is help, and nothing is started', async () => {
  const { code, stdout } = await program('start', '--standalone', '--help')
  expect(code).toBe(0)
  expect(stdout).toContain('cocod start --standalone')
})

test('the beginning of a command is taken for it in the hint', async () => {
  const { code, stderr } = await program('stat')
  expect([code, stderr]).toEqual([
    64,
    'cocod: there is no command “stat”\n       did you mean cocod status?\n',
  ])
})

test('a reader that leaves early is no fault', async () => {
  const command = `"${process.execPath}" --import tsx src/cli/main.ts help | true`
  const told = await new Promise((resolve) => {
    execFile('sh', ['-c', command], (_error, _stdout, stderr) => resolve(stderr))
  })
  expect(told).toBe('')
})
