import { expect, test } from 'vitest'
import { table } from '../../../src/terminal/table.ts'
import { textWidth } from '../../../src/terminal/width.ts'

const columns = [
  { title: '#', align: 'right', least: Number.POSITIVE_INFINITY },
  { title: 'Name', least: 8 },
  { title: 'Address', least: 8 },
  { title: 'Comment', least: 6 },
] as const
const rows = [
  ['1', 'web-01', '10.1.2.11', '前端 cn-north'],
  ['10', 'a-very-long-name-of-a-host.example.com', '2001:db8::1', 'spare'],
]

test('columns line up, numbers to the right', () => {
  expect(table(columns, rows, { width: 80 })).toEqual([
    ' #  Name                                    Address      Comment',
    ' 1  web-01                                  10.1.2.11    前端 cn-north',
    '10  a-very-long-name-of-a-host.example.com  2001:db8::1  spare',
  ])
})

test('the widest column gives way first, with an ellipsis', () => {
  expect(table(columns, rows, { width: 44 })).toEqual([
    ' #  Name           Address      Comment',
    ' 1  web-01         10.1.2.11    前端 cn-nor…',
    '10  a-very-long-…  2001:db8::1  spare',
  ])
})

test('what does not fit at all is left out, the least important first, and numbers stay whole', () => {
  expect(table(columns, rows, { width: 20 })).toEqual([' #  Name', ' 1  web-01', '10  a-very-long-nam…'])
})

test('no line is wider than the window, from 20 to 300 cells and at any width a client may tell', () => {
  for (let width = 1; width <= 400; width++) {
    const widest = Math.max(...table(columns, rows, { width }).map(textWidth))
    expect(widest).toBeLessThanOrEqual(Math.min(300, Math.max(20, width)))
  }
})

test('controls in cells become blanks, so that a comment cannot draw', () => {
  const [, row] = table([{ title: 'Comment', least: 8 }], [['a\nb\x1b[31mc\u202ed']], { width: 80 })
  expect(row).toBe('a b [31mc d')
})

test('a cell of a million characters costs nothing and is cut', () => {
  const [, row] = table([{ title: 'Comment', least: 8 }], [['前'.repeat(1_000_000)]], { width: 40 })
  expect(row).toBe(`${'前'.repeat(19)}…`)
})
