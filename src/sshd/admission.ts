import type { Socket } from 'node:net'
import type { Penalties } from '../auth/penalties.ts'
import type { Clock } from '../base/clock.ts'
import { escapeControls } from '../base/escape.ts'
import { plainAddress } from '../base/ip-address.ts'
import { type Language, say } from '../i18n/i18n.ts'
import type { Log } from '../log.ts'
import { readIdent } from './ident.ts'
import { readProxyHeader } from './proxy-header.ts'
import { Unauthenticated, type UnauthenticatedLimits } from './unauthenticated.ts'

/** A client that speaks SSH and has not logged in yet. */
export interface Admitted {
  readonly socket: Socket
  readonly remoteAddr: string
  /** Ends the grace and gives the place among the unauthenticated back. */
  readonly settle: () => void
}

export interface AdmissionParts {
  readonly limits: UnauthenticatedLimits
  readonly graceMs: number
  /** Peers that begin with a PROXY header, all of them; undefined: nobody does. */
  readonly proxyPeers: ((address: string) => boolean) | undefined
  readonly penalties: Pick<Penalties, 'shutOutMs'>
  /** What we send first, with its line end. */
  readonly ident: string
  readonly language: Language
  readonly clock: Clock
  readonly log: Log
  readonly onAdmitted: (client: Admitted) => void
}

/** A load balancer sends its header with the first packet. */
const PROXY_HEADER_MS = 5_000

/**
 * From a socket to a client that speaks SSH 2: the PROXY header of trusted peers, penalties, a place among those who
 * are not logged in, the grace time, the identification line. Every socket goes its own way: none waits for another.
 */
export class Admission {
  readonly #parts: AdmissionParts
  readonly #unauthenticated: Unauthenticated

  constructor(parts: AdmissionParts) {
    this.#parts = parts
    this.#unauthenticated = new Unauthenticated(parts.limits)
  }

  get unauthenticated(): number {
    return this.#unauthenticated.size
  }

  take(socket: Socket): void {
    const peer = plainAddress(socket.remoteAddress ?? '')
    if (this.#parts.proxyPeers?.(peer)) this.#takeProxied(socket, peer)
    else this.#greet(socket, peer)
  }

  #takeProxied(socket: Socket, peer: string): void {
    const { clock } = this.#parts
    const drop = (why: string): void => {
      this.#parts.log.warn({ peer, why }, 'connection of a trusted peer dropped')
      socket.destroy()
    }
    const limit = clock.after(PROXY_HEADER_MS, () => drop('no PROXY header in time'))
    const place = this.#unauthenticated.enterProxied(peer, () => drop('too many wait for a PROXY header'))
    const leave = (): void => {
      limit[Symbol.dispose]()
      place[Symbol.dispose]()
    }
    socket.once('close', leave)
    readProxyHeader(socket, {
      onHeader: (address) => {
        leave()
        this.#greet(socket, address ?? peer)
      },
      onBad: drop,
    })
  }

  #greet(socket: Socket, remoteAddr: string): void {
    const { penalties, ident, log, onAdmitted } = this.#parts
    const waitMs = penalties.shutOutMs(remoteAddr)
    if (waitMs > 0) {
      this.#turnAway(socket, remoteAddr, waitMs)
      return
    }
    const settle = this.#enter(socket, remoteAddr)
    socket.write(ident)
    readIdent(socket, {
      onIdent: () => onAdmitted({ socket, remoteAddr, settle }),
      onJunk: (why, first) => {
        const start = escapeControls(first.toString('latin1', 0, 32))
        log.debug({ remoteAddr, why, start }, 'not an SSH client')
        socket.destroy()
      },
    })
  }

  /** A line before the identification (RFC 4253 section 4.2) is what clients show of a server that goes away. */
  #turnAway(socket: Socket, remoteAddr: string, waitMs: number): void {
    const { log, language, clock } = this.#parts
    const seconds = Math.ceil(waitMs / 1000)
    log.debug({ remoteAddr, seconds }, 'turned away: too many failed logins from this address')
    const limit = clock.after(1000, () => socket.destroy())
    socket.once('close', () => limit[Symbol.dispose]())
    socket.resume()
    socket.end(`${say(language, 'auth.shutOut', { seconds })}\r\n`)
  }

  #enter(socket: Socket, remoteAddr: string): () => void {
    const { clock, log, graceMs } = this.#parts
    const drop = (why: string): void => {
      log.debug({ remoteAddr }, why)
      socket.destroy()
    }
    const grace = clock.after(graceMs, () => drop('login took too long'))
    const place = this.#unauthenticated.enter(remoteAddr, () => drop('dropped: too many are not logged in'))
    const settle = (): void => {
      grace[Symbol.dispose]()
      place[Symbol.dispose]()
    }
    socket.once('close', settle)
    return settle
  }
}
