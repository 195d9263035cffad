// The file format of OpenSSH private keys (PROTOCOL.key of OpenSSH), without a passphrase: the one form that the
// library reads for every type of key, ed25519 included.
import { type KeyObject, randomBytes } from 'node:crypto'
import { Fault } from '../base/fault.ts'

/** The public and the private half as OpenSSH writes them. */
export interface OpensshKey {
  /** `-----BEGIN OPENSSH PRIVATE KEY-----` ... */
  readonly privateKey: string
  /** One line: type, base64, comment. */
  readonly publicKey: string
}

const CURVES: Readonly<Record<string, { name: string; bytes: number }>> = {
  'P-256': { name: 'nistp256', bytes: 32 },
  'P-384': { name: 'nistp384', bytes: 48 },
  'P-521': { name: 'nistp521', bytes: 66 },
}

/** Writes a private key of Node (RSA, EC on a NIST curve, Ed25519) in OpenSSH's form. */
export function encodeOpenssh(key: KeyObject, comment = ''): OpensshKey {
  const { type, publicFields, privateFields } = fieldsOf(key)
  const blob = Buffer.concat([string(type), ...publicFields])
  const check = randomBytes(4)
  const open = Buffer.concat([check, check, string(type), ...privateFields, string(comment)])
  const padding = Buffer.from(Array.from({ length: -open.length & 7 }, (_, index) => index + 1))
  const file = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    ...[string('none'), string('none'), string('')],
    ...[uint32(1), string(blob), string(Buffer.concat([open, padding]))],
  ])
  const lines = file.toString('base64').match(/.{1,70}/g) ?? []
  return {
    privateKey: `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join('\n')}\n-----END OPENSSH PRIVATE KEY-----\n`,
    publicKey: `${type} ${blob.toString('base64')} ${comment}`.trimEnd(),
  }
}

interface Fields {
  type: string
  publicFields: Buffer[]
  privateFields: Buffer[]
}

function fieldsOf(key: KeyObject): Fields {
  const jwk = key.export({ format: 'jwk' })
  const field = (name: 'n' | 'e' | 'd' | 'p' | 'q' | 'qi' | 'x' | 'y'): Buffer =>
    Buffer.from(jwk[name] ?? '', 'base64url')
  if (jwk.kty === 'RSA') {
    const [n, e] = [mpint(field('n')), mpint(field('e'))]
    const secret = (['d', 'qi', 'p', 'q'] as const).map((name) => mpint(field(name)))
    return { type: 'ssh-rsa', publicFields: [e, n], privateFields: [n, e, ...secret] }
  }
  if (jwk.crv === 'Ed25519') {
    const point = string(field('x'))
    const pair = string(Buffer.concat([field('d'), field('x')]))
    return { type: 'ssh-ed25519', publicFields: [point], privateFields: [point, pair] }
  }
  const curve = CURVES[jwk.crv ?? '']
  if (!curve) throw unsupportedKey(jwk.kty ?? 'unknown')
  const point = Buffer.concat([
    Buffer.from([4]),
    leftPad(field('x'), curve.bytes),
    leftPad(field('y'), curve.bytes),
  ])
  const shared = [string(curve.name), string(point)]
  return {
    type: `ecdsa-sha2-${curve.name}`,
    publicFields: shared,
    privateFields: [...shared, mpint(field('d'))],
  }
}

const unsupportedKey = (type: string): Fault =>
  new Fault('KEY_UNSUPPORTED', {
    step: 'read key',
    message: `keys of type ${type} are not supported`,
    next: 'Use an ed25519, RSA or ECDSA (NIST curve) key.',
    facts: { type },
  })

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** RFC 4251 section 5, `string`. */
function string(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([uint32(bytes.length), bytes])
}

/** RFC 4251 section 5, `mpint`, of a number that is not negative. */
function mpint(value: Buffer): Buffer {
  const first = value.findIndex((byte) => byte !== 0)
  const bytes = first < 0 ? Buffer.alloc(0) : value.subarray(first)
  return string((bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes)
}

const leftPad = (value: Buffer, size: number): Buffer =>
  Buffer.concat([Buffer.alloc(Math.max(0, size - value.length)), value])
