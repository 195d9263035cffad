import { isIPv4, isIPv6, type Socket } from 'node:net'
import { plainAddress } from '../base/ip-address.ts'

// The PROXY protocol of HAProxy, versions 1 and 2 (https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt).

const V1_PREFIX = Buffer.from('PROXY ')
const V1_LONGEST = 107
const V2_PREFIX = Buffer.from('0d0a0d0a000d0a515549540a', 'hex')
const V2_HEAD = 16
/** Addresses and extensions (TLVs) of version 2; those that load balancers send are some hundred bytes. */
const V2_MOST = 4096
const LF = 10

/** What is known of a header so far. `peer`: the connection is the balancer's own (a health check). */
export type ProxyVerdict =
  | { readonly kind: 'part' }
  | { readonly kind: 'bad'; readonly why: string }
  | { readonly kind: 'peer'; readonly length: number }
  | { readonly kind: 'client'; readonly address: string; readonly length: number }

const PART: ProxyVerdict = { kind: 'part' }
const bad = (why: string): ProxyVerdict => ({ kind: 'bad', why })
const startsLike = (seen: Buffer, prefix: Buffer): boolean => {
  const known = Math.min(seen.length, prefix.length)
  return seen.subarray(0, known).equals(prefix.subarray(0, known))
}

/** Judges the first bytes of a connection; `length` is where the header ends. */
export function judgeProxyHeader(seen: Buffer): ProxyVerdict {
  if (seen.length === 0) return PART
  if (startsLike(seen, V1_PREFIX)) return judgeV1(seen)
  if (startsLike(seen, V2_PREFIX)) return judgeV2(seen)
  return bad('no PROXY header')
}

function judgeV1(seen: Buffer): ProxyVerdict {
  const end = seen.indexOf(LF)
  if (end < 0) return seen.length < V1_LONGEST ? PART : bad('version 1 line too long')
  if (end >= V1_LONGEST) return bad('version 1 line too long')
  const line = seen.toString('latin1', 0, end + 1)
  if (/^PROXY UNKNOWN(?: [\x20-\x7e]*)?\r\n$/.test(line)) return { kind: 'peer', length: end + 1 }
  const [, family, source = '', target = '', ...ports] =
    /^PROXY (TCP4|TCP6) (\S+) (\S+) (\d{1,5}) (\d{1,5})\r\n$/.exec(line) ?? []
  const isIP = family === 'TCP4' ? isIPv4 : isIPv6
  const fine = family !== undefined && isIP(source) && isIP(target) && ports.every((p) => Number(p) <= 65_535)
  return fine ? client(source, end + 1) : bad('version 1 line not understood')
}

function judgeV2(seen: Buffer): ProxyVerdict {
  if (seen.length < V2_HEAD) return PART
  const command = seen.readUInt8(12)
  const family = seen.readUInt8(13)
  const size = seen.readUInt16BE(14)
  if (command !== 0x20 && command !== 0x21) return bad('version 2 with an unknown command')
  if (size > V2_MOST) return bad('version 2 header too long')
  const length = V2_HEAD + size
  if (seen.length < length) return PART
  if (command === 0x20 || family === 0x00) return { kind: 'peer', length }
  if (family === 0x11 && size >= 12) return client([...seen.subarray(16, 20)].join('.'), length)
  if (family === 0x21 && size >= 36) return client(groups(seen.subarray(16, 32)), length)
  return bad('version 2 with an address that is not of TCP')
}

const client = (source: string, length: number): ProxyVerdict => ({
  kind: 'client',
  address: plainAddress(source),
  length,
})

/** IPv6 as text; addresses of IPv4 clients may come in this form too. */
function groups(bytes: Buffer): string {
  const mapped = bytes.subarray(0, 12).equals(Buffer.from('00000000000000000000ffff', 'hex'))
  if (mapped) return `::ffff:${[...bytes.subarray(12)].join('.')}`
  return Array.from({ length: 8 }, (_, at) => bytes.readUInt16BE(2 * at).toString(16)).join(':')
}

export interface ProxyListener {
  /** `address`: of the client; undefined: the connection is the balancer's own. What followed is back in the socket. */
  onHeader(address: string | undefined): void
  onBad(why: string): void
}

/** Takes the header off a connection, however it is cut. Waits as long as the socket lives: time is the caller's. */
export function readProxyHeader(socket: Socket, listener: ProxyListener): void {
  let seen: Buffer = Buffer.alloc(0)
  const onData = (piece: Buffer): void => {
    seen = Buffer.concat([seen, piece])
    const verdict = judgeProxyHeader(seen)
    if (verdict.kind === 'part') return
    socket.off('data', onData)
    socket.pause()
    if (verdict.kind === 'bad') {
      listener.onBad(verdict.why)
      return
    }
    const rest = seen.subarray(verdict.length)
    if (rest.length > 0) socket.unshift(rest)
    listener.onHeader(verdict.kind === 'client' ? verdict.address : undefined)
  }
  socket.on('data', onData)
}
