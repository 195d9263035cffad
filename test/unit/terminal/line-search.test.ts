import { expect, test } from 'vitest'
import { KeyDecoder } from '../../../src/terminal/keys.ts'
import type { Line } from '../../../src/terminal/line.ts'
import { emptyLine, pressKey } from '../../../src/terminal/line-editor.ts'
import { readLine } from '../../../src/terminal/line-reader.ts'
import { MemoryTerminal } from '../../fixtures/memory-terminal.ts'

const HISTORY = ['web-01', 'db-07', '/前端 web', 'web-02', 'p']

/** The line after these keys, or what ended it. */
function after(keys: string): string {
  const decoder = new KeyDecoder()
  let line: Line = { ...emptyLine(HISTORY), text: 'draft', cursor: 5 }
  for (const byte of Buffer.from(keys)) {
    const key = decoder.push(byte)
    const step = key && pressKey(line, key)
    if (step === undefined) continue
    if (step.kind === 'entered') return `entered ${step.text}`
    if (step.kind !== 'editing') return step.kind
    line = step.line
  }
  const { search, text, cursor } = line
  const shown = `${text.slice(0, cursor)}|${text.slice(cursor)}`
  return search ? `(${search.query}${search.failing ? '!' : ''}) ${shown}` : shown
}

test.each([
  ['Ctrl-R looks for nothing yet', '\x12', '() draft|'],
  ['typing finds the newest that has it', '\x12web', '(web) web-02|'],
  ['Ctrl-R again finds an older one', '\x12web\x12', '(web) /前端 web|'],
  ['and the oldest stays, with a sign', '\x12web\x12\x12\x12', '(web!) web-01|'],
  ['case does not count', '\x12DB', '(DB) db-07|'],
  ['wide characters are found', '\x12前端', '(前端) /前端 web|'],
  ['Backspace looks for less', '\x12web-01\x7f', '(web-0) web-02|'],
  ['what nobody has fails and keeps what was there', '\x12webx', '(webx!) web-02|'],
  ['Ctrl-G goes back to what was', '\x12web\x07', 'draft|'],
  ['Enter takes it', '\x12db\r', 'entered db-07'],
  ['Ctrl-C gives up the line', '\x12db\x03', 'interrupt'],
  ['any other key takes it over for editing', '\x12db\x01x', 'x|db-07'],
  ['arrows go on from the place that was found', '\x12db\x1b[A', 'web-01|'],
])('%s', (_what, keys, shown) => {
  expect(after(keys)).toBe(shown)
})

test('what is looked for is shown in place of the prompt, and the prompt comes back', async () => {
  using terminal = new MemoryTerminal()
  const prompt = { text: 'Opt> ', search: '查找' }
  const line = readLine({ terminal, prompt, history: HISTORY }, new AbortController().signal)
  terminal.type('\x12db')
  await terminal.screen.until(/^\(查找\) db: db-07$/)
  terminal.type('\x07')
  await terminal.screen.until(/^Opt>$/)
  terminal.type('\x12db\r')
  expect(await line).toEqual({ kind: 'line', text: 'db-07' })
  await terminal.settled()
  expect(terminal.screen.text()).toBe('Opt> db-07')
})
