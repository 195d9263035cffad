import { expect, test } from 'vitest'
import { AcceptKeys } from '../../../../src/session/gate/accept-keys.ts'

const KEYS = [
  ...['\r', '\n', '\x0f', '\x04', '\x1bOM', '\x1ba', '\x1bA', '\x1bx', '\x1bz', '\x1b#', '\x18\x05', '\x18e'],
  ...[
    '\x1b[13u',
    '\x1b[13;5u',
    '\x1b[13;5:1u',
    '\x1b[13::13;2u',
    '\x1b[57414u',
    '\x1b[27;2;13~',
    '\x1b[27;5;106~',
  ],
  ...['\x1b[106;5u', '\x1b[109;5u', '\x1b[111;5u'],
]

test.each(KEYS.map((key) => [JSON.stringify(key), key]))(
  '%s may send a line off, wherever it is cut',
  (_, key) => {
    for (let cut = 0; cut < key.length; cut++) {
      const keys = new AcceptKeys()
      const before = keys.split(Buffer.from(`ls ${key.slice(0, cut)}`))
      const after = keys.split(Buffer.from(key.slice(cut)))
      // The bytes that ended the key in the last packet are held.
      expect(after.at(-1)?.kind ?? before.at(-1)?.kind).toBe('accept')
    }
  },
)

test.each([['\x1b[A'], ['\x1bb'], ['\x18\x18'], ['e'], ['\x1b[1;5C'], ['\x1b[3~']])('%j does not', (key) => {
  expect(new AcceptKeys().split(Buffer.from(key)).map(({ kind }) => kind)).toEqual(['plain'])
})
