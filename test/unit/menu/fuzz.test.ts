import { expect, test } from 'vitest'
import { seeded } from '../../fixtures/random.ts'
import { startVisit } from './a-visit.ts'

const PIECES = [
  ...[
    'p',
    'n',
    'b',
    'g',
    'h',
    '?',
    'r',
    's',
    '/',
    '//',
    '*',
    '!!',
    'l',
    'f',
    'f\r',
    'g1',
    '1',
    '7',
    '999999999999',
    'web',
    '前端',
    '😀',
    'e\u0301',
    ' ',
  ],
  ...[
    '\x1b',
    '\x1b[',
    '\x1bO',
    '\x1b]0;x',
    '\x1bP',
    '\x1b[200~',
    '\x1b[201~',
    '\x1b[M',
    '\x1b[<0;1;1M',
    '\x1b[[A',
    '\x07',
  ],
  ...[
    '\x1b[A',
    '\x1b[B',
    '\x1b[C',
    '\x1b[D',
    '\x1b[H',
    '\x1b[F',
    '\x1b[3~',
    '\x1bb',
    '\x1bf',
    '\x1b[1;5C',
    '\x1b[999999m',
  ],
  ...[
    '\x00',
    '\x01',
    '\x02',
    '\x03',
    '\x05',
    '\x06',
    '\x08',
    '\x0b',
    '\x0c',
    '\x07',
    '\x12',
    '\x14',
    '\x1b[5~',
    '\x1b[6~',
    '\x15',
    '\x17',
    '\x19',
    '\x1a',
    '\x7f',
    '\t',
  ],
  ...['"', "'", '$(reboot)', '%s%n', '{query}', '../..', '\u202e', '\ufeff', 'x'.repeat(1100)],
] as const

/** The letter that would rightly end it. */
const isQ = (byte: number): boolean => byte === 0x71 || byte === 0x51

test.each([20, 80])(
  '1,000 lines of keys and escape sequences leave the menu alive and sane, %i columns wide',
  async (columns) => {
    const { below, pick } = seeded(columns)
    using visit = startVisit({ columns, rows: 40, openSession: async () => undefined })
    await visit.asked()
    for (let count = 0; count < 1000; count++) {
      const text = Buffer.from(Array.from({ length: below(8) }, () => pick(PIECES)).join(''))
      const junk = Buffer.from(
        Array.from({ length: below(4) }, () => 0x20 + below(0xe0)).filter((byte) => !isQ(byte)),
      )
      const line = Buffer.concat([text, junk, Buffer.from('\r')])
      const cut = below(line.length)
      visit.terminal.type(line.subarray(0, cut))
      visit.terminal.type(line.subarray(cut))
      if (count % 20 > 0) continue
      await visit.terminal.settled()
      visit.terminal.resize(20 + below(100), 5 + below(60))
    }
    visit.terminal.resize(columns, 60)
    // Out of whatever was begun last: a sequence, a paste, the full screen, the choice of an account.
    visit.terminal.type('\x03\x03\x03h\r')
    await visit.terminal.screen.until((text) => /Opt> h\n[^>]*Ctrl-D[^>]*\nOpt>$/.test(text))
    visit.terminal.type('q\r')
    expect(await visit.ended).toEqual({ kind: 'status', code: 0 })
  },
)
