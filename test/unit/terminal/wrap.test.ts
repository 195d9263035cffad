import { expect, test } from 'vitest'
import { textWidth } from '../../../src/terminal/width.ts'
import { wrapText } from '../../../src/terminal/wrap.ts'

test.each([
  ['one two three', 8, ['one two', 'three']],
  ['one two', 7, ['one two']],
  ['abcdefghij', 4, ['abcd', 'efgh', 'ij']],
  ['没有资产匹配。', 10, ['没有资产匹', '配。']],
  ['没有资产匹。', 10, ['没有资产', '匹。']],
  ['资产（没有）', 6, ['资产', '（没', '有）']],
  ['用 web-01 登录', 9, ['用 web-01', '登录']],
  ['a\nb', 9, ['a', 'b']],
  ['', 9, ['']],
])('%j in %i cells is %j', (text, width, lines) => {
  expect(wrapText(text, width)).toEqual(lines)
})

test('no line is wider than asked, and no character is lost', () => {
  const text = 'The 管理服务器 does not answer（错误 502），so nothing new can be opened. 请稍后再试。'
  for (let width = 2; width <= 100; width++) {
    const lines = wrapText(text, width)
    expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(width)
    expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''))
  }
})
