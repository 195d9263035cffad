import { type AddressInfo, createServer, type Server as NetServer, type Socket } from 'node:net'
import { RefusedKeys } from '../auth/refused-keys.ts'
import { sleep } from '../base/clock.ts'
import { connectionInternals } from '../ssh2/internals.ts'
import type { ClientInfo, Connection, SshServer } from '../ssh2/library.ts'
import { allowRepeatedServiceRequests } from '../ssh2/service-requests.ts'
import { shareFairly } from '../ssh2/yielding.ts'
import { Admission, type Admitted } from './admission.ts'
import type { SshConnection } from './connection.ts'
import { skipNextWrite } from './ident.ts'
import { IDENT_LINE, makeConnection, makeSshServer } from './making.ts'
import type { SshdParts } from './options.ts'
import { listenFault } from './sshd-error.ts'

const GOODBYE_MS = 1000

interface Arrival {
  readonly client: Admitted | undefined
  readonly connection: SshConnection | undefined
}

const UNKNOWN: Arrival = { client: undefined, connection: undefined }

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
  readonly #ssh: Promise<SshServer>
  readonly #arrivals = new Map<Socket, Arrival>()
  readonly #admission: Admission
  readonly #refusedKeys: RefusedKeys
  readonly #stopping = new AbortController()
  #closing: Promise<void> | undefined

  constructor(parts: SshdParts) {
    const { options, hostKeys, clock, log, penalties } = parts
    this.#parts = parts
    this.#refusedKeys = new RefusedKeys(clock)
    this.#admission = new Admission({
      limits: {
        most: options.maxUnauthenticated ?? 200,
        mostPerSource: options.maxUnauthenticatedPerSource ?? 20,
      },
      graceMs: (options.loginGraceSeconds ?? 60) * 1000,
      proxyPeers: options.proxyPeers,
      ...{ penalties, clock, log, ident: IDENT_LINE, language: options.language },
      onAdmitted: (client) => this.#onAdmitted(client),
    })
    this.#ssh = Promise.resolve(hostKeys).then((keys) =>
      makeSshServer(options, keys, (connection, info) => this.#onConnection(connection, info)),
    )
    this.#net = createServer({ noDelay: true, pauseOnConnect: false }, (socket) => this.#onSocket(socket))
  }

  get port(): number {
    const address: AddressInfo | string | null = this.#net.address()
    return typeof address === 'object' && address !== null ? address.port : this.#parts.options.port
  }

  /** Connections now, for status and metrics. */
  get connections(): { readonly all: number; readonly unauthenticated: number } {
    return { all: this.#arrivals.size, unauthenticated: this.#admission.unauthenticated }
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

  /** Takes no new connections; those that are there stay. */
  stopListening(): void {
    this.#net.close()
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
    for (const [socket, { connection }] of this.#arrivals) {
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
    socket.on('error', (error) => log.debug({ err: error, peer: socket.remoteAddress }, 'socket error'))
    if (this.#closing || socket.destroyed) {
      socket.destroy()
      return
    }
    this.#arrivals.set(socket, UNKNOWN)
    socket.once('close', () => this.#arrivals.delete(socket))
    this.#admission.take(socket)
  }

  #onAdmitted(client: Admitted): void {
    const { socket } = client
    this.#arrivals.set(socket, { client, connection: undefined })
    this.#ssh.then(
      (ssh) => {
        if (socket.destroyed) return
        skipNextWrite(socket, IDENT_LINE)
        ssh.injectSocket(socket)
      },
      () => socket.destroy(), // without a host key the daemon ends; it tells why
    )
  }

  #onConnection(client: Connection, { header }: ClientInfo): void {
    client.on('error', () => {}) // before anything else: without a listener a bad packet ends the process
    const socket = connectionInternals(client)._sock
    const admitted = this.#arrivals.get(socket)?.client
    if (!admitted) {
      socket.destroy()
      return
    }
    shareFairly(socket)
    allowRepeatedServiceRequests(client)
    const connection = makeConnection(this.#parts, {
      ...{ client, admitted, clientVersion: header.versions.software },
      refusedKeys: this.#refusedKeys,
      stopping: this.#stopping.signal,
      onBroken: () => this.#linger(socket),
    })
    this.#arrivals.set(socket, { client: admitted, connection })
  }

  /** The connection is broken: what the peer leaves open is closed soon. */
  #linger(socket: Socket): void {
    if (socket.destroyed) return
    const goodbye = this.#parts.clock.after(GOODBYE_MS, () => socket.destroy())
    socket.once('close', () => goodbye[Symbol.dispose]())
  }
}
