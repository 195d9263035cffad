import { expect, test } from 'vitest'
import { ScreenCopy } from '../../../src/web/screen-copy.ts'

test.each([
  ['made', (size: { columns: number; rows: number }) => new ScreenCopy(size)],
  [
    'resized',
    (size: { columns: number; rows: number }) => {
      const copy = new ScreenCopy({ columns: 80, rows: 24 })
      copy.resize(size)
      return copy
    },
  ],
])(
  'a copy that is %s as large as a browser says is no larger than a terminal may be (R10)',
  async (_, make) => {
    using copy = make({ columns: 60_000, rows: 2 })
    await copy.write(Buffer.from('\x1b[1;2000HZ'))
    expect((await copy.snapshot()).screen).toContain('\x1b[999CZ')
  },
)
