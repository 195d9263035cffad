import { createHash, createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { Fault } from '../base/fault.ts'
import { type ParsedKey, utils } from './library.ts'
import { encodeOpenssh, type OpensshKey } from './openssh-key.ts'

export type HostKeyType = 'ed25519' | 'ecdsa' | 'rsa'

const generate = promisify(generateKeyPair)

/** `SHA256:` and base64 without padding, as OpenSSH shows it; of the key blob (RFC 4253 section 6.6). */
export const fingerprint = (blob: Uint8Array): string =>
  `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`

/** A new key pair in OpenSSH's form: ed25519, ecdsa on nistp256, or rsa of 3072 bits. */
export async function generateHostKey(type: HostKeyType, comment = ''): Promise<OpensshKey> {
  return encodeOpenssh(await newPrivateKey(type), comment)
}

async function newPrivateKey(type: HostKeyType): Promise<KeyObject> {
  if (type === 'ed25519') return (await generate('ed25519')).privateKey
  if (type === 'ecdsa') return (await generate('ec', { namedCurve: 'P-256' })).privateKey
  return (await generate('rsa', { modulusLength: 3072 })).privateKey
}

/**
 * Reads a private key: OpenSSH, PEM (PKCS#1, SEC1, PKCS#8) or PuTTY text, encrypted or not.
 * @throws {Fault} KEY_ENCRYPTED (no or a wrong passphrase), KEY_UNREADABLE, KEY_UNSUPPORTED
 */
export function parsePrivateKey(text: string, passphrase?: string): ParsedKey {
  const known = isPkcs8(text) ? fromPkcs8(text, passphrase) : text
  const key = firstKey(utils.parseKey(known, passphrase))
  if (key instanceof Error) throw keyFault(key, passphrase)
  if (!key.isPrivateKey()) throw keyFault(new Error('this is a public key'), passphrase)
  return key
}

/**
 * Reads a public key: a line of authorized_keys without options, RFC 4716 text, or the blob.
 * @throws {Fault} KEY_UNREADABLE
 */
export function parsePublicKey(source: string | Buffer): ParsedKey {
  const key = firstKey(utils.parseKey(source))
  if (key instanceof Error) throw keyFault(key, undefined)
  return key
}

/** The same key, but it does not sign with SHA-1, which the library does for a server that does not tell better. */
export function withoutSha1(key: ParsedKey): ParsedKey {
  if (key.type !== 'ssh-rsa') return key
  // The library looks for a returned error, unlike its types; it then tries the next method.
  const sign = (data: Buffer | string, algorithm?: string): unknown =>
    algorithm === 'sha256' || algorithm === 'sha512'
      ? key.sign(data, algorithm)
      : new Error('the server takes only SHA-1 signatures of RSA keys')
  return new Proxy(key, {
    get: (target, name): unknown => (name === 'sign' ? sign : Reflect.get(target, name)),
  })
}

/** What a client claims in a publickey request (RFC 4252 section 7), as the library hands it over. */
export interface SignatureClaim {
  readonly key: { readonly algo: string; readonly data: Buffer }
  readonly signature?: Buffer | undefined
  readonly blob?: Buffer | undefined
  readonly hashAlgo?: string | undefined
}

const HASHES: Readonly<Record<string, readonly (string | undefined)[]>> = {
  'ssh-ed25519': [undefined],
  'ecdsa-sha2-nistp256': [undefined],
  'ecdsa-sha2-nistp384': [undefined],
  'ecdsa-sha2-nistp521': [undefined],
  // Without a named hash it is SHA-1, which is refused.
  'ssh-rsa': ['sha256', 'sha512'],
}

/**
 * Is this a signature of this session by the very key it names? False for a mere offer, for an algorithm that does
 * not belong to the key, and for SHA-1 unless `sha1` allows it. The library itself verifies nothing.
 */
export function verifySignature({ key, signature, blob, hashAlgo }: SignatureClaim, sha1 = false): boolean {
  if (!signature || !blob || !isAcceptableKey({ key, hashAlgo }, sha1)) return false
  return parsePublicKey(key.data).verify(blob, signature, hashAlgo) === true
}

/** Would a signature with this key and algorithm be taken? For the answer to an offer. */
export function isAcceptableKey(
  { key, hashAlgo }: Pick<SignatureClaim, 'key' | 'hashAlgo'>,
  sha1 = false,
): boolean {
  const old = sha1 && key.algo === 'ssh-rsa' && (hashAlgo === undefined || hashAlgo === 'sha1')
  if (!old && !(Object.hasOwn(HASHES, key.algo) && HASHES[key.algo]?.includes(hashAlgo))) return false
  const parsed = firstKey(utils.parseKey(key.data))
  if (parsed instanceof Error || parsed.isPrivateKey()) return false
  // The blob and nothing around it: the parser would take text forms too.
  return parsed.type === key.algo && parsed.getPublicSSH().equals(key.data)
}

/** OpenSSH files may parse to a list, which the library's types hide. */
function firstKey(parsed: unknown): ParsedKey | Error {
  const first: unknown = Array.isArray(parsed) ? parsed[0] : parsed
  if (first instanceof Error) return first
  return isParsedKey(first) ? first : new Error('the file holds no key')
}

const isParsedKey = (value: unknown): value is ParsedKey =>
  typeof value === 'object' &&
  value !== null &&
  ['sign', 'verify', 'isPrivateKey', 'getPublicSSH'].every(
    (method) => method in value && typeof Reflect.get(value, method) === 'function',
  )

const isPkcs8 = (text: string): boolean => /^-----BEGIN (?:ENCRYPTED )?PRIVATE KEY-----/m.test(text)

function fromPkcs8(text: string, passphrase: string | undefined): string {
  try {
    return encodeOpenssh(createPrivateKey({ key: text, ...(passphrase === undefined ? {} : { passphrase }) }))
      .privateKey
  } catch (cause) {
    if (cause instanceof Fault) throw cause
    throw keyFault(cause, passphrase, /ENCRYPTED/.test(text))
  }
}

function keyFault(cause: unknown, passphrase: string | undefined, encrypted = false): Fault {
  const locked =
    encrypted || (cause instanceof Error && /encrypted|passphrase|decrypt|integrity/i.test(cause.message))
  if (!locked) {
    return new Fault('KEY_UNREADABLE', {
      step: 'read key',
      message: 'the key is not in a form that can be read',
      next: 'Store it as OpenSSH or PEM text, whole, with its BEGIN and END lines.',
      cause,
    })
  }
  return new Fault('KEY_ENCRYPTED', {
    step: 'read key',
    message: `the key is encrypted and ${passphrase === undefined ? 'there is no passphrase' : 'the passphrase is wrong'}`,
    next: 'Store the right passphrase with the key, or the key without one.',
    cause,
  })
}
