import { expect, test } from 'vitest'
import { cutText, padText, textWidth } from '../../../src/terminal/width.ts'
import { MemoryTerminal } from '../../fixtures/memory-terminal.ts'

test.each([
  ['', 0],
  ['web-01', 6],
  ['前端', 4],
  ['ｆｕｌｌ', 8],
  ['ﾊﾝｶｸ', 4],
  ['한국', 4],
  ['e\u0301', 1],
  ['\u200b', 0],
  ['😀', 2],
  ['👩‍👩‍👧', 2],
  ['🇨🇳', 2],
  ['✅', 2],
  ['❤️', 2],
  ['©', 1],
  ['1', 1],
  ['…', 1],
  ['─', 1],
  ['𠀀', 2],
  ['หนึ่ง', 3],
])('%j takes %i cells', (text, cells) => {
  expect(textWidth(text)).toBe(cells)
})

test('single characters are as wide as the emulator draws them', async () => {
  using terminal = new MemoryTerminal()
  const wrong: string[] = []
  const samples = [
    0x20, 0x4e00, 0x9fff, 0x3042, 0x30ab, 0xac00, 0x1f600, 0x1f680, 0xff21, 0xff71, 0xe9, 0x416, 0x5d0,
  ]
  for (const code of samples) {
    const char = String.fromCodePoint(code)
    terminal.output.write(`\r\x1b[K${char}`)
    await terminal.settled()
    if (terminal.screen.cursor.column !== textWidth(char)) wrong.push(char)
  }
  expect(wrong).toEqual([])
})

test.each([
  ['web-01', 6, 'web-01'],
  ['web-01', 5, 'web-…'],
  ['前端服务', 7, '前端服…'],
  ['前端服务', 6, '前端…'],
  ['前端', 1, '…'],
  ['前端', 0, ''],
])('%j cut to %i cells is %j', (text, width, cut) => {
  expect(cutText(text, width)).toBe(cut)
})

test('padding counts cells, not characters', () => {
  expect(padText('前端', 6)).toBe('前端  ')
  expect(padText('7', 3, 'right')).toBe('  7')
})
