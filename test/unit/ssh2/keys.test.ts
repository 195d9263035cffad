import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { isFault } from '../../../src/base/fault.ts'
import {
  fingerprint,
  generateHostKey,
  isAcceptableKey,
  parsePrivateKey,
  parsePublicKey,
  verifySignature,
} from '../../../src/ssh2/keys.ts'

const directory = mkdtempSync(join(tmpdir(), 'cocod-keys-'))
afterAll(() => rmSync(directory, { recursive: true }))

const codeOf = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    if (isFault(error)) return error.code
    throw error
  }
  return 'none'
}

let count = 0
/** A key as ssh-keygen makes it. */
function keygen(...args: string[]): { text: string; fingerprint: string } {
  const path = join(directory, `key-${count++}`)
  execFileSync('ssh-keygen', ['-q', '-f', path, ...args])
  const [, shown = ''] = execFileSync('ssh-keygen', ['-l', '-f', `${path}.pub`], { encoding: 'utf8' }).split(
    ' ',
  )
  return { text: readFileSync(path, 'utf8'), fingerprint: shown }
}

test.each([
  ['OpenSSH ed25519', ['-t', 'ed25519', '-N', '']],
  ['OpenSSH ecdsa', ['-t', 'ecdsa', '-N', '']],
  ['OpenSSH rsa', ['-t', 'rsa', '-b', '2048', '-N', '']],
  ['PEM (PKCS#1) rsa', ['-t', 'rsa', '-b', '2048', '-N', '', '-m', 'PEM']],
  ['PEM (SEC1) ecdsa', ['-t', 'ecdsa', '-N', '', '-m', 'PEM']],
  ['PKCS#8 rsa', ['-t', 'rsa', '-b', '2048', '-N', '', '-m', 'PKCS8']],
  ['PKCS#8 ecdsa', ['-t', 'ecdsa', '-b', '521', '-N', '', '-m', 'PKCS8']],
  ['encrypted OpenSSH ed25519', ['-t', 'ed25519', '-N', 'open sesame', '-a', '4']],
  ['encrypted PEM rsa', ['-t', 'rsa', '-b', '2048', '-N', 'open sesame', '-m', 'PEM']],
  ['encrypted PKCS#8 rsa', ['-t', 'rsa', '-b', '2048', '-N', 'open sesame', '-m', 'PKCS8']],
])('a private key is read: %s', (_form, args) => {
  const made = keygen(...args)
  const key = parsePrivateKey(made.text, args.includes('open sesame') ? 'open sesame' : undefined)
  expect(fingerprint(key.getPublicSSH())).toBe(made.fingerprint)
  expect(key.sign(Buffer.from('data'))).toBeInstanceOf(Buffer)
})

test('an unencrypted key is read although a passphrase is stored with it', () => {
  const made = keygen('-t', 'ed25519', '-N', '')
  expect(fingerprint(parsePrivateKey(made.text, 'unused').getPublicSSH())).toBe(made.fingerprint)
})

test('a PKCS#8 ed25519 key, which OpenSSH cannot write, is read', () => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const text = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  expect(parsePrivateKey(text).type).toBe('ssh-ed25519')
})

test('a missing or wrong passphrase is told apart from an unreadable key', () => {
  for (const form of [[], ['-m', 'PEM'], ['-m', 'PKCS8']]) {
    const { text } = keygen('-t', 'rsa', '-b', '2048', '-N', 'right', ...form)
    expect(codeOf(() => parsePrivateKey(text))).toBe('KEY_ENCRYPTED')
    expect(codeOf(() => parsePrivateKey(text, 'wrong'))).toBe('KEY_ENCRYPTED')
  }
  expect(codeOf(() => parsePrivateKey('not a key'))).toBe('KEY_UNREADABLE')
  expect(codeOf(() => parsePublicKey('not a key'))).toBe('KEY_UNREADABLE')
})

test('a public key where a private one belongs is refused', async () => {
  const { publicKey } = await generateHostKey('ed25519')
  expect(codeOf(() => parsePrivateKey(publicKey))).toBe('KEY_UNREADABLE')
})

test.each(['ed25519', 'ecdsa', 'rsa'] as const)(
  'a new %s host key is one that ssh-keygen reads',
  async (type) => {
    // Several, because numbers with leading zeros are what encoders get wrong.
    for (let round = 0; round < (type === 'rsa' ? 2 : 40); round++) {
      const made = await generateHostKey(type, 'a comment')
      const path = join(directory, `made-${type}-${round}`)
      writeFileSync(path, made.privateKey, { mode: 0o600 })
      const shown = execFileSync('ssh-keygen', ['-y', '-f', path], { encoding: 'utf8' }).trim()
      expect(made.publicKey).toBe(shown)
      expect(parsePrivateKey(made.privateKey).getPublicSSH()).toEqual(parsePublicKey(shown).getPublicSSH())
    }
  },
)

const blob = Buffer.from('session id and request')

async function claim(type: 'ed25519' | 'ecdsa' | 'rsa', hashAlgo?: string) {
  const pair = await generateHostKey(type)
  const key = parsePrivateKey(pair.privateKey)
  return {
    key: { algo: key.type as string, data: key.getPublicSSH() },
    signature: key.sign(blob, hashAlgo),
    blob,
    hashAlgo,
  }
}

test('a signature over this session by the named key is accepted', async () => {
  expect(verifySignature(await claim('ed25519'))).toBe(true)
  expect(verifySignature(await claim('ecdsa'))).toBe(true)
  expect(verifySignature(await claim('rsa', 'sha256'))).toBe(true)
  expect(verifySignature(await claim('rsa', 'sha512'))).toBe(true)
})

test('an offer, another session, another key and a changed signature are no proof', async () => {
  const good = await claim('ed25519')
  const other = await claim('ed25519')
  expect(verifySignature({ ...good, signature: undefined })).toBe(false)
  expect(verifySignature({ ...good, blob: undefined })).toBe(false)
  expect(verifySignature({ ...good, blob: Buffer.from('another session') })).toBe(false)
  expect(verifySignature({ ...good, key: other.key })).toBe(false)
  expect(verifySignature({ ...good, signature: Buffer.concat([good.signature, Buffer.from([0])]) })).toBe(
    false,
  )
  expect(verifySignature({ ...good, signature: Buffer.alloc(0) })).toBe(false)
})

test('an algorithm that does not belong to the key is refused', async () => {
  const ed = await claim('ed25519')
  const rsa = await claim('rsa', 'sha256')
  expect(verifySignature({ ...ed, key: { ...ed.key, algo: 'ssh-rsa' }, hashAlgo: 'sha256' })).toBe(false)
  expect(verifySignature({ ...ed, hashAlgo: 'sha256' })).toBe(false)
  expect(verifySignature({ ...rsa, key: { ...rsa.key, algo: 'ssh-ed25519' }, hashAlgo: undefined })).toBe(
    false,
  )
  expect(verifySignature({ ...rsa, hashAlgo: 'sha512' })).toBe(false)
  expect(verifySignature({ ...rsa, hashAlgo: 'sha1' })).toBe(false)
  expect(verifySignature({ ...rsa, key: { ...rsa.key, algo: 'constructor' } })).toBe(false)
})

test('a SHA-1 signature is refused even if it is right', async () => {
  const sha1 = await claim('rsa')
  expect(verifySignature(sha1)).toBe(false)
  expect(isAcceptableKey({ key: sha1.key, hashAlgo: undefined })).toBe(false)
})

test('only the bare blob counts as a key, not a text form of it', async () => {
  const pair = await generateHostKey('ed25519')
  const key = parsePrivateKey(pair.privateKey)
  const signature = key.sign(blob)
  for (const data of [Buffer.from(pair.publicKey), Buffer.from(pair.privateKey), Buffer.alloc(0)]) {
    expect(verifySignature({ key: { algo: 'ssh-ed25519', data }, signature, blob })).toBe(false)
  }
})
