import { expect, test } from 'vitest'
import { KeySplitter } from '../../../../src/audit/commands/keys.ts'
import { TypedLine } from '../../../../src/audit/commands/typed-line.ts'

function typed(keys: string): TypedLine {
  const line = new TypedLine()
  for (const key of new KeySplitter().split(Buffer.from(keys))) line.apply(key)
  return line
}

const SURE: [keys: string, text: string][] = [
  ['ls -l', 'ls -l'],
  ['lx\x7fs', 'ls'],
  ['ac\x1b[Db', 'abc'],
  ['bc\x01a\x05d', 'abcd'],
  ['abX\x1bOD\x1b[3~c', 'abc'],
  ['one two\x17three', 'one three'],
  ['one two\x15three', 'three'],
  ['abcdef\x02\x02\x02\x0b', 'abc'],
  ['abc\x15x\x19', 'xabc'],
  ['审计🚀\x7f!', '审计!'],
  ['abc\x0cd', 'abcd'],
]

test.each(SURE)('the keys %j make the line %j for sure', (keys, text) => {
  const line = typed(keys)
  expect([line.text, line.sureIn(true)]).toEqual([text, true])
})

test.each(['\x1b[A', 'l\t', '\x12ls', 'ab\x1b[C', '\x1bb', 'a b\x02\x15', 'a.b\x17', 'a\x16\x03'])(
  'after the keys %j the line is not sure',
  (keys) => {
    expect(typed(keys).sureIn(true)).toBe(false)
  },
)

test('without a line editor a line with cursor keys is not sure', () => {
  expect(typed('ab\x1b[Dc').sureIn(false)).toBe(false)
  expect(typed('ab\x7fc').sureIn(false)).toBe(true)
})

test('a line is cut off at its bound and then not sure', () => {
  const line = new TypedLine()
  for (let i = 0; i < 200; i++) line.paste('x'.repeat(1000))
  expect(line.text.length).toBeLessThanOrEqual(65_536)
  expect(line.sureIn(true)).toBe(false)
})
