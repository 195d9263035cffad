import { randomBytes } from 'node:crypto'
import { type AddressInfo, createServer, type Server as NetServer, type Socket } from 'node:net'
import { Login } from '../auth/login.ts'
import { RefusedKeys } from '../auth/refused-keys.ts'
import { sleep } from '../base/clock.ts'
import { escapeControls } from '../base/escape.ts'
import { plainAddress } from '../base/ip-address.ts'
import { userAlgorithms } from '../ssh2/algorithms.ts'
import { connectionInternals } from '../ssh2/internals.ts'
import { type ClientInfo, type Connection, Server as Ssh2Server, type SshServer } from '../ssh2/library.ts'
import { shareFairly } from '../ssh2/yielding.ts'
import { SshConnection } from './connection.ts'
import { readIdent, skipNextWrite } from './ident.ts'
import type { SshdParts } from './options.ts'
import { listenFault } from './sshd-error.ts'
import { Unauthenticated } from './unauthenticated.ts'

/** Says no more than it must. */
const IDENT = 'cocod'
const IDENT_LINE = `SSH-2.0-${IDENT}\r\n`
const KEEPALIVE_TRIES = 3
const GOODBYE_MS = 1000

interface Arrival {
  readonly socket: Socket
  readonly remoteAddr: string
  /** Ends the grace and gives the place among the unauthenticated back. */
  readonly settle: () => void
  /** The connection is broken: what the peer leaves open is closed soon. */
  readonly linger: () => void
  connection: SshConnection | undefined
}

/** Listens. @throws {SshdError} SSHD_LISTEN */
export async function startSshd(parts: SshdParts): Promise<Sshd> {
  const sshd = new Sshd(parts)
  await sshd.listen()
  return sshd
}

/** The SSH door: turns bytes from outside into principals and terminals. */
export class Sshd implements AsyncDisposable {
  readonly #parts: SshdParts
  readonly #net: NetServer
  readonly #ssh: SshServer
  readonly #arrivals = new Map<Socket, Arrival>()
  readonly #unauthenticated: Unauthenticated
  readonly #refusedKeys: RefusedKeys
  readonly #stopping = new AbortController()
  #closing: Promise<void> | undefined

  constructor(parts: SshdParts) {
    const { options, hostKeys, clock } = parts
    this.#parts = parts
    this.#refusedKeys = new RefusedKeys(clock)
    this.#unauthenticated = new Unauthenticated({
      most: options.maxUnauthenticated ?? 200,
      mostPerSource: options.maxUnauthenticatedPerSource ?? 20,
    })
    this.#ssh = new Ssh2Server(
      {
        hostKeys: hostKeys.map(({ privateKey }) => privateKey.reveal()),
        algorithms: userAlgorithms(),
        ident: IDENT,
        keepaliveInterval: (options.keepaliveSeconds ?? 30) * 1000,
        keepaliveCountMax: KEEPALIVE_TRIES,
      },
      (client, info) => this.#onConnection(client, info),
    )
    this.#net = createServer({ noDelay: true, pauseOnConnect: false }, (socket) => this.#onSocket(socket))
  }

  get port(): number {
    const address: AddressInfo | string | null = this.#net.address()
    return typeof address === 'object' && address !== null ? address.port : this.#parts.options.port
  }

  /** Connections now, for status and metrics. */
  get connections(): { readonly all: number; readonly unauthenticated: number } {
    return { all: this.#arrivals.size, unauthenticated: this.#unauthenticated.size }
  }

  listen(): Promise<void> {
    const { host, port } = this.#parts.options
    return new Promise((resolve, reject) => {
      const onError = (cause: Error): void => reject(listenFault(host, port, cause))
      this.#net.once('error', onError)
      this.#net.listen(port, host, () => {
        this.#net.off('error', onError)
        this.#net.on('error', (error) => this.#parts.log.error({ err: error }, 'ssh listener'))
        resolve()
      })
    })
  }

  /** Stops listening, tells the visits, waits for them, ends every connection. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    const closed = new Promise((resolve) => this.#net.close(resolve))
    this.#stopping.abort(new Error('the daemon stops'))
    const connections = [...this.#arrivals.values()].flatMap(({ connection }) => connection ?? [])
    const settled = Promise.all(connections.map((connection) => connection.settled()))
    await this.#atMost((this.#parts.options.stopSeconds ?? 10) * 1000, settled)
    await this.#atMost(GOODBYE_MS, Promise.all(connections.map((connection) => connection.quiet())))
    for (const { socket, connection } of this.#arrivals.values()) {
      if (connection) connection.end()
      else socket.destroy()
    }
    await this.#atMost(GOODBYE_MS, closed)
    for (const socket of this.#arrivals.keys()) socket.destroy()
    await closed
  }

  async #atMost(ms: number, done: Promise<unknown>): Promise<void> {
    const over = new AbortController()
    await Promise.race([done, sleep(this.#parts.clock, ms, over.signal)])
    over.abort()
  }

  #onSocket(socket: Socket): void {
    const { log } = this.#parts
    const remoteAddr = plainAddress(socket.remoteAddress ?? '')
    socket.on('error', (error) => log.debug({ err: error, remoteAddr }, 'socket error'))
    if (this.#closing || socket.destroyed) {
      socket.destroy()
      return
    }
    const arrival = this.#arrive(socket, remoteAddr)
    this.#arrivals.set(socket, arrival)
    socket.once('close', () => {
      arrival.settle()
      this.#arrivals.delete(socket)
    })
    socket.write(IDENT_LINE)
    readIdent(socket, {
      onIdent: () => {
        skipNextWrite(socket, IDENT_LINE)
        this.#ssh.injectSocket(socket)
      },
      onJunk: (why, first) => {
        const start = escapeControls(first.toString('latin1', 0, 32))
        log.debug({ remoteAddr, why, start }, 'not an SSH client')
        socket.destroy()
      },
    })
  }

  #arrive(socket: Socket, remoteAddr: string): Arrival {
    const { clock, log, options } = this.#parts
    const drop = (why: string): void => {
      log.debug({ remoteAddr }, why)
      socket.destroy()
    }
    const grace = clock.after((options.loginGraceSeconds ?? 60) * 1000, () => drop('login took too long'))
    const place = this.#unauthenticated.enter(remoteAddr, () => drop('dropped: too many are not logged in'))
    const settle = (): void => {
      grace[Symbol.dispose]()
      place[Symbol.dispose]()
    }
    let goodbye: Disposable | undefined
    const linger = (): void => {
      goodbye ??= clock.after(GOODBYE_MS, () => socket.destroy())
    }
    socket.once('close', () => goodbye?.[Symbol.dispose]())
    return { socket, remoteAddr, settle, linger, connection: undefined }
  }

  #onConnection(client: Connection, { header }: ClientInfo): void {
    client.on('error', () => {}) // before anything else: without a listener a bad packet ends the process
    const socket = connectionInternals(client)._sock
    const arrival = this.#arrivals.get(socket)
    if (!arrival) {
      socket.destroy()
      return
    }
    shareFairly(socket)
    arrival.connection = this.#connection(client, arrival, header.versions.software)
  }

  #connection(
    client: Connection,
    { remoteAddr, settle, linger }: Arrival,
    clientVersion: string,
  ): SshConnection {
    const { core, options, handlers } = this.#parts
    const loginId = randomBytes(4).toString('hex')
    const log = this.#parts.log.child({ login: loginId })
    const origin = { remoteAddr, loginFrom: 'ST', language: options.language, loginId } as const
    return new SshConnection({
      client,
      login: new Login({ core, options: options.auth, refusedKeys: this.#refusedKeys, origin, log }),
      loginId,
      clientVersion,
      handlers,
      maxChannels: options.maxChannels ?? 10,
      stopping: this.#stopping.signal,
      log: this.#parts.log,
      onReady: settle,
      onBroken: linger,
    })
  }
}
