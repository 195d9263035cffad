import { expect, test } from 'vitest'
import { complete, inColumns } from '../../../src/terminal/completion.ts'
import { emptyLine } from '../../../src/terminal/line-editor.ts'
import { readLine } from '../../../src/terminal/line-reader.ts'
import { textWidth } from '../../../src/terminal/width.ts'
import { MemoryTerminal } from '../../fixtures/memory-terminal.ts'

const NAMES = ['web-01', 'web-02', 'Web-11', 'db-主', '数据库-主', '数据库-备']
const completer = (text: string) =>
  NAMES.filter((name) => text !== '' && name.toLowerCase().startsWith(text.toLowerCase()))
const after = (text: string, cursor = text.length) => {
  const { line, choices } = complete({ ...emptyLine(), text, cursor }, completer)
  return [`${line.text.slice(0, line.cursor)}|${line.text.slice(line.cursor)}`, choices.length]
}

test.each([
  ['a name that only one has is filled in', 'd', ['db-主|', 0]],
  ['what all agree on is filled in', 'w', ['web-|', 0]],
  ['then there is a choice', 'web-0', ['web-0|', 2]],
  ['letters of another case become those of the name', 'WEB-1', ['Web-11|', 0]],
  ['wide characters are whole', '数', ['数据库-|', 0]],
  ['nothing begins so', 'x', ['x|', 0]],
  ['a whole name stays', 'web-01', ['web-01|', 0]],
])('%s', (_what, text, result) => {
  expect(after(text)).toEqual(result)
})

test('what stands behind the cursor stays there', () => {
  expect(after('d -x', 1)).toEqual(['db-主| -x', 0])
})

test('choices stand in columns that fit, read downwards, and of very many the first hundred', () => {
  expect(inColumns(['a1', 'a2', 'a3', 'a4', 'a5'], 10)).toEqual(['a1  a3  a5', 'a2  a4'])
  const many = Array.from({ length: 5000 }, (_, at) => `主机-${at}`)
  for (const width of [20, 80, 300]) {
    const lines = inColumns(many, width)
    expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(width)
    expect(
      lines
        .join(' ')
        .split(/\s+/)
        .filter((word) => /99|100|…/.test(word)),
    ).toEqual(expect.arrayContaining(['主机-99', '…']))
    expect(lines.join()).not.toContain('主机-100')
  }
  expect(inColumns(['x'.repeat(500)], 20)).toEqual([`${'x'.repeat(19)}…`])
})

test('Tab fills in, shows the choices above the line, and Enter takes what stands there', async () => {
  using terminal = new MemoryTerminal()
  const line = readLine(
    { terminal, prompt: { text: 'Opt> ' }, complete: completer },
    new AbortController().signal,
  )
  terminal.type('we\t\t')
  await terminal.screen.until(/^web-01 {2}web-02 {2}Web-11\nOpt> web-$/)
  terminal.type('02\t\r')
  expect(await line).toEqual({ kind: 'line', text: 'web-02' })
})

test.each(['dumb', false] as const)('Tab does no harm on TERM %s', async (term) => {
  using terminal = new MemoryTerminal({ term })
  const line = readLine(
    { terminal, prompt: { text: 'Opt> ' }, complete: completer },
    new AbortController().signal,
  )
  terminal.type('db\t\t\r')
  expect(await line).toEqual({ kind: 'line', text: 'db-主' })
  expect(terminal.sent).not.toContain('\x1b')
})
