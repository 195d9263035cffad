import { expect, test } from 'vitest'
import { Fault } from '../../../src/base/fault.ts'
import { TerminalLog } from '../../../src/cli/terminal-log.ts'
import { createLog } from '../../../src/log.ts'
import { collected } from './collected.ts'

function screen({ calm = false, term = 'dumb' } = {}) {
  const { stdout, text } = collected()
  const log = new TerminalLog({ stdout, env: { TERM: term } }, { calm })
  return { log: createLog({ level: 'debug', destination: log }), screen: log, text }
}

const fault = (): Fault =>
  new Fault('X', { step: 'look', message: 'the door is shut', next: 'open the door' })

test('an event is one line: time, sentence, facts; a session by the id that cocod replay takes', () => {
  const { log, text } = screen()
  log.info({ session: '4f21c09a-0000-4000-8000-000000000000', user: 'demo', tries: 2 }, 'session begins')
  expect(text()).toMatch(/^\d\d:\d\d:\d\d {2}session begins {2}session=s-4f21c09a user=demo tries=2\n$/)
})

test('what has a structure is left to the JSON log', () => {
  const { log, text } = screen()
  log.info(
    { algorithms: { kex: 'x' }, kinds: ['a', 'b'], login: 'ab12', user: 'two words' },
    'login accepted',
  )
  expect(text()).toMatch(/ {2}login accepted {2}kinds=a,b user="two words"\n$/)
})

test('an error is a sentence, what to do and the id; a fault of the program shows its stack', () => {
  const { log, text } = screen()
  const error = fault()
  log.warn({ err: error }, 'refused')
  expect(text()).toContain(`  WARN  refused: the door is shut. Open the door.   [${error.id}]\n`)
  expect(text()).not.toContain(' at ')
  log.error({ err: new TypeError('oops') }, 'broken')
  expect(text()).toMatch(/ {2}ERROR {2}broken: oops\n +at /)
})

test('nothing that came from outside can move the cursor', () => {
  const { log, text } = screen({ term: 'xterm' })
  log.info({ user: 'a\x1b[2J\nb', list: ['\x1b]0;t\x07'] }, 'name \x9b2J')
  log.warn({ err: new Error('bad \x1b[1A name') }, 'x')
  const seen = text().replaceAll(/\x1b\[\d+m/g, '')
  expect(seen).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/)
  expect(seen).toContain('user="a\\x1b[2J\\x0ab"')
})

test('until it may speak it is calm: warnings only', () => {
  const { log, screen: own, text } = screen({ calm: true })
  log.info('host key made')
  log.warn('the disk is nearly full')
  own.speak()
  log.info('session begins')
  expect(text()).not.toContain('host key')
  expect(text()).toMatch(/nearly full\n.*session begins\n$/)
})

test('colour is for terminals that can, and never with NO_COLOR', () => {
  const { stdout, text } = collected()
  for (const env of [{ TERM: 'dumb' }, {}, { TERM: 'xterm', NO_COLOR: '1' }])
    createLog({ level: 'info', destination: new TerminalLog({ stdout, env }, { calm: false }) }).warn('x')
  expect(text()).not.toContain('\x1b')
  createLog({
    level: 'info',
    destination: new TerminalLog({ stdout, env: { TERM: 'xterm' } }, { calm: false }),
  }).warn('x')
  expect(text()).toContain('\x1b[1mWARN')
})
