import { expect, test } from 'vitest'
import type { ParsedKey } from '../../../src/ssh2/library.ts'
import { keyOffer, rawSsh, signedKey, sshString, testKey, userauth } from '../../fixtures/raw-ssh.ts'
import { type Door, openDoor } from './door.ts'

const blobOf = (key: ParsedKey): string => key.getPublicSSH().toString('base64')

async function doorFor(key: ParsedKey): Promise<Door> {
  const door = await openDoor()
  door.core.keys = [blobOf(key)]
  return door
}

test('a signature over this session with the key core knows lets in', async () => {
  const key = await testKey()
  await using door = await doorFor(key)
  await using raw = await rawSsh(door)
  raw.send(signedKey({ user: 'alice', key, sessionId: raw.sessionId }))
  expect(await raw.next()).toEqual({ kind: 'success' })
  expect(door.core.calls).toMatchObject([{ username: 'alice', publicKey: blobOf(key) }])
})

test('an offer is answered with "sign, please", never reaches core and is no partial success', async () => {
  const key = await testKey()
  await using door = await doorFor(key)
  door.core.otp = { code: '123456', bound: true }
  await using raw = await rawSsh(door)
  raw.send(keyOffer('alice', key))
  expect(await raw.next()).toEqual({ kind: 'message60' })
  raw.send(userauth('alice', 'none'))
  expect(await raw.next()).toEqual({
    kind: 'failure',
    methods: ['publickey', 'password', 'keyboard-interactive'],
    partial: false,
  })
  expect(door.core.calls).toEqual([])
})

test('after an offer alone keyboard-interactive asks for the password, not for a code', async () => {
  const key = await testKey()
  await using door = await doorFor(key)
  door.core.otp = { code: '123456', bound: true }
  await using raw = await rawSsh(door)
  raw.send(keyOffer('alice', key))
  await raw.next()
  raw.send(userauth('alice', 'keyboard-interactive', sshString(''), sshString('')))
  expect(await raw.next()).toEqual({ kind: 'message60' })
  raw.send(Buffer.concat([Buffer.of(61, 0, 0, 0, 1), sshString('123456')]))
  await raw.next()
  expect(door.core.calls.filter((call) => 'code' in call)).toEqual([])
})

test.each([
  [
    'a signature with a bit turned',
    { alter: (bytes: Buffer) => Buffer.from(bytes.map((b, i) => (i === 9 ? b ^ 1 : b))) },
  ],
  ['an empty signature', { alter: () => Buffer.alloc(0) }],
  ['a signature over another session', { sessionId: Buffer.alloc(32, 7) }],
  ['a signature under the name of an algorithm of another key type', { algorithm: 'ecdsa-sha2-nistp256' }],
])('%s is refused and core is not asked', async (_what, change) => {
  const key = await testKey()
  await using door = await doorFor(key)
  await using raw = await rawSsh(door)
  raw.send(signedKey({ user: 'alice', key, sessionId: raw.sessionId, ...change }))
  expect((await raw.next()).kind).toMatch(/^(failure|closed)$/)
  expect(door.core.calls).toEqual([])
})

test("another key's signature is refused and core is not asked", async () => {
  const key = await testKey()
  await using door = await doorFor(key)
  await using raw = await rawSsh(door)
  raw.send(signedKey({ user: 'alice', key, signer: await testKey(), sessionId: raw.sessionId }))
  expect(await raw.next()).toMatchObject({ kind: 'failure', partial: false })
  expect(door.core.calls).toEqual([])
})

test("a signature made for one user does not serve another's login", async () => {
  const key = await testKey()
  await using door = await doorFor(key)
  await using raw = await rawSsh(door)
  const forBob = signedKey({ user: 'bobby', key, sessionId: raw.sessionId })
  raw.send(Buffer.concat([forBob.subarray(0, 5), Buffer.from('alice'), forBob.subarray(10)]))
  expect(await raw.next()).toMatchObject({ kind: 'failure', partial: false })
  expect(door.core.calls).toEqual([])
})

test('SHA-1 signatures of RSA keys are refused, offered or made, and SHA-2 ones pass', async () => {
  const key = await testKey('rsa')
  await using door = await doorFor(key)
  await using raw = await rawSsh(door)
  raw.send(keyOffer('alice', key, 'ssh-rsa'))
  expect(await raw.next()).toMatchObject({ kind: 'failure', partial: false })
  raw.send(signedKey({ user: 'alice', key, sessionId: raw.sessionId, algorithm: 'ssh-rsa', hash: 'sha1' }))
  expect(await raw.next()).toMatchObject({ kind: 'failure', partial: false })
  expect(door.core.calls).toEqual([])
  raw.send(keyOffer('alice', key, 'rsa-sha2-512'))
  expect(await raw.next()).toEqual({ kind: 'message60' })
  raw.send(
    signedKey({ user: 'alice', key, sessionId: raw.sessionId, algorithm: 'rsa-sha2-512', hash: 'sha512' }),
  )
  expect(await raw.next()).toEqual({ kind: 'success' })
})

test('with legacy algorithms a SHA-1 signature of an RSA key passes, and a wrong one does not', async () => {
  const key = await testKey('rsa')
  await using door = await openDoor({ algorithms: 'legacy' })
  door.core.keys = [blobOf(key)]
  await using raw = await rawSsh(door)
  const { sessionId } = raw
  const old = { user: 'alice', key, sessionId, algorithm: 'ssh-rsa', hash: 'sha1' }
  raw.send(signedKey({ ...old, alter: (bytes) => Buffer.from(bytes.map((b, i) => (i === 9 ? b ^ 1 : b))) }))
  expect(await raw.next()).toMatchObject({ kind: 'failure', partial: false })
  raw.send(signedKey(old))
  expect(await raw.next()).toEqual({ kind: 'success' })
})

test('the twenty-first offer ends the connection, and core has heard of none', async () => {
  const key = await testKey()
  await using door = await doorFor(key)
  await using raw = await rawSsh(door)
  for (let i = 0; i < 20; i += 1) {
    raw.send(keyOffer('alice', key))
    expect(await raw.next()).toEqual({ kind: 'message60' })
  }
  raw.send(keyOffer('alice', key))
  expect(JSON.stringify(await raw.next())).toMatch(/banner.*Too many/)
  expect(JSON.stringify(await raw.next())).toMatch(/closed.*Too many/)
  expect(door.core.calls).toEqual([])
})

test('a key with a right signature and a code to come is a partial success', async () => {
  const key = await testKey()
  await using door = await doorFor(key)
  door.core.otp = { code: '123456', bound: true }
  await using raw = await rawSsh(door)
  raw.send(signedKey({ user: 'alice', key, sessionId: raw.sessionId }))
  expect(await raw.next()).toEqual({ kind: 'failure', methods: ['keyboard-interactive'], partial: true })
})
