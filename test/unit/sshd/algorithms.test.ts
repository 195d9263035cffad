import { expect, test } from 'vitest'
import { nameLists } from '../../fixtures/kexinit.ts'
import { rawSocket } from '../../fixtures/raw-socket.ts'
import { runSsh } from '../../fixtures/ssh-client.ts'
import { openDoor } from './door.ts'

const SERVER_IDENT = 'SSH-2.0-cocod\r\n'

test('the real KEXINIT has our lists, strict key exchange and nothing else', async () => {
  await using door = await openDoor()
  await using raw = await rawSocket(door.port)
  raw.socket.write('SSH-2.0-Test\r\n')
  const start = SERVER_IDENT.length
  const bytes = await raw.until((b) => b.length > start + 4 && b.length >= start + 4 + b.readUInt32BE(start))
  const ciphers = ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes256-ctr', 'aes128-ctr']
  const macs = [
    'hmac-sha2-512-etm@openssh.com',
    'hmac-sha2-256-etm@openssh.com',
    'hmac-sha2-512',
    'hmac-sha2-256',
  ]
  expect(nameLists(bytes.subarray(start))).toEqual([
    [
      'curve25519-sha256',
      'curve25519-sha256@libssh.org',
      'ecdh-sha2-nistp256',
      'ecdh-sha2-nistp384',
      'diffie-hellman-group16-sha512',
      'diffie-hellman-group14-sha256',
      'kex-strict-s-v00@openssh.com',
    ],
    ['ssh-ed25519'],
    ciphers,
    ciphers,
    macs,
    macs,
    ['none'],
    ['none'],
    [],
    [],
  ])
})

test.each([
  ['diffie-hellman-group14-sha256', 'aes256-ctr', 'hmac-sha2-256'],
  ['diffie-hellman-group16-sha512', 'aes128-ctr', 'hmac-sha2-512-etm@openssh.com'],
  ['ecdh-sha2-nistp384', 'aes256-gcm@openssh.com', 'hmac-sha2-512'],
])('a client that has only %s, %s and %s gets in', async (KexAlgorithms, Ciphers, MACs) => {
  await using door = await openDoor()
  const options = { KexAlgorithms, Ciphers, MACs }
  const run = await runSsh({ port: door.port, user: 'alice', password: 'right', options })
  expect(run.stdout.toString()).toContain('hello Alice')
})

test('a client that asks for compression gets none', async () => {
  await using door = await openDoor()
  const run = await runSsh({ port: door.port, user: 'alice', password: 'right', args: ['-C'] })
  expect(run.stdout.toString()).toContain('hello Alice')
  const line = door.lines.find(({ msg }) => msg === 'login accepted')
  expect(line).toMatchObject({ algorithms: { cs: { compress: 'none' }, sc: { compress: 'none' } } })
})

test.each([
  ['SHA-1 key exchange', { KexAlgorithms: 'diffie-hellman-group14-sha1' }],
  ['SHA-1 MACs', { MACs: 'hmac-sha1', Ciphers: 'aes128-ctr' }],
  ['CBC', { Ciphers: 'aes128-cbc' }],
])('a client that insists on old algorithms is refused: %s', async (_what, old) => {
  await using door = await openDoor()
  const options = { ...old, LogLevel: 'INFO' }
  const run = await runSsh({ port: door.port, user: 'alice', password: 'right', options })
  expect(run.code).toBe(255)
  expect(run.stderr.toString()).toContain('no matching')
  expect(door.core.calls).toEqual([])
})

test.each([
  ['compatible', { Ciphers: 'chacha20-poly1305@openssh.com', KexAlgorithms: 'ecdh-sha2-nistp521' }],
  ['legacy', { Ciphers: 'aes128-cbc', MACs: 'hmac-sha1', KexAlgorithms: 'diffie-hellman-group14-sha1' }],
] as const)('with the setting %s older clients get in', async (algorithms, options) => {
  await using door = await openDoor({ algorithms })
  const run = await runSsh({ port: door.port, user: 'alice', password: 'right', options })
  expect(run.stdout.toString()).toContain('hello Alice')
})
