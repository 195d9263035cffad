import { expect, test } from 'vitest'
import { Scope } from '../../../src/base/scope.ts'
import { judgeProxyHeader } from '../../../src/sshd/proxy-header.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { seeded } from '../../fixtures/random.ts'
import { rawSocket } from '../../fixtures/raw-socket.ts'
import { sshClient } from '../../fixtures/ssh-client.ts'
import { balancer, v2 } from './balancer.ts'
import { openDoor } from './door.ts'

const text = (header: string): Buffer => Buffer.from(header, 'latin1')
const LOOPBACK = (address: string): boolean => address === '127.0.0.1'

test.each([
  ['TCP4', text('PROXY TCP4 203.0.113.7 10.0.0.1 51234 22\r\n'), '203.0.113.7'],
  ['TCP6', text('PROXY TCP6 2001:db8::7 2001:db8::1 51234 22\r\n'), '2001:db8::7'],
  ['an IPv4 client over IPv6', text('PROXY TCP6 ::ffff:203.0.113.7 ::1 1 2\r\n'), '203.0.113.7'],
  [
    'version 2, IPv4',
    v2({ family: 0x11, body: Buffer.from('cb0071070a000001c8220016', 'hex') }),
    '203.0.113.7',
  ],
  [
    'version 2, IPv6, with extensions',
    v2({
      family: 0x21,
      body: Buffer.from(`20010db8${'0'.repeat(22)}07${'0'.repeat(32)}c8220016${'04000100'}`, 'hex'),
    }),
    '2001:db8:0:0:0:0:0:7',
  ],
])('%s names the client, and what follows is left alone', (_what, header, address) => {
  const followed = Buffer.concat([header, Buffer.from('SSH-2.0-x\r\n')])
  expect(judgeProxyHeader(followed)).toEqual({ kind: 'client', address, length: header.length })
  for (let cut = 0; cut < header.length; cut += 1) {
    expect(judgeProxyHeader(header.subarray(0, cut)).kind).toBe('part')
  }
})

test.each([
  ['UNKNOWN', text('PROXY UNKNOWN\r\n')],
  ['UNKNOWN with addresses', text('PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n')],
  ['LOCAL', v2({ command: 0x20, family: 0x00, body: Buffer.alloc(0) })],
  ['LOCAL with an address', v2({ command: 0x20, family: 0x11, body: Buffer.alloc(12) })],
  ['an unspecified family', v2({ family: 0x00, body: Buffer.alloc(5) })],
])('%s is the balancer itself', (_what, header) => {
  expect(judgeProxyHeader(header)).toEqual({ kind: 'peer', length: header.length })
})

test.each([
  ['SSH at once', text('SSH-2.0-x\r\n')],
  ['a name for an address', text('PROXY TCP4 localhost 10.0.0.1 1 2\r\n')],
  ['an IPv6 address as TCP4', text('PROXY TCP4 ::1 ::1 1 2\r\n')],
  ['a port too large', text('PROXY TCP4 203.0.113.7 10.0.0.1 65536 22\r\n')],
  ['no CR', text('PROXY TCP4 203.0.113.7 10.0.0.1 1 22\n')],
  ['an endless line', text(`PROXY ${'x'.repeat(107)}`)],
  ['a long line with an end', text(`PROXY UNKNOWN ${'x'.repeat(107)}\r\n`)],
  ['another version', v2({ command: 0x31, family: 0x11, body: Buffer.alloc(12) })],
  ['UDP', v2({ family: 0x12, body: Buffer.alloc(12) })],
  ['a Unix socket', v2({ family: 0x31, body: Buffer.alloc(216) })],
  ['an address that is cut', v2({ family: 0x21, body: Buffer.alloc(12) })],
  [
    'a lying length',
    Buffer.concat([v2({ family: 0x11, body: Buffer.alloc(0) }).subarray(0, 14), Buffer.of(0xff, 0xff)]),
  ],
])('%s is a bad header', (_what, header) => {
  expect(judgeProxyHeader(header).kind).toBe('bad')
})

test('20,000 mutated headers: no exception, and no address that is none', () => {
  const { below } = seeded(7)
  const seeds = [
    text('PROXY TCP4 203.0.113.7 10.0.0.1 51234 22\r\nSSH-2.0-x\r\n'),
    v2({ family: 0x11, body: Buffer.from('cb0071070a000001c8220016', 'hex') }),
    v2({ family: 0x21, body: Buffer.alloc(40, 1) }),
  ]
  for (let round = 0; round < 20_000; round += 1) {
    const bytes = Buffer.from(seeds[round % seeds.length] ?? [])
    for (let n = 0; n < 1 + (round % 4); n += 1) bytes[below(bytes.length)] = below(256)
    const verdict = judgeProxyHeader(bytes.subarray(0, below(bytes.length + 1)))
    if (verdict.kind === 'client') expect(verdict.address).toMatch(/^[\d.]+$|^[\da-f:.]+$/i)
  }
})

test('a trusted peer is believed: log and core get the address of the client', async () => {
  await using door = await openDoor({ proxyPeers: LOOPBACK })
  await using lb = await balancer(door.port, text('PROXY TCP4 203.0.113.7 10.0.0.1 51234 22\r\n'))
  await using ssh = await sshClient({ port: lb.port, user: 'alice', password: 'right' })
  await ssh.untilScreen(/hello Alice/)
  expect(door.core.calls).toMatchObject([{ remoteAddr: '203.0.113.7' }])
})

test('a health check of the balancer goes under its own address', async () => {
  await using door = await openDoor({ proxyPeers: LOOPBACK })
  await using lb = await balancer(door.port, v2({ command: 0x20, family: 0, body: Buffer.alloc(0) }))
  await using ssh = await sshClient({ port: lb.port, user: 'alice', password: 'right' })
  await ssh.untilScreen(/hello Alice/)
  expect(door.core.calls).toMatchObject([{ remoteAddr: '127.0.0.1' }])
})

test.each([
  ['a header from nobody trusted', () => false, 'PROXY TCP4 203.0.113.7 10.0.0.1 1 22\r\nSSH-2.0-x\r\n'],
  ['a trusted peer without a header', LOOPBACK, 'SSH-2.0-x\r\n'],
  ['a trusted peer with a bad one', LOOPBACK, 'PROXY TCP4 nowhere 10.0.0.1 1 22\r\nSSH-2.0-x\r\n'],
])('%s is closed and never gets to the key exchange', async (_what, proxyPeers, bytes) => {
  await using door = await openDoor({ proxyPeers })
  await using raw = await rawSocket(door.port)
  await raw.piece(bytes)
  await raw.closed
  expect(raw.received().length).toBeLessThan(20)
  expect(door.core.calls).toEqual([])
})

test('a hundred peers whose headers come byte by byte hold nobody up, and are closed after five seconds', async () => {
  const clock = new ManualClock()
  await using door = await openDoor({ clock, proxyPeers: LOOPBACK })
  await using scope = new Scope()
  const slow = []
  for (let i = 0; i < 100; i += 1) {
    const raw = scope.own(await rawSocket(door.port))
    await raw.piece('P')
    slow.push(raw)
  }
  await using lb = await balancer(door.port, text('PROXY TCP4 203.0.113.7 10.0.0.1 51234 22\r\n'))
  await using ssh = await sshClient({ port: lb.port, user: 'alice', password: 'right' })
  await ssh.untilScreen(/hello Alice/)
  clock.advance(5_000)
  await Promise.all(slow.map(({ closed }) => closed))
})

test('the address in the header is the one that pays for failures', async () => {
  const clock = new ManualClock()
  await using door = await openDoor({ clock, proxyPeers: LOOPBACK })
  for (const [address, last] of [
    ['203.0.113.7', 1],
    ['203.0.113.8', 0],
  ] as const) {
    await using lb = await balancer(door.port, text(`PROXY TCP4 ${address} 10.0.0.1 51234 22\r\n`))
    for (let i = 0; i < 3 * last; i += 1) {
      await using ssh = await sshClient({ port: lb.port, user: 'alice', password: 'wrong' })
      await ssh.closed
    }
    await using raw = await rawSocket(lb.port)
    const line = (await raw.until((seen) => seen.includes('\n'))).toString()
    expect(line).toMatch(last ? /^Too many failed logins/ : /^SSH-2.0-cocod/)
  }
})
