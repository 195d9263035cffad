import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { rules } from '../../../src/cli/rules.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'
import { collected } from './collected.ts'

const INVENTORY = `[account root]
username = root

[account ops]
username = ops

[rule no wiping]
commands = rm -rf, mkfs
accounts = root
priority = 80

[rule only status]
regex = systemctl (?!status)
comment = look, do not touch
`
const CORE = [
  {
    id: 'd1000000-aaaa',
    type: { value: 'command', display: 'Command' },
    priority: 80,
    content: 'rm -rf\r\n/sbin/reboot',
    action: { value: 0, display: 'Deny' },
    comment: '',
  },
  {
    id: 'd2',
    type: { value: 'regex' },
    priority: 90,
    content: 'id(',
    action: { value: 1 },
    comment: 'half a rule',
  },
]

async function run(words: readonly string[], content: string, stdin: string[] = []) {
  await using directory = await temporaryDirectory()
  const file = join(directory.path, 'rules')
  await writeFile(file, content)
  const { stdout, text } = collected()
  const io = { stdin: Readable.from(stdin), stdout, stderr: new PassThrough(), env: {}, cwd: directory.path }
  const code = await rules([...words, '--rules', 'rules'], io)
  return { code, out: text() }
}

test('each part of a line is listed with the rule that hits it and why', async () => {
  const { code, out } = await run(['test', '--account', 'root', 'cd /; rm -rf *'], INVENTORY)
  expect(out.split('\n')).toEqual([
    expect.stringMatching(
      /^ cd \/; rm -rf \* {3}DENIED by “no wiping” #\S+, priority 80 \(command: rm -rf\)$/,
    ),
    ' cd /             allowed (no rule)',
    expect.stringMatching(/^ rm -rf \* {9}DENIED by “no wiping”/),
    '',
  ])
  expect(code).toBe(1)
})

test('without an account the rules of each are tried; lines may come from standard input', async () => {
  const { code, out } = await run(['test'], INVENTORY, ['rm -rf x\n', '\n', 'systemctl status\n'])
  expect(out).toContain('root:\n rm -rf x   DENIED')
  expect(out).toContain('ops:\n rm -rf x   allowed (no rule)')
  expect(out).not.toContain('systemctl status   DENIED')
  expect(code).toBe(1)
  expect((await run(['test', '--account', 'ops', 'systemctl stop'], INVENTORY)).out).toContain(
    'DENIED by “look, do not touch”',
  )
})

test('what core answers is read as well', async () => {
  const { code, out } = await run(['test', 'ls'], JSON.stringify(CORE))
  expect(out).toContain('DENIED by “half a rule” #d2, priority 90: the rule is no regular expression')
  expect(code).toBe(1)
  expect((await run(['test', 'ls'], '[]')).out).toBe(' ls   allowed (no rule)\n')
})

test('check tells rules that refuse everything, and those that are not what they seem', async () => {
  const { code, out } = await run(['check'], JSON.stringify(CORE))
  expect(out).toContain('FAIL  “half a rule” #d2')
  expect(out).toContain('missing ), unterminated subpattern at position 2')
  expect(out).toContain('“/sbin/reboot” begins or ends with a character that is part of no word')
  expect(out).toContain(' 2 rules, 1 problem, 1 warning\n')
  expect(code).toBe(1)
  const good = await run(['check'], INVENTORY)
  expect(good.out).toContain('warn  “look, do not touch”')
  expect(good.code).toBe(0)
})

test('a file or an account that is not there is told', async () => {
  await expect(run(['test', '--account', 'nobody', 'ls'], INVENTORY)).rejects.toMatchObject({
    code: 'RULES_FILE',
  })
  await expect(run(['test', 'ls'], '[nonsense')).rejects.toThrow(/rules/)
  await expect(run(['tell'], '[]')).rejects.toMatchObject({ code: 'USAGE' })
})
