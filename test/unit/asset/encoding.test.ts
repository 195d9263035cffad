import { expect, test } from 'vitest'
import { CHARSETS, fromUtf8, toUtf8 } from '../../../src/asset/encoding.ts'

const TEXT = {
  'utf-8': '世界😀é',
  gb18030: '世界，你好😀é㐂',
  gbk: '世界，你好',
  big5: '世界，你好',
  shift_jis: '世界、こんにちはｱ',
  latin1: 'né à côté ÿ',
}

test.each(CHARSETS)('%s goes both ways, wherever its bytes are cut', (charset) => {
  const utf8 = Buffer.from(TEXT[charset])
  const there = fromUtf8(charset)
  const bytes = Buffer.concat([...utf8].map((byte) => there.convert(Buffer.from([byte]))))
  const back = toUtf8(charset)
  const again = [...bytes].map((byte) => back.convert(Buffer.from([byte])))
  expect(Buffer.concat([...again, back.end()]).toString()).toBe(TEXT[charset])
  if (charset !== 'utf-8') expect(bytes.equals(utf8)).toBe(false)
})

test('what is no character of the encoding neither stops nor throws', () => {
  const back = toUtf8('gbk')
  expect(back.convert(Buffer.from([0x41, 0xff, 0xff, 0x42])).toString()).toMatch(/^A.*B$/s)
  back.convert(Buffer.from([0xca]))
  expect(back.end().length).toBeGreaterThan(0)
  expect(fromUtf8('latin1').convert(Buffer.from('世')).toString()).toBe('?')
})

test('control characters and escape sequences stay as they are', () => {
  const text = Buffer.from('\x1b[31mred\x1b[0m\r\n\x07\x03\x7f')
  for (const charset of CHARSETS) {
    expect(toUtf8(charset).convert(text)).toEqual(text)
    expect(fromUtf8(charset).convert(text)).toEqual(text)
  }
})
