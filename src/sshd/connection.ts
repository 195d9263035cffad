import type { Login } from '../auth/login.ts'
import type { Clock } from '../base/clock.ts'
import { escapeControls } from '../base/escape.ts'
import { type Log, withLogContext } from '../log.ts'
import { closeBareSession } from '../ssh2/bare-session.ts'
import { connectionInternals } from '../ssh2/internals.ts'
import type { AuthContext, Connection, Session } from '../ssh2/library.ts'
import { DISCONNECT, disconnect, isOutOfTurn, sendBanner } from '../ssh2/server-messages.ts'
import { type Forwarder, Forwards } from './forwards.ts'
import { type Entry, SshLogin } from './login.ts'
import { RekeyLimit } from './rekey-limit.ts'
import { SessionRequest, type SshdHandlers } from './session-request.ts'

export interface SshConnectionParts {
  readonly client: Connection
  readonly login: Login
  readonly loginId: string
  /** The client's own words on what it is. */
  readonly clientVersion: string
  readonly handlers: SshdHandlers
  readonly maxChannels: number
  readonly maxForwards: number
  /** Take signatures of RSA keys that are made with SHA-1. */
  readonly sha1: boolean
  readonly clock: Clock
  /** Fires when the daemon stops. */
  readonly stopping: AbortSignal
  /** Lines of this connection get its `login` id. */
  readonly log: Log
  /** The login succeeded. */
  readonly onReady: () => void
  /** The library gave the connection up and has ended its side; the peer may not. */
  readonly onBroken: () => void
}

/** One client that speaks SSH: its login, then its channels. Ends with its socket. */
export class SshConnection {
  readonly #parts: SshConnectionParts
  readonly #gone = new AbortController()
  readonly #visits = new Set<Promise<void>>()
  readonly #login: SshLogin
  readonly #log: Log
  readonly #channelEnds = new EventTarget()
  readonly #rekeys: RekeyLimit
  #algorithms: unknown
  #entry: Entry | undefined
  #forwarder: Forwarder | undefined
  #channels = 0
  #toldTooMany = false

  constructor(parts: SshConnectionParts) {
    this.#parts = parts
    this.#rekeys = new RekeyLimit(parts.clock)
    this.#log = parts.log.child({ login: parts.loginId })
    const { client } = parts
    client.on('error', (error: unknown) => this.#onError(error))
    client.on('close', () => this.#gone.abort())
    this.#login = new SshLogin({
      login: parts.login,
      sha1: parts.sha1,
      gone: this.#gone.signal,
      onEntry: (entry) => this.#onEntry(entry),
      onEnd: (text) => this.#end(text),
    })
    client.on('handshake', (negotiated: unknown) => {
      this.#algorithms ??= negotiated
    })
    client.on('authentication', (context: AuthContext) => this.#onAuthentication(context))
    client.on('ready', () => parts.onReady())
    client.on('rekey', () => this.#onRekey())
    client.on('session', (accept, reject) => this.#onSession(accept, reject))
    new Forwards({
      client,
      forwarder: () => this.#forwarder,
      language: () => this.#entry?.principal.language ?? parts.login.language,
      most: parts.maxForwards,
      log: parts.log,
      inContext: (task) => withLogContext({ login: parts.loginId }, task),
    })
  }

  /** Resolves when nothing of this connection runs any more. */
  async settled(): Promise<void> {
    while (this.#visits.size > 0) await Promise.all(this.#visits)
  }

  /**
   * Resolves when the client has confirmed the end of each channel, or is gone. One that is cut off between the exit
   * status and this reports a lost connection instead.
   */
  async quiet(): Promise<void> {
    while (this.#channels > 0 && !this.#gone.signal.aborted) await this.#channelEnd()
  }

  /** Says goodbye; the socket ends when that is sent. */
  end(): void {
    this.#parts.client.end()
  }

  #onAuthentication(context: AuthContext): void {
    this.#login.answer(context).catch((error: unknown) => {
      if (isOutOfTurn(error)) this.#log.debug({ err: error }, 'the client went on before it was answered')
      else this.#log.error({ err: error }, 'login failed by a fault of ours')
      this.end()
    })
  }

  #onRekey(): void {
    const { client } = this.#parts
    const { bytesRead, bytesWritten } = connectionInternals(client)._sock
    if (this.#rekeys.allows(bytesRead + bytesWritten)) return
    this.#log.warn('ended: too many key exchanges')
    disconnect(client, DISCONNECT.byApplication, 'too many key exchanges')
  }

  #onEntry(entry: Entry): void {
    this.#entry = entry
    const { clientVersion, handlers } = this.#parts
    const { principal, direct } = entry
    this.#forwarder = handlers.forwarder?.({ principal, direct, gone: this.#gone.signal })
    const { user, remoteAddr } = principal
    this.#log.info(
      {
        user: user.username,
        remoteAddr,
        method: entry.method,
        direct,
        client: escapeControls(clientVersion),
        algorithms: this.#algorithms,
      },
      'login accepted',
    )
  }

  /** Before a login: a banner and the reason, as clients differ in which of the two they show. */
  #end(text: string): void {
    if (this.#gone.signal.aborted) return
    const { client } = this.#parts
    const line = escapeControls(text)
    sendBanner(client, line)
    disconnect(client, DISCONNECT.noMoreAuthMethods, line)
  }

  #onSession(accept: () => Session, reject: () => void): void {
    const entry = this.#entry
    if (!entry || this.#channels >= this.#parts.maxChannels) {
      this.#tellTooMany()
      reject()
      return
    }
    this.#channels += 1
    const session = accept()
    // Once: the library tells each close message of a channel in which nothing was started.
    session.once('close', () => {
      closeBareSession(this.#parts.client, session)
      this.#channels -= 1
      this.#channelEnds.dispatchEvent(new Event('end'))
    })
    withLogContext({ login: this.#parts.loginId }, () => this.#serve(session, entry))
  }

  /** Once for a connection: a client may ask thousands of times a second. */
  #tellTooMany(): void {
    if (this.#toldTooMany) return
    this.#toldTooMany = true
    this.#log.warn({ limit: this.#parts.maxChannels }, 'a channel too many was refused')
  }

  #channelEnd(): Promise<void> {
    const { signal } = this.#gone
    return new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done)
        this.#channelEnds.removeEventListener('end', done)
        resolve()
      }
      signal.addEventListener('abort', done)
      this.#channelEnds.addEventListener('end', done)
    })
  }

  #serve(session: Session, { principal, direct }: Entry): void {
    const { handlers, stopping, log } = this.#parts
    new SessionRequest(session, {
      principal,
      direct,
      handlers,
      signal: stopping,
      log,
      onVisit: (visit) => {
        const done = visit
          .catch((error: unknown) => this.#log.error({ err: error }, 'a channel could not be ended'))
          .finally(() => this.#visits.delete(done))
        this.#visits.add(done)
      },
    })
  }

  /**
   * The library hands over three kinds alike: noise of the network, the peer's word, and faults in our listeners. None
   * of ours runs in it before a login, so strangers cannot write errors into the log.
   */
  #onError(error: unknown): void {
    const fromPeer =
      !this.#entry ||
      (error instanceof Error && ('level' in error || 'code' in error || error instanceof RangeError))
    if (fromPeer) this.#log.debug({ err: error }, 'connection error')
    else this.#log.error({ err: error }, 'connection ended by a fault')
    this.#parts.onBroken()
  }
}
