import { expect, test } from 'vitest'
import {
  type DestinationPolicy,
  type Network,
  resolveDestination,
  systemNetwork,
} from '../../../src/asset/destination.ts'

const OWN = '203.0.113.9'

/** A machine with one address, on which names mean what the table says. */
const network = (names: Readonly<Record<string, readonly string[]>> = {}): Network => ({
  resolve: async (host) => names[host] ?? [host],
  ownAddresses: () => ['127.0.0.1', '::1', OWN, 'fe80::1%eth0', '2001:db8::9'],
})

const policy = (changes: Partial<DestinationPolicy> = {}): DestinationPolicy => ({
  allowLocalAssets: false,
  listeners: () => [
    { host: '0.0.0.0', port: 2222 },
    { host: '127.0.0.1', port: 5001 },
  ],
  ...changes,
})

const verdict = async (
  host: string,
  port: number,
  changes: Partial<DestinationPolicy> = {},
): Promise<string> =>
  resolveDestination({ host, port }, policy(changes), network()).then(
    () => 'allowed',
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : 'thrown'),
  )

test.each(['10.1.2.3', '192.168.0.7', '100.100.100.201', '2001:db8::1', '8.8.8.8', '::ffff:10.1.2.3'])(
  '%s may be an asset',
  async (host) => {
    expect(await verdict(host, 22)).toBe('allowed')
  },
)

test.each([
  ...['169.254.169.254', '169.254.170.2', '169.254.0.1', '100.100.100.200', '168.63.129.16', '192.0.0.192'],
  ...['fd00:ec2::254', 'FD00:0EC2:0:0::0254', 'fd20:ce::254'],
  ...['::ffff:169.254.169.254', '::ffff:a9fe:a9fe', '64:ff9b::169.254.169.254', '::169.254.169.254'],
])('%s, where a cloud tells secrets, never', async (host) => {
  expect(await verdict(host, 80)).toBe('ASSET_ADDRESS_REFUSED')
  expect(await verdict(host, 80, { allowLocalAssets: true })).toBe('ASSET_ADDRESS_REFUSED')
})

test.each([
  ...['127.0.0.1', '127.9.9.9', '0.0.0.0', '0.0.0.1', '::1', '::', OWN, '2001:db8::9', 'fe80::1'],
  ...['::ffff:127.0.0.1', '::ffff:7f00:1', '::127.0.0.1', '64:ff9b::7f00:1', `::ffff:${OWN}`],
])('%s is this machine: only where that is allowed', async (host) => {
  expect(await verdict(host, 22)).toBe('ASSET_ADDRESS_REFUSED')
  expect(await verdict(host, 22, { allowLocalAssets: true })).toBe('allowed')
})

test.each([
  ['127.0.0.1', 2222],
  [OWN, 2222],
  ['::1', 2222],
  ['127.0.0.1', 5001],
  ['::ffff:127.0.0.1', 5001],
  ['0.0.0.0', 5001],
  ['::', 5001],
])('a socket of our own at %s port %i never', async (host, port) => {
  expect(await verdict(host, port, { allowLocalAssets: true })).toBe('ASSET_ADDRESS_REFUSED')
})

test('the port of our own sockets on another machine is nothing special', async () => {
  expect(await verdict('10.1.2.3', 2222)).toBe('allowed')
})

test('of a name only the addresses that may be dialled are returned, so a name cannot be turned round later', async () => {
  const names = { trick: ['127.0.0.1', '10.0.0.1', '169.254.169.254', '10.0.0.2'] }
  expect(await resolveDestination({ host: 'trick', port: 22 }, policy(), network(names))).toEqual([
    '10.0.0.1',
    '10.0.0.2',
  ])
})

test('a name with very many addresses does not make a connection take for ever', async () => {
  const names = { many: Array.from({ length: 50 }, (_, index) => `10.0.0.${index + 1}`) }
  expect(await resolveDestination({ host: 'many', port: 22 }, policy(), network(names))).toHaveLength(4)
})

test.each(['2130706433', '0x7f.1', '127.1', '017700000001', 'localhost'])(
  '%s means this machine to the resolver, and is judged as such',
  async (host) => {
    await expect(
      resolveDestination({ host, port: 22 }, policy(), { ...network(), resolve: systemNetwork.resolve }),
    ).rejects.toMatchObject({ code: 'ASSET_ADDRESS_REFUSED' })
  },
)

test('a name that resolves to nothing is told as a name', async () => {
  await expect(
    resolveDestination({ host: 'nothing', port: 22 }, policy(), network({ nothing: [] })),
  ).rejects.toMatchObject({ code: 'ASSET_NAME' })
})
