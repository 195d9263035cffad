import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { type Language, languageOf } from '../i18n/i18n.ts'
import type { Principal } from '../session/principal.ts'
import { cookiesOf } from './cookies.ts'
import { peerOf, type TrustedPeer } from './peer.ts'

/** Who sits at a browser, and which login of theirs it is. */
export interface Identity {
  readonly principal: Principal
  /** The same for all sockets and requests of one login in one browser; never shown, never logged. */
  readonly loginKey: string
  /** May see and end other people's sessions. */
  readonly admin: boolean
}

/** Core's role of those who administer it. */
export const isAdmin = ({ user }: Principal): boolean => user.role === 'Admin'

/** Finds out whom a browser's cookies stand for. */
export interface Identities {
  /** Undefined: nobody. Throws when core cannot say. */
  identify(visitor: Visitor, signal: AbortSignal): Promise<Identity | undefined>
}

/** What a request tells of its browser, before anybody has looked at who it is. */
export interface Visitor {
  readonly remoteAddr: string
  readonly secure: boolean
  readonly cookies: ReadonlyMap<string, string>
  readonly language: Language
  /** Finds the lines in the log. */
  readonly loginId: string
}

export interface VisitorOptions {
  readonly isTrusted: TrustedPeer
  /** For browsers that name none. */
  readonly language: Language
}

export function visitorOf(request: IncomingMessage, { isTrusted, language }: VisitorOptions): Visitor {
  const { remoteAddr, secure } = peerOf(request, isTrusted)
  const cookies = cookiesOf(request.headers.cookie)
  return {
    remoteAddr,
    secure,
    cookies,
    language: spoken(request, cookies) ?? language,
    loginId: randomBytes(16).toString('hex'),
  }
}

/** The choice made on our page, in Jumpserver, or in the browser's settings, in this order. */
function spoken(request: IncomingMessage, cookies: ReadonlyMap<string, string>): Language | undefined {
  const wish =
    cookies.get('cocod_language') ??
    cookies.get('django_language') ??
    request.headers['accept-language']?.split(',')[0]?.trim()
  return wish === undefined || wish === '' ? undefined : languageOf(wish)
}
