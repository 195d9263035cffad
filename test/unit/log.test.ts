import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { Fault } from '../../src/base/fault.ts'
import { Secret } from '../../src/base/secret.ts'
import { TerminalLog } from '../../src/cli/terminal-log.ts'
import { auditEvent, createLog, type Log, setLogLevel, teeEvents, withLogContext } from '../../src/log.ts'

/** What of a text could move a cursor, forge a line or turn one around; line ends apart. */
const CONTROLS = /[\0-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u
const EVIL = 'a\x1b[31mb\x9b2Jc\x07\b\f\t\rd\x7f\u202ee\u2028f'

function written(write: (log: Log) => void): string {
  const lines: string[] = []
  write(createLog({ level: 'trace', destination: { write: (line) => void lines.push(line) } }))
  return lines.join('')
}

function logEvil(log: Log): void {
  const fault = new Fault('X', { step: EVIL, message: EVIL, next: EVIL, facts: { name: EVIL } })
  log.child({ bound: EVIL }).warn({ user: EVIL, deep: { list: [EVIL] } }, 'message')
  log.error({ err: new Error(`${EVIL}\nforged line`, { cause: fault }) }, 'failed')
}

test('no control character of a stranger gets into the log raw, in whatever field it comes', () => {
  const text = written(logEvil)
  expect(text).not.toMatch(CONTROLS)
  const [first = '', second = ''] = text.trim().split('\n')
  expect(JSON.parse(first)).toMatchObject({
    bound: 'a\\x1b[31mb\\x9b2Jc\\x07\\x08\\x0c\\x09\\x0dd\\x7f\\u202ee\\u2028f',
    msg: 'message',
  })
  // A reader that turns JSON escapes back sees no control character either.
  expect(JSON.stringify(Object.values(JSON.parse(second) as object))).not.toMatch(/\\u00[01]|\\[bfrt](?!\\)/)
})

test('on a terminal no control character of a stranger is shown, and none of their lines stands alone', () => {
  const stdout = new PassThrough()
  logEvil(createLog({ level: 'trace', destination: new TerminalLog({ stdout, env: {} }, { calm: false }) }))
  const shown = stripVTControlCharacters(String(stdout.read()))
  expect(shown).toContain('a\\x1b[31mb')
  expect(shown).not.toMatch(CONTROLS)
  expect(shown).not.toMatch(/^forged line/m)
})

test('what is no control character stays as it is', () => {
  const text = '数据库 "1" C:\\temp\\u001b \\\\x 😀 ü'
  expect(JSON.parse(written((log) => log.info({ text }, text)))).toMatchObject({ text, msg: text })
})

test('secrets are not written: by type, and by the name of their field', () => {
  const canary = 'canary-4711'
  const text = written((log) => {
    log.info({ password: canary, deep: { token: canary, deeper: { private_key: canary } } }, 'fields')
    log.info({ any: new Secret(canary), list: [new Secret(canary)] }, 'by type')
    log.info({ err: Object.assign(new Error('failed'), { config: { data: canary } }) }, 'request')
  })
  expect(text).not.toContain(canary)
})

test('an audit event is written and handed on whatever the level, and other lines are not', () => {
  const lines: string[] = []
  const events: string[] = []
  const destination = { write: (line: string) => void lines.push(line) }
  const log = createLog({
    level: 'error',
    destination: teeEvents(destination, (line) => void events.push(line)),
  })
  log.info('not shown')
  log.error('an error')
  withLogContext({ session: 's-1' }, () => auditEvent(log, 'login', { user: 'bob\u001b' }, 'login'))
  expect(lines.length).toBe(2)
  expect(events.map((line): unknown => JSON.parse(line))).toEqual([
    expect.objectContaining({ event: 'login', user: 'bob\\x1b', session: 's-1', msg: 'login' }),
  ])
})

test('another level holds for logs that were made before, and audit events are written whatever it is', () => {
  const text = written((log) => {
    const child = log.child({ login: 'l1' })
    setLogLevel(log, 'error')
    child.info('unseen')
    auditEvent(log, 'login', {}, 'seen')
    setLogLevel(log, 'debug')
    child.debug('seen again')
  })
  expect(text).not.toContain('unseen')
  expect(text.trim().split('\n')).toHaveLength(2)
})
