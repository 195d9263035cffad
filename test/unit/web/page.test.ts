import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { Scope } from '../../../src/base/scope.ts'
import type { Ending } from '../../../src/session/ending.ts'
import type { SessionRequest } from '../../../src/session/session.ts'
import type { Terminal } from '../../../src/terminal/terminal.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { PageClient } from '../../fixtures/page-client.ts'
import { Parrot } from '../../fixtures/parrot.ts'
import { aTarget } from '../../fixtures/people.ts'
import { until } from '../../fixtures/until.ts'
import { coreOf, startWebDoor, type WebDoorOptions } from '../../fixtures/web-door.ts'

const { asset } = aTarget('web-01')
const ALICE = 'sessionid=s-alice; csrftoken=c'
let scope = new Scope()
let origin = ''
afterEach(async () => {
  await scope.close()
  scope = new Scope()
})

async function door(
  sessions: { open(request: SessionRequest): Promise<Ending> },
  more: WebDoorOptions = {},
): Promise<void> {
  const port = await startWebDoor(scope, { core: coreOf([asset], {}), sessions, ...more })
  origin = `http://127.0.0.1:${port}`
}
const page = (cookie = ALICE): PageClient => scope.own(new PageClient(origin, cookie))
async function opened(): Promise<PageClient> {
  const client = page()
  expect(await client.open(asset.id, 'id-root')).toBeUndefined()
  return client
}
/** A session that is nothing but `body`. */
const program = (body: (terminal: Terminal) => Promise<void>) => ({
  open: async ({ terminal }: SessionRequest): Promise<Ending> => {
    await body(terminal)
    return { kind: 'exit', exit: { kind: 'status', code: 0 } }
  },
})

test('a tab opens, is typed in, is resized, and is told when it is over', async () => {
  const parrot = new Parrot()
  await door(parrot)
  const client = await opened()
  client.type('é中文')
  client.room?.resize({ columns: 99, rows: 33 })
  await client.until(() => client.drawn.includes('é中文') && client.drawn.includes('[99x33]'))
  client.type('bye')
  expect(await client.until(() => client.ended)).toBe('over')
  expect(client.drawn).toMatch(/hello alice 80x24[\s\S]*closed\r\n$/)
  expect(parrot.requests[0]?.terminal.pty?.term).toBe('xterm-256color')
})

test.each([
  [{ columns: 60_000, rows: 200_000 }, '1000x500'],
  [{ columns: -1, rows: 1e300 }, '80x500'],
  [{ columns: '99', rows: 0.5 }, '80x24'],
])('a page that says its window is %o gets a terminal of %s (R10)', async (size, taken) => {
  await door(new Parrot())
  const client = page()
  expect(await client.open(asset.id, 'id-root', size)).toBeUndefined()
  await client.until(() => client.drawn.includes(`hello alice ${taken}`))
  client.socket.emit('size', { room: client.room?.id, ...size })
  client.type('still here')
  await client.until(() => client.drawn.includes('still here'))
})

test('one page has 128 tabs, the next is refused, and closing one makes room', async () => {
  const parrot = new Parrot()
  await door(parrot)
  const client = page()
  const openings = Array.from({ length: 129 }, () => client.open(asset.id, 'id-root'))
  expect((await Promise.all(openings)).filter((text) => text !== undefined)).toEqual([
    expect.stringMatching(/128 tabs/),
  ])
  client.room?.close()
  await until(() => parrot.endings.length === 1)
  expect(await client.open(asset.id, 'id-root')).toBeUndefined()
})

test('a network that breaks in the middle of output loses nothing and doubles nothing', async () => {
  const lines = Array.from({ length: 60_000 }, (_, index) => `line ${index} é\n`)
  await door(
    program(async ({ output }) => {
      for (let at = 0; at < lines.length; at += 500) {
        if (!output.write(Buffer.from(lines.slice(at, at + 500).join('')))) await once(output, 'drain')
      }
    }),
  )
  const client = await opened()
  for (const line of ['line 2000 ', 'line 20000 ', 'line 20001 ', 'line 50000 ']) {
    await client.until(() => client.drawn.includes(line))
    await client.cut()
  }
  await client.until(() => client.ended)
  expect(client.drawn === lines.join('')).toBe(true)
})

test('a network that breaks in the middle of a paste loses no key and doubles none', async () => {
  const paste = Array.from({ length: 150_000 }, (_, index) => `paste ${index}\r`).join('')
  const heard = createHash('sha256')
  let bytes = 0
  await door(
    program(async ({ input }) => {
      for await (const chunk of input) {
        if (!Buffer.isBuffer(chunk)) return
        heard.update(chunk)
        bytes += chunk.length
        if (bytes >= paste.length) return
      }
    }),
  )
  const client = await opened()
  client.type(paste)
  for (const share of [0.1, 0.4, 0.7]) {
    await until(() => bytes > share * paste.length)
    await client.cut()
  }
  await client.until(() => client.ended)
  expect([bytes, heard.digest('hex')]).toEqual([
    paste.length,
    createHash('sha256').update(paste).digest('hex'),
  ])
})

test('a page that is loaded anew has its screen and its session', async () => {
  await door(new Parrot())
  const before = await opened()
  before.type('\x1b[31mred\x1b[0m before')
  await before.until(() => before.drawn.includes('before'))
  const room = before.room?.id ?? ''
  before[Symbol.dispose]()
  const after = page()
  expect(await after.resume(room)).toBeUndefined()
  expect(after.drawn).toMatch(/hello alice[\s\S]*\x1b\[31mred\x1b\[0m before/)
  after.type(' after')
  await after.until(() => after.drawn.endsWith('before after'))
})

test('a room is kept for the grace time, and then ends', async () => {
  const parrot = new Parrot()
  const clock = new ManualClock()
  await door(parrot, { clock })
  const client = await opened()
  await client.until(() => client.drawn.includes('hello'))
  client[Symbol.dispose]()
  await until(() => clock.pending === 1)
  clock.advance(119_999)
  await nextTurn()
  expect(parrot.endings).toEqual([])
  clock.advance(1)
  await until(() => parrot.endings.length === 1)
  expect(parrot.endings).toEqual([{ kind: 'left' }])
  const late = page()
  expect(await late.resume(client.room?.id ?? '')).toMatch(/has ended/)
})

test('a tab that is closed ends its session at once', async () => {
  const parrot = new Parrot()
  await door(parrot)
  const client = await opened()
  client.room?.close()
  await until(() => parrot.endings.length === 1)
})

test('a second page takes a room over; the first is told and types no more', async () => {
  await door(new Parrot())
  const first = await opened()
  const second = page()
  expect(await second.resume(first.room?.id ?? '')).toBeUndefined()
  expect(await first.until(() => first.ended)).toBe('replaced')
  first.socket.emit('in', { room: first.room?.id, at: 0, bytes: Buffer.from('stolen') })
  second.type('mine')
  await second.until(() => second.drawn.includes('mine'))
  expect(second.drawn).not.toContain('stolen')
})

test("somebody else's room does not exist, nor does the namespace for nobody (S23)", async () => {
  await door(new Parrot())
  const alice = await opened()
  const bob = page('sessionid=s-bob; csrftoken=c')
  expect(await bob.resume(alice.room?.id ?? '')).toMatch(/has ended/)
  for (const event of ['in', 'drawn', 'size', 'close'])
    bob.socket.emit(event, { room: alice.room?.id, at: 0, bytes: Buffer.from('bob'), columns: 9, rows: 9 })
  expect(await bob.open('none', 'none')).toMatch(/no permission/)
  alice.type('still here')
  await alice.until(() => alice.drawn.includes('still here'))
  expect(alice.drawn).not.toMatch(/bob|9x9/)
  const nobody = page('sessionid=x; csrftoken=c')
  expect(await nobody.until(() => nobody.refused)).toBe('nobody')
})

test('a tab that sleeps stops the program at a quarter of a megabyte, and wakes it (R9)', async () => {
  let [written, full] = [0, false]
  await door(
    program(async ({ output, gone }) => {
      const block = Buffer.alloc(8192, 'y')
      while (!gone.aborted && written < 8 << 20) {
        written += block.length
        if (output.write(block)) continue
        full = true
        await once(output, 'drain')
        full = false
      }
    }),
  )
  const client = page()
  client.awake = false
  await client.open(asset.id, 'id-root')
  let turns = 0
  await until(() => full && ++turns > 100)
  expect(written).toBeLessThan(1 << 20)
  client.awake = true
  await client.cut() // what it has is told with the place it goes on from
  await client.until(() => client.ended)
  expect(client.drawn).toHaveLength(8 << 20)
})
