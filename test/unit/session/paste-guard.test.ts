import { expect, test } from 'vitest'
import { pasteGuard } from '../../../src/session/paste-guard.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'

function aGuard(alternate = false) {
  const clock = new ManualClock()
  const sent: Buffer[] = []
  const shown: Buffer[] = []
  const stage = pasteGuard({
    clock,
    alternate: () => alternate,
    question: (lines) => Buffer.from(`ask:${lines.join('|')};`),
    dropped: (why) => Buffer.from(`dropped:${why};`),
  })({
    toProgram: (bytes) => sent.push(bytes),
    toPerson: (bytes) => shown.push(bytes),
    more: () => undefined,
  })
  return {
    clock,
    type: (keys: string) => stage.keys(Buffer.from(keys)),
    sent: () => Buffer.concat(sent).toString(),
    shown: () => Buffer.concat(shown).toString(),
  }
}

const PASTE = '\x1b[200~echo a\necho b\n\x1b[201~'

test('a paste of several lines waits for a yes, wherever it is cut', () => {
  const guard = aGuard()
  guard.type(PASTE.slice(0, 14))
  guard.type(PASTE.slice(14, -3))
  guard.type(PASTE.slice(-3))
  expect([guard.sent(), guard.shown()]).toEqual(['', 'ask:echo a|echo b;'])
  guard.type('y')
  expect(guard.sent()).toBe(PASTE)
  guard.type('ls\r')
  expect(guard.sent()).toBe(`${PASTE}ls\r`)
})

test('any other key drops it, and the next keys are keys', () => {
  const guard = aGuard()
  guard.type(PASTE)
  guard.type('\r')
  expect([guard.sent(), guard.shown()]).toEqual(['', 'ask:echo a|echo b;dropped:answer;'])
  guard.type('ls\r')
  expect(guard.sent()).toBe('ls\r')
})

test('several lines without marks are a paste, to the last packet of it', () => {
  const guard = aGuard()
  guard.type('echo a\recho b\r')
  guard.clock.advance(50)
  guard.type('echo c\r')
  guard.clock.advance(50)
  expect(guard.shown()).toBe('')
  guard.clock.advance(51)
  expect(guard.shown()).toBe('ask:echo a|echo b|echo c;')
  guard.type('Y')
  expect(guard.sent()).toBe('echo a\recho b\recho c\r')
})

test('one line, keys, and a paste into a full-screen program pass at once', () => {
  const guard = aGuard()
  for (const keys of ['l', 'ls\r', '\x1b[200~ls -l\x1b[201~', '\r\r']) guard.type(keys)
  expect(guard.sent()).toBe('lls\r\x1b[200~ls -l\x1b[201~\r\r')
  const editor = aGuard(true)
  editor.type(PASTE)
  expect(editor.sent()).toBe(PASTE)
})

test('a paste that is too long is dropped to its end', () => {
  const guard = aGuard()
  guard.type(`\x1b[200~${'x\n'.repeat(140_000)}`)
  guard.type('more\n\x1b[20')
  guard.type('1~')
  expect([guard.sent(), guard.shown()]).toEqual(['', 'dropped:too-long;'])
  guard.type('ls\r')
  expect(guard.sent()).toBe('ls\r')
})

test('a paste whose end never comes is asked about after a second', () => {
  const guard = aGuard()
  guard.type('\x1b[200~echo a\necho b\n')
  guard.clock.advance(1001)
  expect(guard.shown()).toBe('ask:echo a|echo b;')
})
