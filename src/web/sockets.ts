import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http'
import { Server } from 'socket.io'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../log.ts'
import { Budget } from './budget.ts'
import { LARGE_FRAME, websocketsShownTo } from './frame-limit.ts'
import { Guest } from './guest.ts'
import { isOurOrigin } from './origin.ts'
import { escapeForPolling } from './polling-escape.ts'
import { type Identities, type VisitorOptions, visitorOf } from './visitor.ts'

export interface SocketsParts extends VisitorOptions {
  /** `/socket.io/`, after the base path. */
  readonly path: string
  readonly identities: Identities
  /** Connections of one user at a time. */
  readonly mostPerUser: number
  readonly clock: Clock
  readonly log: Log
}

/** What is used of Engine.IO's sockets. Their id is public, whatever the types say. */
interface EngineSocket {
  readonly id: string
  readonly request: IncomingMessage
  readonly protocol: number
  readonly transport: { readonly name: string }
  readonly readyState: string
  on(event: 'packetCreate', listener: (packet: { data?: unknown }) => void): unknown
  on(event: 'packet' | 'flush' | 'drain' | 'close', listener: () => void): unknown
  close(discard: boolean): void
}

/** Bytes that may wait for assets, of all connections. */
const MOST_WAITING_IN_ALL = 256 * 1024 * 1024

/**
 * The socket.io server, as luna's clients need it (docs/luna.md): Engine.IO 3 and 4, polling first, nobody refused for
 * being unknown. What is refused here: other origins, frames above the limit of who is behind the connection, floods.
 */
export class Sockets {
  readonly io: Server
  readonly #parts: SocketsParts
  readonly #budget = new Budget(MOST_WAITING_IN_ALL)
  /** By the request of their handshake, which lives as long as the connection. */
  readonly #arriving = new WeakMap<IncomingMessage, Guest>()
  readonly #guests = new Map<string, Guest>()

  constructor(http: HttpServer, parts: SocketsParts) {
    this.#parts = parts
    this.io = new Server(http, {
      path: parts.path,
      serveClient: false,
      allowEIO3: true,
      transports: ['polling', 'websocket'],
      pingInterval: 25_000,
      pingTimeout: 60_000,
      maxHttpBufferSize: LARGE_FRAME,
      maxBufferedChunks: LARGE_FRAME / 256,
      perMessageDeflate: false,
      wsEngine: websocketsShownTo((websocket, request) => this.#guestOf(request)?.opened(websocket)),
      allowRequest: (request, answer) => void this.#arrive(request).then(() => answer(null, true)),
    })
    const { engine } = this.io
    engine.use((request: IncomingMessage, response: ServerResponse, next: (error?: Error) => void) =>
      next(this.#fault(request, response)),
    )
    engine.on('connection', (connection: EngineSocket) => this.#enter(connection))
  }

  /** The person behind the connection that began with this request. */
  guest(request: IncomingMessage): Guest | undefined {
    return this.#arriving.get(request)
  }

  /** Ends every connection in a way that luna's clients come back from, and waits for it. */
  async close(): Promise<void> {
    for (const guest of this.#guests.values()) guest.leave()
    await this.io.close()
  }

  #guestOf(request: IncomingMessage): Guest | undefined {
    return this.#arriving.get(request) ?? this.#guests.get(sidOf(request) ?? '')
  }

  async #arrive(request: IncomingMessage): Promise<void> {
    const { identities, log } = this.#parts
    const visitor = visitorOf(request, this.#parts)
    const guest = new Guest({ visitor, identities, budget: this.#budget, log })
    this.#arriving.set(request, guest)
    await guest.greet(AbortSignal.timeout(GREETING_MS))
  }

  #fault(request: IncomingMessage, response: ServerResponse): Error | undefined {
    // Polling answers are text; no browser is to guess anything else, and nothing may keep them.
    if (!response.headersSent) {
      response.setHeader('X-Content-Type-Options', 'nosniff')
      response.setHeader('Cache-Control', 'no-store')
    }
    if (!isOurOrigin(request, this.#parts.isTrusted)) return new Error('another origin')
    if (request.method !== 'POST') return undefined
    const length = Number(request.headers['content-length'] ?? Number.POSITIVE_INFINITY)
    const most = this.#guestOf(request)?.frameLimit ?? 0
    return length <= most ? undefined : new Error('too large')
  }

  #enter(connection: EngineSocket): void {
    const { id, request } = connection
    const guest = this.#arriving.get(request)
    if (!guest) {
      connection.close(true)
      return
    }
    this.#guests.set(id, guest)
    guest.enter(connection)
    guest.tooMany = this.#countOf(guest) > this.#parts.mostPerUser
    connection.on('packetCreate', (packet: { data?: unknown }) => escapeForPolling(connection, packet))
    connection.on('packet', () => this.#count(connection, guest))
    connection.on('close', () => {
      this.#guests.delete(id)
      guest.leave()
    })
  }

  #count(connection: EngineSocket, guest: Guest): void {
    if (guest.mayGoOn(this.#parts.clock.monotonic())) return
    this.#parts.log.warn({ login: guest.visitor.loginId }, 'too many events a second: connection closed')
    connection.close(true)
  }

  #countOf({ identity }: Guest): number {
    if (!identity) return 0
    const { id } = identity.principal.user
    return [...this.#guests.values()].filter((each) => each.identity?.principal.user.id === id).length
  }
}

/** Core's own time limits are shorter; a socket is not to wait for ever for an answer it can do without. */
const GREETING_MS = 20_000

const sidOf = (request: IncomingMessage): string | undefined =>
  new URLSearchParams((request.url ?? '').split('?')[1] ?? '').get('sid') ?? undefined
