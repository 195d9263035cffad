import type { IncomingMessage } from 'node:http'
import { canonicalAddress, plainAddress } from '../base/ip-address.ts'

/** Whom a request came from, as far as that can be believed. */
export interface Peer {
  readonly remoteAddr: string
  /** Host name (and port) the browser used. */
  readonly host: string
  /** The browser spoke TLS, to us or to a trusted proxy. */
  readonly secure: boolean
}

export type TrustedPeer = (address: string) => boolean

/**
 * Reads X-Forwarded-For, -Host and -Proto, but only from peers that are trusted (S8). Of the addresses the last one
 * that is no trusted proxy counts: what stands left of it is whatever the client wrote.
 */
export function peerOf(request: IncomingMessage, isTrusted: TrustedPeer): Peer {
  const { headers, socket } = request
  const direct = plainAddress(socket.remoteAddress ?? '')
  const host = headers.host ?? ''
  const secure = 'encrypted' in socket
  if (!isTrusted(direct)) return { remoteAddr: direct, host, secure }
  return {
    remoteAddr: forwardedFor(textOf(headers['x-forwarded-for']), isTrusted) ?? direct,
    host: lastOf(textOf(headers['x-forwarded-host'])) || host,
    secure: secure || lastOf(textOf(headers['x-forwarded-proto'])).toLowerCase() === 'https',
  }
}

function forwardedFor(header: string, isTrusted: TrustedPeer): string | undefined {
  const addresses = header.split(',').map((each) => each.trim())
  let nearest: string | undefined
  for (const text of addresses.reverse()) {
    if (canonicalAddress(text) === undefined) return nearest
    nearest = plainAddress(text)
    if (!isTrusted(nearest)) return nearest
  }
  return nearest
}

const textOf = (header: string | string[] | undefined): string =>
  Array.isArray(header) ? header.join(',') : (header ?? '')
const lastOf = (list: string): string => (list.split(',').at(-1) ?? '').trim()
