import { expect, test } from 'vitest'
import { GuestKeys } from '../../../src/session/guest-keys.ts'
import { OwnKeys } from '../../../src/terminal/own-key.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'

function guest() {
  const clock = new ManualClock()
  const seen: string[] = []
  const keys = new GuestKeys(clock, (bytes) => seen.push(String(bytes)))
  return { clock, seen, keys, push: (text: string) => keys.push(Buffer.from(text)) }
}

test('keys go on as they are: text, controls, arrows, pastes, characters in pieces', () => {
  const typed = 'ls\r\x1b[A\x1bb\x1b[200~a\rb\x1b[201~你好'
  const { seen, keys } = guest()
  for (const byte of Buffer.from(typed)) keys.push(Buffer.of(byte))
  expect(seen.join('')).toBe(typed)
  const { seen: whole, push } = guest()
  push(typed)
  expect(whole.join('')).toBe(typed)
})

test('what a terminal answers by itself does not', () => {
  const { seen, push } = guest()
  push('a\x1b[?62;1c\x1b[12;40R\x1b]10;rgb:0000/0000/0000\x07\x1b[Ib')
  expect(seen.join('')).toBe('ab')
})

test('the key Esc alone goes on after a moment', () => {
  const { clock, seen, push } = guest()
  push('\x1b')
  expect(seen).toEqual([])
  clock.advance(30)
  expect(seen).toEqual(['\x1b'])
})

test('what follows Ctrl-] is the guest’s own, and Ctrl-] twice is one', () => {
  const split = (types: boolean, text: string) =>
    [...new OwnKeys(types).split(Buffer.from(text))].map((each) =>
      'keys' in each ? String(each.keys) : each,
    )
  expect(split(true, 'ab\x1dqcd')).toEqual(['ab', { own: 'q' }, 'cd'])
  expect(split(true, '\x1d\x1dx')).toEqual(['\x1d', 'x'])
  expect(split(false, 'R\x03')).toEqual([{ own: 'r' }, { own: 'q' }])
})

test('Ctrl-] and its key may come in two packets', () => {
  const own = new OwnKeys(true)
  expect([...own.split(Buffer.from('a\x1d'))]).toEqual([{ keys: Buffer.from('a') }])
  expect([...own.split(Buffer.from('q'))]).toEqual([{ own: 'q' }])
})
