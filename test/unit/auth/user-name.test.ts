import { expect, test } from 'vitest'
import { cleanName, loggedName } from '../../../src/auth/user-name.ts'

test.each(['alice', '张三', 'alice@example.com', 'CORP\\alice', 'Alice B. Müller', '😀'.repeat(128)])(
  'a name of any script is kept as it is: %s',
  (name) => {
    expect(cleanName(name)).toBe(name)
  },
)

test('a decomposed name is asked for in its composed form', () => {
  expect(cleanName('Mu\u0308ller')).toBe('M\u00fcller')
})

test.each([
  ['empty', ''],
  ['blank', '   '],
  ['a NUL', 'alice\0'],
  ['an escape sequence', 'ali\u001b[2Jce'],
  ['a line break', 'alice\nbob'],
  ['a bidirectional override', 'alice\u202e'],
  ['129 characters', 'a'.repeat(129)],
  ['a megabyte', 'a'.repeat(1_000_000)],
  ['half a surrogate pair', 'alice\ud800'],
])('nobody is called by a name that is %s', (_what, name) => {
  expect(cleanName(name)).toBeUndefined()
})

test('a name is logged on one line, and no longer than a name can be', () => {
  expect(loggedName('a\nb\u001b[2J')).toBe('a\\x0ab\\x1b[2J')
  expect(loggedName('x'.repeat(10_000))).toBe(`${'x'.repeat(128)}…`)
})
