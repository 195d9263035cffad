import { Duplex, PassThrough } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { TelnetLine } from '../../../src/asset/telnet-line.ts'
import { doubleIac, Negotiation } from '../../../src/asset/telnet-negotiation.ts'
import { TelnetParser } from '../../../src/asset/telnet-parser.ts'
import { seeded } from '../../fixtures/random.ts'

const [IAC, DONT, DO, WONT, WILL, SB, SE] = [255, 254, 253, 252, 251, 250, 240]
const NAWS = 31
const TTYPE = 24

/** What a parser makes of chunks: data joined, everything else in its order. */
function parsed(chunks: readonly Buffer[]) {
  const data: Buffer[] = []
  const seen: string[] = []
  const parser = new TelnetParser({
    data: (bytes) => void data.push(Buffer.from(bytes)),
    verb: (verb, option) => void seen.push(`${verb} ${option}`),
    sub: (option, bytes) => void seen.push(`sub ${option} ${bytes.toString('hex')}`),
  })
  for (const chunk of chunks) parser.feed(chunk)
  return { data: Buffer.concat(data), seen }
}

const STREAM = Buffer.from([
  ...[0x61, IAC, IAC, 0x62, IAC, WILL, 1, 0x63, IAC, DO, NAWS, IAC, 241, 0x0d, 0x0a],
  ...[IAC, SB, TTYPE, 1, IAC, IAC, 2, IAC, SE, 0x64, IAC, DONT, 99, IAC, WONT, 3, 0x65],
])

test.each(Array.from({ length: STREAM.length + 1 }, (_, at) => at))(
  'a stream is taken apart the same when it is cut at %i',
  (at) => {
    const { data, seen } = parsed([STREAM.subarray(0, at), STREAM.subarray(at)])
    expect(data).toEqual(Buffer.from([0x61, 0xff, 0x62, 0x63, 0x0d, 0x0a, 0x64, 0x65]))
    expect(seen).toEqual(['will 1', 'do 31', 'sub 24 01ff02', 'dont 99', 'wont 3'])
  },
)

test('a subnegotiation without end is bounded, and left out', () => {
  const endless = Buffer.alloc(5 << 20, 0x41)
  const { data, seen } = parsed([Buffer.from([IAC, SB, TTYPE]), endless, Buffer.from([IAC, SE, 0x7a])])
  expect([data.toString(), seen]).toEqual(['z', []])
})

test('20,000 generated streams neither throw nor lose a byte that is data', () => {
  const { below, pick } = seeded(20_261_127)
  for (let round = 0; round < 20_000; round += 1) {
    const length = below(40)
    const byte = (): number =>
      below(10) < 7 ? pick([IAC, IAC, SB, SE, WILL, DO, TTYPE, NAWS, 0, 13, 10, 65]) : below(256)
    const bytes = Buffer.from(Array.from({ length }, byte))
    const cut = below(length + 1)
    expect(parsed([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(parsed([bytes]))
    const plain = doubleIac(bytes)
    expect(parsed([plain.subarray(0, cut), plain.subarray(cut)])).toEqual({ data: bytes, seen: [] })
  }
})

function negotiated(pty: boolean | 'odd' = true) {
  const sent: string[] = []
  const term = pty === 'odd' ? 'x\x1b\xff' : 'xterm'
  const negotiation = new Negotiation({
    pty: pty ? { term, size: { columns: 255, rows: 24 } } : undefined,
    send: (bytes) => void sent.push(bytes.toString('hex')),
  })
  return { negotiation, sent: () => sent.splice(0) }
}

test('nothing is asked before the server speaks the protocol; then all that is wanted, once', () => {
  const { negotiation, sent } = negotiated()
  expect(sent()).toEqual([])
  negotiation.verb('will', 1)
  expect(sent()).toEqual(['fffb1f', 'fffb18', 'fffb00', 'fffd03', 'fffd00', 'fffd01'])
  negotiation.verb('will', 1)
  negotiation.verb('will', 3)
  negotiation.verb('do', 0)
  expect(sent()).toEqual([])
  expect(negotiation.binaryOut).toBe(true)
})

test('what is not spoken here is refused, and a refusal is taken without an answer', () => {
  const { negotiation, sent } = negotiated()
  negotiation.verb('wont', 3)
  sent()
  negotiation.verb('do', 39)
  negotiation.verb('will', 38)
  expect(sent()).toEqual(['fffc27', 'fffe26'])
  negotiation.verb('dont', 39)
  negotiation.verb('dont', 31)
  expect(sent()).toEqual([])
})

test('the size is told when the server takes it, with 255 doubled, and at each change', () => {
  const { negotiation, sent } = negotiated()
  negotiation.resize({ columns: 100, rows: 30 })
  expect(sent()).toEqual([])
  negotiation.verb('do', NAWS)
  expect(sent().at(-1)).toBe('fffa1f0064001efff0')
  negotiation.resize({ columns: 255, rows: 65_535 })
  expect(sent()).toEqual(['fffa1f00ffffffffffff' + 'fff0'])
})

test('the terminal type is told when it is asked for, in characters that are allowed', () => {
  const { negotiation, sent } = negotiated('odd')
  negotiation.sub(TTYPE, Buffer.from([1]))
  expect(sent()).toEqual([])
  negotiation.verb('do', TTYPE)
  sent()
  negotiation.sub(TTYPE, Buffer.from([1]))
  expect(sent()).toEqual([`fffa1800${Buffer.from('X').toString('hex')}fff0`])
})

test('without a terminal there is neither size nor type to tell', () => {
  const { negotiation, sent } = negotiated(false)
  negotiation.verb('do', NAWS)
  expect(sent()).toEqual(['fffb00', 'fffd03', 'fffd00', 'fffc1f'])
})

/** A line whose server is two streams in memory. */
function aLine() {
  const fromServer = new PassThrough()
  const toServer: Buffer[] = []
  const stream = new Duplex({
    read: () => undefined,
    write: (bytes: Buffer, _encoding, done) => {
      toServer.push(bytes)
      done()
    },
  })
  fromServer.on('data', (bytes: Buffer) => stream.push(bytes)).on('end', () => stream.push(null))
  const line = new TelnetLine({ stream, pty: undefined })
  return { line, fromServer, toServer: () => Buffer.concat(toServer).toString('hex') }
}

test('outside BINARY a CR goes out as CR NUL and comes in from it, cut anywhere; other NULs stay', async () => {
  const { line, fromServer, toServer } = aLine()
  line.input.write(Buffer.from('a\rb\n'))
  expect(toServer()).toBe('610d00620a')
  const got: Buffer[] = []
  line.output.on('data', (bytes: Buffer) => got.push(bytes))
  for (const text of ['x\r', '\0y\0', '\r\0\0', '\r\n']) fromServer.write(text)
  fromServer.end()
  expect(await line.gone).toEqual({ kind: 'status', code: 0 })
  await new Promise((resolve) => (line.output.readableEnded ? resolve(0) : line.output.once('end', resolve)))
  expect(Buffer.concat(got).toString()).toBe('x\ry\0\r\0\r\n')
})

test('a server that asks and reads no answer is not read any further, until it does', async () => {
  let read: () => void = () => {}
  let unread = 0
  const stream = new Duplex({
    read: () => {},
    write: (bytes: Buffer, _encoding, done) => {
      unread += bytes.length
      read = done
    },
  })
  const line = new TelnetLine({ stream, pty: undefined })
  line.output.resume()
  // DO for options that nobody knows: each is refused with three bytes.
  const asking = Buffer.from([255, 253, 200, 255, 254, 200]).toString('latin1').repeat(2_000)
  let pushed = 0
  for (let packet = 0; packet < 100; packet++) {
    pushed = packet
    stream.push(Buffer.from(asking, 'latin1'))
    await turn()
    if (stream.isPaused()) break
  }
  expect(pushed).toBeLessThan(99)
  expect(stream.writableLength).toBeLessThan(256 * 1024)
  expect(unread).toBeGreaterThan(0)
  while (stream.writableLength > 0) {
    read()
    await turn()
  }
  expect(stream.isPaused()).toBe(false)
  line.close()
})
