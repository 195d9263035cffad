import { expect, test } from 'vitest'
import { PLAIN, RESTORE_SCREEN, styleFor } from '../../../src/terminal/ansi.ts'
import { MemoryTerminal } from '../../fixtures/memory-terminal.ts'

test.each([
  ['on a usual terminal', { term: 'xterm', modes: {} }, false, '\x1b[1mx\x1b[22m'],
  ['never on a dumb one', { term: 'dumb', modes: {} }, false, 'x'],
  ['never without TERM', { term: '', modes: {} }, false, 'x'],
  ['never with NO_COLOR', { term: 'xterm', modes: {} }, true, 'x'],
  ['never without a PTY', undefined, false, 'x'],
])('there are colours %s', (_when, pty, noColor, bold) => {
  expect(styleFor(pty && { ...pty, ...(noColor && { noColor }) }).bold('x')).toBe(bold)
})

test('plain style changes nothing', () => {
  expect([PLAIN.bold('x'), PLAIN.dim('x'), PLAIN.accent('x')]).toEqual(['x', 'x', 'x'])
})

test('restoring leaves a healthy screen and its cursor where they are', async () => {
  using terminal = new MemoryTerminal()
  terminal.output.write(`one\r\ntwo${RESTORE_SCREEN}!`)
  await terminal.settled()
  expect(terminal.screen.text()).toBe('one\ntwo!')
  expect(terminal.screen.cursor).toEqual({ row: 1, column: 4 })
})

test('restoring brings back the screen a cut-off full-screen program had left', async () => {
  using terminal = new MemoryTerminal({ rows: 8 })
  terminal.output.write('one\r\ntwo')
  terminal.output.write(
    '\x1b[?1049h\x1b[2;5r\x1b[?25l\x1b[?1000h\x1b[?7l\x1b[4h\x1b[31m\x1b(0\x1b[5;9Heditor',
  )
  terminal.output.write(`${RESTORE_SCREEN}\r\nOpt> q`)
  await terminal.settled()
  expect(terminal.screen.alternate).toBe(false)
  expect(terminal.screen.text()).toBe('one\ntwo\nOpt> q')
})
