import { expect, test } from 'vitest'
import { systemClock } from '../../../../src/base/clock.ts'
import type { CommandRule } from '../../../../src/core/model.ts'
import { RuleSet } from '../../../../src/policy/rules/rule-set.ts'
import { SlowSearch } from '../../../../src/policy/rules/slow-search.ts'
import { seeded } from '../../../fixtures/random.ts'
import { aRule } from '../../../fixtures/rules.ts'

// A busy machine must not turn a good search into a slow one.
const LIMIT_MS = 10_000

async function judge(rules: readonly CommandRule[], text: string, options = {}) {
  using slow = new SlowSearch({ clock: systemClock, limitMs: LIMIT_MS })
  return await new RuleSet(rules, slow).judge(text, options)
}

const denies = async (content: string, text: string, kind: 'command' | 'regex' = 'command') =>
  (await judge([aRule({ kind, content })], text)).kind === 'denied'

test.each([
  ['rm -rf', 'rm  -rf /', true],
  ['rm -rf', 'rm -r -f /', false],
  ['rm', 'rmdir x', false],
  ['rm', 'sudo rm x', true],
  ['rm', 'echo /bin/rm', true],
  ['shutdown\r\nreboot', 'reboot', true],
  ['shutdown\n\nreboot', 'ls', false],
  ['重启', '执行 重启 now', true],
  ['重启', '重启了', false],
  ['a.c', 'abc', true],
  ['cat|tac', 'xtac', true],
])('command words “%s” in “%s”: %s', async (content, text, expected) => {
  expect(await denies(content, text)).toBe(expected)
})

test.each([
  ['^rm', 'ls; rm x'],
  ['^rm', 'ls && rm x'],
  ['^rm', 'false || rm x'],
  ['^rm', 'yes | rm -i x'],
  ['^rm', 'sleep 1 & rm x'],
  ['^rm', 'echo $(rm x)'],
  ['^rm', 'echo "in $(echo `rm x`)"'],
  ['^rm', 'diff <(rm x) y'],
  ['^rm', '(cd /; rm x)'],
  ['^rm', '{ rm x; }'],
  ['^rm', 'if true; then rm x; fi'],
  ['^rm', 'for f in *; do rm $f; done'],
  ['^rm', 'LANG=C rm x'],
  ['^rm', '>/dev/null rm x'],
  ['^rm', 'echo 2>&1; rm x'],
  ['^rm', 'f() { rm x; }'],
  ['^rm', 'echo one\nrm x'],
  ['^rm', 'r\\\nm x'],
  ['^rm', 'echo $(rm x'],
  ['^rm', "echo 'open; rm x"],
  ['^rm', '! rm x'],
  ['rm$', 'rm | cat'],
  ['^rm -rf$', 'rm -rf&&ls'],
])('the part that /%s/ denies is found in “%s”', async (content, text) => {
  expect(await denies(content, text, 'regex')).toBe(true)
})

test.each(['r\\m x', '"rm" x', "r''m x", "$'\\x72m' x", "$'\\162\\x6d' x", '$"rm" x', 'r\\\nm x'])(
  'quotes do not hide a command: %s',
  async (text) => {
    expect(await denies('^rm x', text, 'regex')).toBe(true)
  },
)

test.each([
  ['^rm', 'echo "a; rm x"'],
  ['^rm', "echo 'a; rm x'"],
  ['^rm', 'echo a\\; rm x'],
  ['^rm', 'echo $((1+2))'],
])('what is within quotes is no command of its own: /%s/ in “%s”', async (content, text) => {
  expect(await denies(content, text, 'regex')).toBe(false)
})

test('the first rule that matches decides, in the order given, for each part on its own', async () => {
  const rules = [
    aRule({ action: 'allow', kind: 'regex', content: '^(sudo )?systemctl status', priority: 80 }),
    aRule({ content: 'systemctl', priority: 50 }),
  ]
  expect(await judge(rules, 'systemctl status sshd')).toMatchObject({
    kind: 'allowed',
    rule: { priority: 80 },
  })
  expect(await judge(rules, 'systemctl stop sshd')).toMatchObject({ kind: 'denied', rule: { priority: 50 } })
  expect(await judge(rules, 'systemctl status sshd; systemctl stop sshd')).toMatchObject({
    kind: 'denied',
    part: 'systemctl stop sshd',
  })
  expect(await judge(rules, 'ls')).toEqual({ kind: 'allowed', part: 'ls' })
})

test('only what is listed may run, where all else is denied', async () => {
  const rules = [
    aRule({ action: 'allow', kind: 'regex', content: '^(ls|cat)\\b', priority: 80 }),
    aRule({ kind: 'regex', content: '.*', priority: 1 }),
  ]
  expect((await judge(rules, 'ls | cat')).kind).toBe('allowed')
  expect((await judge(rules, 'ls | sh')).kind).toBe('denied')
  expect((await judge(rules, '')).kind).toBe('allowed')
  expect((await judge(rules, 'a password', { withoutRulesForAll: true })).kind).toBe('allowed')
})

test('a pattern that Python rejects denies what comes as far as it, and says so; a blank one is never used', async () => {
  const rules = [
    aRule({ action: 'allow', content: 'ls', priority: 80 }),
    aRule({ content: ' \r\n', priority: 60 }),
    aRule({ kind: 'regex', content: 'rm (', priority: 50 }),
  ]
  expect((await judge(rules, 'ls')).kind).toBe('allowed')
  expect(await judge(rules, 'id')).toMatchObject({
    kind: 'denied',
    trouble: 'broken',
    rule: { content: 'rm (' },
  })
})

test('look-around and back-references are judged as well', async () => {
  expect(await denies('rm (?!-i)', 'rm -rf x', 'regex')).toBe(true)
  expect(await denies('rm (?!-i)', 'rm -i x', 'regex')).toBe(false)
  expect(await denies('(\\w)\\1', 'aa', 'regex')).toBe(true)
})

test('a pattern without end is refused when its time is over, and the next search works', async () => {
  using slow = new SlowSearch({ clock: systemClock })
  const set = new RuleSet([aRule({ kind: 'regex', content: '^(?=a)(a+)+$' })], slow)
  const ran: number[] = []
  const beat = setInterval(() => ran.push(1), 1)
  expect(await set.judge(`${'a'.repeat(10_000)}b`)).toMatchObject({ kind: 'denied', trouble: 'slow' })
  clearInterval(beat)
  // The loop was free meanwhile: no number of beats is promised, but there were some.
  expect(ran.length).toBeGreaterThan(0)
  using patient = new SlowSearch({ clock: systemClock, limitMs: LIMIT_MS })
  expect(await patient.search('(?=a)a', 'a')).toBe(true)
})

test('a search after one that was ended is answered by a new thread', async () => {
  using slow = new SlowSearch({ clock: systemClock, limitMs: 2_000 })
  const [first, second] = await Promise.all([
    slow.search('^(?=a)(a+)+$', `${'a'.repeat(100)}b`),
    slow.search('(?=a)a', 'a'),
  ])
  expect([first, second]).toEqual([undefined, true])
})

test('a text that is too long or has too many parts is refused without a look', async () => {
  expect(await judge([aRule({ content: 'rm' })], 'x'.repeat(65_537))).toMatchObject({ trouble: 'too-long' })
  expect(await judge([aRule({ content: 'rm' })], 'x;'.repeat(600))).toMatchObject({
    kind: 'allowed',
  })
  const many = Array.from({ length: 600 }, (_, index) => `x${index}`).join(';')
  expect(await judge([aRule({ content: 'rm' })], many)).toMatchObject({ trouble: 'too-long' })
  expect(await judge([aRule({ content: 'rm' })], '$('.repeat(30))).toMatchObject({ trouble: 'too-long' })
})

// Each of these took time that doubles with every repetition, or more stack than there is.
test.each([
  ['quotes that are not closed in substitutions', '"$('.repeat(45)],
  ['the same, thousands of them', '"$('.repeat(20_000)],
  ['parentheses', '('.repeat(30_000)],
  ['substitutions', '$('.repeat(30_000)],
  ['backquotes in quotes', '"`'.repeat(20_001)],
  ['escaped quotes', "$'\\'".repeat(16_000)],
  ['open quotes before each other', '"`$('.repeat(15_000)],
  ['here and there a closing one', '"$(`\'('.repeat(9_000) + ')"`'.repeat(2_000)],
])(
  'a hostile line of %s is judged in a moment, and what is denied in it does not run',
  async (_what, text) => {
    expect((await judge([aRule({ content: 'echo' })], `echo ${text}`)).kind).toBe('denied')
  },
)

test('any text at all is judged', async () => {
  const { below, pick } = seeded(20_261)
  const alphabet = ['$(', '&&', "$'", ...'"\'`$(){};&|\\\n <>!a='] as const
  for (let round = 0; round < 2_000; round++) {
    const text = Array.from({ length: 1 + below(120) }, () => pick(alphabet)).join('')
    const { kind } = await judge([aRule({ kind: 'regex', content: '^a$' })], text)
    expect(['allowed', 'denied']).toContain(kind)
  }
})
