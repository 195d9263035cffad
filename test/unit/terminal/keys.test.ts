import { expect, test } from 'vitest'
import { type Key, KeyDecoder } from '../../../src/terminal/keys.ts'
import { seeded } from '../../fixtures/random.ts'

/** Text as it is, other keys in angle brackets. */
function keysOf(...packets: readonly Uint8Array[]): string {
  const decoder = new KeyDecoder()
  const keys = packets.flatMap((packet) => [...packet].map((byte) => decoder.push(byte)))
  return keys
    .map((key: Key | undefined) => (!key ? '' : key.kind === 'text' ? key.text : `<${key.name}>`))
    .join('')
}
const decoded = (text: string): string => keysOf(Buffer.from(text))

test.each([
  ['plain text', 'web-01', 'web-01'],
  ['text of several bytes', '前é😀', '前é😀'],
  ['Enter as CR or LF', 'a\rb\n', 'a<enter>b<enter>'],
  ['both backspaces', '\x7f\b', '<backspace><backspace>'],
  [
    'controls',
    '\x01\x05\x15\x0b\x17\x19\x03\x04',
    '<ctrl-a><ctrl-e><ctrl-u><ctrl-k><ctrl-w><ctrl-y><ctrl-c><ctrl-d>',
  ],
  ['arrows', '\x1b[A\x1b[B\x1b[C\x1b[D', '<up><down><right><left>'],
  ['arrows in application mode', '\x1bOA\x1bOD\x1bOM', '<up><left><enter>'],
  [
    'Home and End of all kinds',
    '\x1b[H\x1b[1~\x1b[7~\x1bOH\x1b[F\x1b[4~',
    '<home><home><home><home><end><end>',
  ],
  ['Delete and the pages', '\x1b[3~\x1b[5~\x1b[6~', '<delete><page-up><page-down>'],
  ['modifiers', '\x1b[1;5C\x1b[1;3D\x1b[3;5~', '<ctrl-right><alt-left><ctrl-delete>'],
  ['Alt with a letter', '\x1bb\x1bF\x1b\x7f', '<alt-b><alt-f><alt-backspace>'],
  ['Escape twice before an arrow', '\x1b\x1b[A', '<up>'],
  ['function keys and mouse reports as nothing', '\x1b[15~\x1b[<0;10;20M\x1b[32;1;1M\x1b[M !!x', 'x'],
  ['keys of the Linux console as nothing', '\x1b[[Ax', 'x'],
  ['answers of the terminal as nothing', '\x1b]11;rgb:00/00/00\x07\x1bP1$r0m\x1b\\\x1b[?62;1cx', 'x'],
  ['an endless CSI as nothing', `\x1b[${'1;'.repeat(5000)}mx`, 'x'],
  ['an Enter after a cut sequence', '\x1b[\r\x1b]0;a\r\x1bO\r\x1b[M\r', '<enter><enter><enter><enter>'],
  ['Ctrl-C in the middle of a sequence', '\x1b[1;\x03a', '<ctrl-c>a'],
  ['C1 and bidirectional controls as nothing', 'a\u009b\u202eb\u2066', 'ab'],
])('reads %s', (_what, text, keys) => {
  expect(decoded(text)).toBe(keys)
})

test.each([
  ['line ends and tabs of a paste are blanks', 'a\rb\r\nc\n\td', 'a b c  d'],
  ['escape sequences inside a paste are nothing', 'a\x1b[Ab\x1b[31mc\x07d', 'abcd'],
])('%s', (_what, pasted, keys) => {
  expect(decoded(`\x1b[200~${pasted}\x1b[201~\r`)).toBe(`${keys}<enter>`)
})

test('Ctrl-C gets out of a paste that never ends', () => {
  expect(decoded('\x1b[200~abc\r\x03d\r')).toBe('abc <ctrl-c>d<enter>')
})

test.each([
  [[0xff, 0xfe, 0x61], 'a'],
  [[0xe5, 0x89, 0x61], 'a'],
  [[0xe5, 0x89, 0x0d], '<enter>'],
  [[0xc0, 0xaf, 0xe0, 0x80, 0xaf, 0xed, 0xa0, 0x80, 0xf4, 0x90, 0x80, 0x80, 0x62], 'b'],
  [[0xe5, 0xe5, 0x89, 0x8d], '前'],
])('bytes %j that are no UTF-8 give %j', (bytes, keys) => {
  expect(keysOf(Uint8Array.from(bytes))).toBe(keys)
})

test('the same bytes give the same keys wherever packets are cut', () => {
  const bytes = Buffer.from('前a\x1b[1;5C😀\x1bOA\x1b[200~x\r\ny\x1b[201~\x1b]0;t\x1b\\é\r')
  const whole = keysOf(bytes)
  for (let cut = 0; cut <= bytes.length; cut++) {
    expect(keysOf(bytes.subarray(0, cut), bytes.subarray(cut))).toBe(whole)
  }
})

test('100,000 random bytes never throw and never give a control character as text', () => {
  const { below } = seeded(7)
  const bytes = Uint8Array.from({ length: 100_000 }, () => (below(4) === 0 ? 0x1b : below(256)))
  const decoder = new KeyDecoder()
  const texts = [...bytes]
    .map((byte) => decoder.push(byte))
    .flatMap((key) => (key?.kind === 'text' ? [key.text] : []))
  expect(texts.length).toBeGreaterThan(1000)
  expect(texts.filter((text) => /[\p{Cc}\p{Cs}]/u.test(text))).toEqual([])
})
