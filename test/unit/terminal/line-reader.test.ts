import { expect, test } from 'vitest'
import { KeyDecoder } from '../../../src/terminal/keys.ts'
import type { Line } from '../../../src/terminal/line.ts'
import { emptyLine, pressKey } from '../../../src/terminal/line-editor.ts'
import { type LineRequest, readLine } from '../../../src/terminal/line-reader.ts'
import { MemoryTerminal } from '../../fixtures/memory-terminal.ts'
import { seeded } from '../../fixtures/random.ts'

const never = new AbortController().signal
const ask = (terminal: MemoryTerminal, more: Partial<LineRequest> = {}) =>
  readLine({ terminal, prompt: { text: 'Opt> ' }, ...more }, never)

test('a line is read, shown and given', async () => {
  using terminal = new MemoryTerminal()
  const line = ask(terminal)
  terminal.type('web-0')
  terminal.type('1\r')
  expect(await line).toEqual({ kind: 'line', text: 'web-01' })
  await terminal.settled()
  expect(terminal.screen.text()).toBe('Opt> web-01')
  expect(terminal.screen.cursor).toEqual({ row: 1, column: 0 })
})

test('nothing listens any more afterwards, and the input is paused', async () => {
  using terminal = new MemoryTerminal()
  const line = ask(terminal)
  terminal.type('q\r')
  await line
  expect(terminal.input.isPaused()).toBe(true)
  expect([
    terminal.input.listenerCount('data'),
    terminal.output.listenerCount('drain'),
    terminal.listeners,
  ]).toEqual([0, 0, 0])
})

test('what is typed after the Enter stays for the next reader, byte for byte', async () => {
  using terminal = new MemoryTerminal()
  const line = ask(terminal)
  const rest = Buffer.from([0x6c, 0x73, 0xff, 0x00, 0x1b, 0x5b, 0x41, 0x0d])
  terminal.type(Buffer.concat([Buffer.from('1\r'), rest]))
  expect(await line).toEqual({ kind: 'line', text: '1' })
  expect(terminal.input.read()).toEqual(rest)
})

test('several lines in one packet are several lines', async () => {
  using terminal = new MemoryTerminal()
  terminal.type('one\rtwo\r')
  expect(await ask(terminal)).toEqual({ kind: 'line', text: 'one' })
  expect(await ask(terminal)).toEqual({ kind: 'line', text: 'two' })
})

test('Ctrl-C, the signal INT, Ctrl-D and leaving are told apart', async () => {
  using terminal = new MemoryTerminal()
  terminal.type('abc\x03')
  expect(await ask(terminal)).toEqual({ kind: 'interrupt' })
  const signalled = ask(terminal)
  terminal.signal('INT')
  expect(await signalled).toEqual({ kind: 'interrupt' })
  terminal.type('\x04')
  expect(await ask(terminal)).toEqual({ kind: 'eof' })
  const left = ask(terminal)
  terminal.leave()
  expect(await left).toEqual({ kind: 'gone' })
  expect(await ask(terminal)).toEqual({ kind: 'gone' })
  expect(terminal.listeners).toBe(0)
})

test('a cancelled reading ends at once', async () => {
  using terminal = new MemoryTerminal()
  const cancel = new AbortController()
  const line = readLine({ terminal, prompt: { text: 'Opt> ' } }, cancel.signal)
  cancel.abort()
  expect(await line).toEqual({ kind: 'gone' })
  expect(terminal.listeners).toBe(0)
})

test('without a PTY lines are plain: no echo, no control sequences, a last line without its end counts', async () => {
  using terminal = new MemoryTerminal({ term: false })
  terminal.input.end('p\nq')
  expect(await ask(terminal)).toEqual({ kind: 'line', text: 'p' })
  expect(await ask(terminal)).toEqual({ kind: 'line', text: 'q' })
  expect(await ask(terminal)).toEqual({ kind: 'eof' })
  await terminal.settled()
  expect(terminal.sent).toMatch(/^(Opt> )+$/)
})

test('a dumb terminal gets backspaces and no sequence', async () => {
  using terminal = new MemoryTerminal({ term: 'dumb' })
  const line = ask(terminal, { history: ['earlier'] })
  terminal.type('wx')
  terminal.type('\x7f')
  terminal.type('\x1b[Deb')
  terminal.type('\x1b[A\x1b[B\r')
  expect(await line).toEqual({ kind: 'line', text: 'web' })
  expect(terminal.sent).not.toContain('\x1b')
  await terminal.settled()
  expect(terminal.screen.text()).toBe('Opt> web')
})

test('a paste is one line until the Enter', async () => {
  using terminal = new MemoryTerminal()
  const line = ask(terminal)
  terminal.type('\x1b[200~web-01\r\nreboot\r\n\x1b[201~')
  terminal.type('\x15web-02\r')
  expect(await line).toEqual({ kind: 'line', text: 'web-02' })
})

test('a flood of keys waits while the screen is full', async () => {
  using terminal = new MemoryTerminal()
  const line = ask(terminal)
  for (let count = 0; count < 500; count++) terminal.type(`${'x'.repeat(400)}\x15`)
  terminal.type('done\r')
  expect(await line).toEqual({ kind: 'line', text: 'done' })
})

test('a packet of keys that each cost a look at the whole line lets others run in between', async () => {
  using terminal = new MemoryTerminal()
  let turns = 0
  let reading = true
  const count = (): void => {
    turns++
    if (reading) setImmediate(count)
  }
  const line = ask(terminal)
  terminal.type(`${'前'.repeat(1000)}${'\x05\x1bb'.repeat(5000)}\r`)
  setImmediate(count)
  expect(await line).toMatchObject({ kind: 'line' })
  reading = false
  expect(turns).toBeGreaterThan(18_000 / 256 / 2)
})

test('a resize draws the line anew and keeps what stands above', async () => {
  using terminal = new MemoryTerminal({ columns: 20, rows: 8 })
  terminal.output.write('above\r\n')
  const line = ask(terminal)
  terminal.type('abcdefghijklmnopqrstuvwxyz')
  await terminal.screen.until(/vwxyz/)
  terminal.resize(60, 8)
  await terminal.screen.until(/abcdefghijklmnopqrstuvwxyz/)
  expect(terminal.screen.text()).toMatch(/^above\n/)
  terminal.type('\r')
  expect(await line).toMatchObject({ text: 'abcdefghijklmnopqrstuvwxyz' })
})

const KEYS = [
  ...[
    'a',
    'b',
    ' ',
    '-',
    '中',
    '端',
    'é',
    'e\u0301',
    '😀',
    'wide 中文 text',
    '\x7f',
    '\x1b[3~',
    '\x1b[D',
    '\x1b[C',
  ],
  ...[
    '\x01',
    '\x05',
    '\x17',
    '\x0b',
    '\x19',
    '\x1bb',
    '\x1bf',
    '\x1b[A',
    '\x1b[B',
    '\x1b[D\x1b[D',
    '\x1b[9;9u',
  ],
] as const

test.each([7, 12, 20, 80])(
  'after any keys the screen shows what a fresh drawing would, %i columns wide',
  async (columns) => {
    const { pick, below } = seeded(columns)
    const decoder = new KeyDecoder()
    const history = ['first 一', 'a second line that is rather long 二']
    let line: Line = emptyLine(history)
    using terminal = new MemoryTerminal({ columns, rows: 12 })
    void ask(terminal, { history })
    await terminal.screen.until(/Opt>/)
    for (let count = 0; count < 100; count++) {
      const keys = Array.from({ length: 1 + below(3) }, () => pick(KEYS)).join('')
      for (const byte of Buffer.from(keys)) {
        const key = decoder.push(byte)
        const step = key && pressKey(line, key)
        if (step?.kind === 'editing') line = step.line
      }
      terminal.type(keys)
      await terminal.settled()
      using fresh = await drawn(line, columns)
      expect(terminal.screen.text()).toBe(fresh.screen.text())
      expect(terminal.screen.cursor).toEqual(fresh.screen.cursor)
    }
  },
)

/** The same line typed from its beginning, then the cursor taken to its place from the end. */
async function drawn({ text, cursor }: Line, columns: number): Promise<MemoryTerminal> {
  const terminal = new MemoryTerminal({ columns, rows: 12 })
  void ask(terminal)
  const after = new Intl.Segmenter('en').segment(text.slice(cursor))
  terminal.type(text)
  terminal.type('\x1b[D'.repeat([...after].length))
  await terminal.settled()
  return terminal
}
