import { createHash, randomBytes } from 'node:crypto'
import { PassThrough, Readable, Writable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { bridge } from '../../../src/session/bridge.ts'
import { type BridgeParts, bridgeParts } from '../../fixtures/bridge-parts.ts'

type Ends = BridgeParts
const ends = bridgeParts
const run = ({ terminal, asset, recorder }: Ends, orders = new AbortController().signal) =>
  bridge({ terminal, asset, recorder, onKeys: () => true, onOutput: () => {} }, orders)

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const lose = (it: Ends): void => {
  it.asset.output.push(null)
  it.finish({ kind: 'none' })
}

test('every byte reaches the user and the record, exactly, before the exit status does', async () => {
  const bytes = randomBytes(8 << 20)
  const received: Buffer[] = []
  const slow = new Writable({
    highWaterMark: 64 << 10,
    write(chunk: Buffer, _encoding, done) {
      received.push(chunk)
      setImmediate(done)
    },
  })
  const chunks = Array.from({ length: 512 }, (_, index) => bytes.subarray(index << 14, (index + 1) << 14))
  const it = ends(Readable.from(chunks, { objectMode: false }), slow)
  const ending = run(it)
  it.finish({ kind: 'status', code: 7 })
  expect(await ending).toEqual({ kind: 'exit', exit: { kind: 'status', code: 7 } })
  expect(digest(Buffer.concat(received))).toBe(digest(bytes))
  expect(digest(Buffer.concat(it.recorded))).toBe(digest(bytes))
})

test('a user who does not read stops the asset', async () => {
  let produced = 0
  const endless = new Readable({
    highWaterMark: 64 << 10,
    read() {
      produced += 16 << 10
      this.push(Buffer.alloc(16 << 10))
    },
  })
  const stuck = new Writable({ highWaterMark: 128 << 10, write: () => {} })
  const it = ends(endless, stuck)
  const orders = new AbortController()
  const ending = run(it, orders.signal)
  for (let turns = 0; turns < 1000; turns++) await turn()
  expect(produced).toBeLessThan(1 << 20)
  orders.abort({ kind: 'shutdown' })
  expect(await ending).toEqual({ kind: 'shutdown' })
})

test('a recorder that cannot keep up stops the asset, and lets it go on', async () => {
  const output = new PassThrough()
  const it = ends(output)
  const ending = run(it)
  it.hold(true)
  output.write('one')
  await turn()
  expect(output.isPaused()).toBe(true)
  output.write('two')
  it.hold(false)
  output.end()
  it.finish()
  await ending
  expect(Buffer.concat(it.recorded).toString()).toBe('onetwo')
})

test('what the recorder has not taken is not shown, and never is when recording fails', async () => {
  const [output, shown] = [new PassThrough(), new PassThrough()]
  const it = ends(output, shown)
  const ending = run(it)
  it.hold(true)
  output.write('later')
  it.errors.write('and this')
  await turn()
  expect(shown.read()).toBe(null)
  it.hold(false)
  expect(String(shown.read())).toBe('laterand this')
  it.hold(true)
  output.write('never')
  await turn()
  it.failed.abort('the disk is full')
  expect(await ending).toEqual({ kind: 'record-failed', cause: 'the disk is full' })
  expect(shown.read()).toBe(null)
})

test('the EOF of the user is the EOF of the program, not the end of the session', async () => {
  const output = new PassThrough()
  const it = ends(output)
  const ending = run(it)
  it.input.end('last')
  expect(await it.toAsset.toArray().then((all) => Buffer.concat(all).toString())).toBe('last')
  output.end('answer')
  it.finish()
  expect(await ending).toMatchObject({ kind: 'exit' })
  expect(Buffer.concat(it.recorded).toString()).toBe('answer')
})

test.each([
  [
    'an order',
    'killed',
    (_it: Ends, orders: AbortController) => orders.abort({ kind: 'killed', by: 'administrator' }),
  ],
  ['the user leaving', 'left', (it: Ends) => it.gone.abort()],
  ['a failing record', 'record-failed', (it: Ends) => it.failed.abort(new Error('disk'))],
  ['a lost asset', 'asset-lost', lose],
])('%s ends it as “%s”', async (_title, kind, act) => {
  const it = ends()
  const orders = new AbortController()
  const ending = run(it, orders.signal)
  act(it, orders)
  expect((await ending).kind).toBe(kind)
})

test('an order given before the bridge stands ends it at once', async () => {
  expect(await run(ends(), AbortSignal.abort({ kind: 'shutdown' }))).toEqual({ kind: 'shutdown' })
})

test('keys typed after the end stay in the terminal for the menu', async () => {
  const it = ends()
  const orders = new AbortController()
  const ending = run(it, orders.signal)
  orders.abort({ kind: 'idle', minutes: 1 })
  await ending
  it.input.write('next')
  await turn()
  expect(it.input.isPaused()).toBe(true)
  expect(it.input.listenerCount('data')).toBe(0)
  expect(it.input.listenerCount('end')).toBe(0)
  expect(String(it.input.read())).toBe('next')
})

test('a resize reaches the asset', async () => {
  const it = ends()
  const orders = new AbortController()
  const ending = run(it, orders.signal)
  it.resizeTo({ columns: 132, rows: 50 })
  expect(it.sizes).toEqual([{ columns: 132, rows: 50 }])
  orders.abort({ kind: 'shutdown' })
  await ending
})

test('what others type is refused while the asset takes nothing, and taken again when it does', async () => {
  const it = ends()
  let taken = 0
  let take: () => void = () => {}
  const input = new Writable({
    write: (bytes: Buffer, _encoding, done) => {
      taken += bytes.length
      take = done
    },
  })
  let type: (bytes: Buffer) => boolean = () => false
  const { terminal, recorder } = it
  const orders = new AbortController()
  const ending = bridge(
    {
      ...{ terminal, recorder, asset: { ...it.asset, input }, onKeys: () => true, onOutput: () => {} },
      onOpen: (typist) => {
        type = typist
      },
    },
    orders.signal,
  )
  const packet = Buffer.alloc(64 << 10)
  let accepted = 0
  while (accepted < 100 && type(packet)) accepted++
  expect(accepted).toBeLessThan(20)
  for (let packets = 0; packets < accepted; packets++) {
    take()
    await turn()
  }
  expect(taken).toBe(accepted * packet.length)
  expect(type(packet)).toBe(true)
  orders.abort({ kind: 'shutdown' })
  await ending
})
