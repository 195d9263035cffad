import { expect, onTestFinished, test } from 'vitest'
import type { Question } from '../../../src/asset/dialogue.ts'
import { Connecting } from '../../../src/session/connecting.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { MemoryTerminal, type MemoryTerminalOptions } from '../../fixtures/memory-terminal.ts'
import { aPrincipal, aTarget } from '../../fixtures/people.ts'

const HEAD = 'Connecting to root@web-01 (127.0.0.1) ...'
const never = new AbortController().signal

function begin(options: MemoryTerminalOptions = {}) {
  const terminal = new MemoryTerminal(options)
  const clock = new ManualClock()
  const connecting = new Connecting({ terminal, principal: aPrincipal(), target: aTarget(), clock })
  onTestFinished(() => {
    connecting[Symbol.dispose]()
    terminal[Symbol.dispose]()
  })
  const screen = async (): Promise<string> => {
    await terminal.settled()
    return terminal.screen.text()
  }
  return { terminal, clock, connecting, screen }
}

test('a quick connection says only what it was like', async () => {
  const { connecting, clock, screen } = begin({ columns: 120 })
  connecting.progress({ kind: 'resolved', address: '127.0.0.1' })
  expect(await screen()).toBe(HEAD)
  connecting.progress({ kind: 'connected', address: '127.0.0.1:22', through: ['gw-2'] })
  connecting.progress({ kind: 'host-key', verdict: 'new', fingerprint: 'SHA256:x' })
  clock.advance(210)
  connecting.done()
  expect(await screen()).toBe(`${HEAD} gateway gw-2 ok, host key new, pinned, 0.21 s`)
})

test('from half a second on the step shows, with its seconds, and the way out', async () => {
  const { connecting, clock, screen } = begin()
  connecting.progress({ kind: 'resolved', address: '10.1.9.7' })
  clock.advance(499)
  expect(await screen()).toBe(HEAD)
  clock.advance(1)
  expect(await screen()).toBe(`${HEAD} waiting for 10.1.9.7`)
  connecting.progress({ kind: 'connected', address: '10.1.9.7:22', through: [] })
  expect(await screen()).toBe(`${HEAD} key exchange`)
  clock.advance(3000)
  expect(await screen()).toBe(`${HEAD} key exchange, 3 s, Ctrl-C cancels`)
  connecting[Symbol.dispose]()
  expect(await screen()).toBe(HEAD)
  expect(clock.pending).toBe(0)
})

test('the line fits a narrow window, and a terminal without a cursor gets words, not sequences', async () => {
  const narrow = begin({ columns: 30 })
  narrow.clock.advance(500)
  const drawn = await narrow.screen()
  expect(drawn.split('\n')).toHaveLength(1)
  const dumb = begin({ term: 'dumb' })
  dumb.connecting.progress({ kind: 'resolved', address: '10.1.9.7' })
  dumb.clock.advance(2500)
  dumb.connecting.done()
  await dumb.screen()
  expect(dumb.terminal.sent).toBe(`${HEAD} waiting for 10.1.9.7 2.50 s\r\n`)
})

test('Ctrl-C and the signal INT cancel; what was typed before is dropped, what comes after is kept', async () => {
  const { connecting, terminal } = begin()
  terminal.type('rm -rf\x03p')
  await terminal.settled()
  expect(connecting.cancelled.reason).toMatchObject({ code: 'SESSION_CANCELLED', facts: { asset: 'web-01' } })
  connecting[Symbol.dispose]()
  expect(String(terminal.input.read())).toBe('p')
  expect(terminal.listeners).toBe(0)
  const other = begin()
  other.terminal.signal('INT')
  expect(other.connecting.cancelled.aborted).toBe(true)
})

test('what is typed while it connects is the session’s, however much it is', async () => {
  const { connecting, terminal } = begin()
  const keys = 'x'.repeat(100_000)
  terminal.type('ls\r')
  terminal.type(keys)
  await terminal.settled()
  connecting.done()
  connecting[Symbol.dispose]()
  let got = ''
  for (let chunk: unknown = terminal.input.read(); chunk !== null; chunk = terminal.input.read())
    got += String(chunk)
  expect(got).toBe(`ls\r${keys}`)
})

test('a question is answered on a line of its own; keys typed before it are no answer', async () => {
  const { connecting, terminal, screen, clock } = begin()
  terminal.type('early\r')
  await terminal.settled()
  const question: Question = { kind: 'password', asset: 'web-01', account: 'root', again: true }
  const answer = connecting.ask(question, never)
  await terminal.settled()
  expect(await screen()).toBe(`${HEAD}\nThat was not right; please try again.\nPassword for root@web-01:`)
  clock.advance(5000)
  terminal.type('s3cret\rlater')
  expect(await answer).toBe('s3cret')
  expect(await screen()).not.toContain('s3cret')
  connecting[Symbol.dispose]()
  let got = ''
  for (let chunk: unknown = terminal.input.read(); chunk !== null; chunk = terminal.input.read())
    got += String(chunk)
  expect(got).toBe('early\rlater')
})

test('what an asset asks is shown as its own, harmless and in measure', async () => {
  const { connecting, terminal, screen } = begin({ rows: 40 })
  const text = 'Code\x1b[2J\u202e? '
  const instruction = `Welcome\r\n\x07${'y'.repeat(5000)}`
  const answer = connecting.ask({ kind: 'asked', asset: 'web-01', instruction, text, echo: true }, never)
  await terminal.settled()
  const shown = await screen()
  expect(shown).toContain('(web-01) Welcome\n(web-01) \\x07yyy')
  expect(shown).toContain('(web-01) Code\\x1b[2J\\u202e?')
  expect(terminal.sent.length).toBeLessThan(1500)
  terminal.type('123\r')
  expect(await answer).toBe('123')
  expect(await screen()).toContain('? 123')
})

test('Ctrl-C at a question cancels, and so does the end of the input', async () => {
  for (const keys of ['\x03', '\x04']) {
    const { connecting, terminal } = begin()
    const answer = connecting.ask({ kind: 'account', asset: 'web-01' }, never)
    terminal.type(keys)
    await expect(answer).rejects.toMatchObject({ code: 'SESSION_CANCELLED' })
    expect(connecting.cancelled.aborted).toBe(true)
  }
})
