import { expect, test } from 'vitest'
import { KeyDecoder } from '../../../src/terminal/keys.ts'
import type { Line, Step } from '../../../src/terminal/line.ts'
import { emptyLine, LONGEST_LINE, pressKey } from '../../../src/terminal/line-editor.ts'

/** Types into a line; gives the last step. */
function typed(keys: string, from: Line = emptyLine()): Step {
  const decoder = new KeyDecoder()
  let step: Step = { kind: 'editing', line: from }
  for (const byte of Buffer.from(keys)) {
    const key = decoder.push(byte)
    if (key && (step.kind === 'editing' || step.kind === 'clear')) step = pressKey(step.line, key)
  }
  return step
}

/** The line with a `|` where the cursor is. */
function shown(step: Step): string {
  if (step.kind !== 'editing') return step.kind
  const { text, cursor } = step.line
  return `${text.slice(0, cursor)}|${text.slice(cursor)}`
}

const LEFT = '\x1b[D'
const RIGHT = '\x1b[C'

test.each([
  ['typing goes in at the cursor', `wb${LEFT}e`, 'we|b'],
  ['arrows stop at both ends', `ab${LEFT.repeat(5)}${RIGHT}`, 'a|b'],
  ['Home and Ctrl-A go to the start', 'abc\x1b[Hx', 'x|abc'],
  ['End and Ctrl-E go to the end', 'abc\x01\x05x', 'abcx|'],
  ['Ctrl-B and Ctrl-F move by one', 'abc\x02\x02\x06x', 'abx|c'],
  ['Backspace takes the character before', `abc${LEFT}\x7f`, 'a|c'],
  ['Backspace takes a wide one whole', '前端\x7f', '前|'],
  ['Backspace takes an emoji of several code points whole', 'a👩‍👩‍👧\x7f', 'a|'],
  ['Backspace takes a base with its mark', 'ae\u0301\x7f', 'a|'],
  ['Backspace at the start does nothing', 'a\x01\x7f', '|a'],
  ['Delete takes the character after', 'abc\x01\x1b[3~', '|bc'],
  ['Ctrl-D with text deletes forward', 'abc\x01\x04', '|bc'],
  ['Ctrl-D at the end of a text does nothing', 'abc\x04', 'abc|'],
  ['Ctrl-U takes all before', `abc${LEFT}\x15`, '|c'],
  ['Ctrl-K takes all after', `abc${LEFT}\x0b`, 'ab|'],
  ['Ctrl-W takes a word up to a blank', 'one web-01 \x17', 'one |'],
  ['Alt-Backspace takes a word up to a mark', 'one web-01\x1b\x7f', 'one web-|'],
  ['Alt-D takes the word after', 'one two\x01\x1bd', '| two'],
  ['Ctrl-Y brings back what was taken last', 'one two\x17\x01\x19', 'two|one '],
  ['Ctrl-Y keeps it', 'ab\x15\x19\x19', 'abab|'],
  ['Alt-B and Alt-F go by words', 'one web-01 前端\x1bb\x1bb\x1bbX', 'one X|web-01 前端'],
  ['Ctrl-arrows do so too', 'one two\x1b[1;5D\x1b[1;5D\x1b[1;5CX', 'oneX| two'],
  ['keys without a meaning do nothing', 'a\t\x1b[15~\x1b[5~\x1a\x1bzb', 'ab|'],
  ['a mark typed in front of nothing joins what is before', `ab${LEFT}\u0301`, 'a\u0301|b'],
])('%s', (_what, keys, line) => {
  expect(shown(typed(keys))).toBe(line)
})

test('Enter gives the whole line, wherever the cursor is', () => {
  expect(typed(`web${LEFT}${LEFT}\r`)).toEqual({ kind: 'entered', text: 'web' })
})

test('Ctrl-C interrupts; Ctrl-D on an empty line is the end', () => {
  expect(typed('web\x03').kind).toBe('interrupt')
  expect(typed('\x04').kind).toBe('eof')
  expect(typed('a\x7f\x04').kind).toBe('eof')
})

test('Up and Down go through earlier lines and come back to the new one', () => {
  const from = emptyLine(['one', 'two'])
  expect(shown(typed('new\x1b[A', from))).toBe('two|')
  expect(shown(typed('new\x1b[A\x1b[A', from))).toBe('one|')
  expect(shown(typed('new\x1b[A\x1b[A\x1b[A', from))).toBe('one|')
  expect(shown(typed('new\x1b[A\x1b[A\x1b[B\x1b[B', from))).toBe('new|')
  expect(shown(typed('new\x1b[B', from))).toBe('new|')
})

test('a line holds 1,024 characters and rings the bell for the next', () => {
  const full = typed('a'.repeat(LONGEST_LINE))
  expect(full).toMatchObject({ line: { cursor: LONGEST_LINE } })
  expect(full).not.toHaveProperty('bell')
  expect(typed('a'.repeat(LONGEST_LINE + 1))).toMatchObject({ bell: true, line: { cursor: LONGEST_LINE } })
})
