import type { IncomingMessage } from 'node:http'
import { peerOf, type TrustedPeer } from './peer.ts'

/**
 * May this request open a socket or change something? (S24) A browser names the page it comes from in Origin: its host
 * name must be ours (the documented nginx drops the port from Host, so ports are not compared). Luna's polling and
 * programs send no Origin; then only what the browser itself calls cross-site is refused, and a websocket that brings
 * cookies without saying where from.
 */
export function isOurOrigin(request: IncomingMessage, isTrusted: TrustedPeer): boolean {
  const { headers } = request
  const { origin } = headers
  if (origin !== undefined) {
    const from = hostName(origin)
    return from !== undefined && from === hostName(`http://${peerOf(request, isTrusted).host}`)
  }
  if (headers['sec-fetch-site'] === 'cross-site') return false
  const directWebsocket = headers.upgrade !== undefined && !/[?&]sid=/.test(request.url ?? '')
  return !(directWebsocket && headers.cookie !== undefined)
}

/** Undefined for what is no address, as the `null` origin of a sandboxed page. */
function hostName(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined
  return new URL(url).hostname.toLowerCase() || undefined
}
