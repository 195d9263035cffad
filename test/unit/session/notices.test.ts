import { expect, test } from 'vitest'
import type { Ending } from '../../../src/session/ending.ts'
import { notice, sayEnding } from '../../../src/session/notices.ts'
import { AlternateScreen } from '../../../src/terminal/alternate-screen.ts'
import { MemoryTerminal } from '../../fixtures/memory-terminal.ts'
import { aPrincipal } from '../../fixtures/people.ts'

const FACTS = { asset: 'web-01', sessionId: '0b6cae34-0000-4000-8000-000000000000', durationMs: 72_000 }
const KILLED: Ending = { kind: 'killed', by: 'administrator' }
const EXIT: Ending = { kind: 'exit', exit: { kind: 'status', code: 0 } }

/** A session's terminal on which the asset has written this. */
function after(written: string, term: string | false = 'xterm') {
  const terminal = new MemoryTerminal({ term, rows: 8 })
  const screen = new AlternateScreen()
  terminal.output.write(written)
  screen.feed(Buffer.from(written))
  return { terminal, screen, principal: aPrincipal(), [Symbol.dispose]: () => terminal[Symbol.dispose]() }
}

test('who is cut off in a full-screen program gets the screen back, with the reason on it', async () => {
  using it = after('one\r\n\x1b[?1049h\x1b[?25l\x1b[31m\x1b(0\x1b[4;4Heditor')
  sayEnding(it, KILLED, FACTS)
  await it.terminal.settled()
  expect(it.terminal.screen.alternate).toBe(false)
  expect(it.terminal.screen.text()).toMatch(/^one\n+── .*administrator.*\[s-0b6cae34\]/s)
})

test('a program that ended by itself leaves the modes as it wants them', async () => {
  using it = after('$ exit\r\n')
  sayEnding(it, EXIT, FACTS)
  await it.terminal.settled()
  expect(it.terminal.sent).toContain('── Connection to web-01 closed')
  expect(it.terminal.sent).not.toContain('\x1b[?')
})

test('a terminal that knows no sequences gets none', async () => {
  using it = after('', 'dumb')
  notice(it, 'session.outage-near')
  sayEnding(it, KILLED, FACTS)
  await it.terminal.settled()
  expect(it.terminal.sent).toContain('── ')
  expect(it.terminal.sent).not.toContain('\x1b')
})

test('without a PTY the output stays the program’s: the reason goes to the error stream', () => {
  using it = after('', false)
  sayEnding(it, KILLED, FACTS)
  expect(it.terminal.sent).toBe('')
  expect(it.terminal.sentToErrors).toMatch(/^cocod: .*administrator/)
})
