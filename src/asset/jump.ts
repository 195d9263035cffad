import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import type { Clock } from '../base/clock.ts'
import { reasonOf } from '../base/fault.ts'
import type { Prepared } from '../core/model.ts'
import type { Exit } from '../terminal/terminal.ts'
import { AssetError } from './asset-error.ts'
import type { AssetChannel, AssetConnection, TcpForwarding } from './connection.ts'
import { type DestinationPolicy, type Endpoint, type Network, resolveDestination } from './destination.ts'
import { dial } from './tcp.ts'

export interface JumpOptions {
  readonly prepared: Prepared
  readonly destination: DestinationPolicy
  /** For each address until TCP is connected, ms. */
  readonly connectLimit: number
  readonly clock: Clock
  readonly network?: Network
}

/**
 * A way to an asset's ports that logs in nowhere: each forwarded connection is a TCP connection of the bastion to the
 * asset's own address, judged at that moment (S15). Nothing else can be opened on it.
 * @throws {AssetError} ASSET_GATEWAY, ASSET_JUMP_RULES
 */
export function connectJump(options: JumpOptions): AssetConnection {
  const { asset } = options.prepared.target
  if (options.prepared.rules.length > 0) {
    throw new AssetError('ASSET_JUMP_RULES', {
      step: 'connect',
      message: `${asset.hostname} has command rules, which nothing can enforce on a jump`,
      next: 'Log in to it directly: USER@ACCOUNT@ASSET.',
      facts: { asset: asset.hostname },
    })
  }
  if (asset.domain !== null) {
    throw new AssetError('ASSET_GATEWAY', {
      step: 'connect',
      message: `${asset.hostname} is behind gateways, through which no jump leads`,
      next: 'Log in to it directly: USER@ACCOUNT@ASSET.',
      facts: { asset: asset.hostname },
    })
  }
  return new JumpConnection(options)
}

class JumpConnection implements AssetConnection {
  readonly address: string
  readonly account: string
  readonly closed: Promise<{ readonly cause?: unknown }>
  readonly tcp: TcpForwarding
  readonly #options: JumpOptions
  readonly #sockets = new Set<Socket>()
  readonly #over = new AbortController()

  constructor(options: JumpOptions) {
    this.#options = options
    this.address = options.prepared.target.asset.ip
    this.account = options.prepared.credentials.username
    this.closed = new Promise((resolve) =>
      this.#over.signal.addEventListener('abort', () => resolve({}), { once: true }),
    )
    this.tcp = {
      forward: (to) => this.#forward(to),
      listen: () => Promise.reject(this.#unable('listen')),
    }
  }

  shell(): Promise<AssetChannel> {
    return Promise.reject(this.#unable('shell'))
  }

  exec(): Promise<AssetChannel> {
    return Promise.reject(this.#unable('exec'))
  }

  subsystem(): Promise<AssetChannel> {
    return Promise.reject(this.#unable('subsystem'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort()
    for (const socket of this.#sockets) socket.destroy()
  }

  /** The host is the asset's, whatever the client called it: the name was looked up among what is granted. */
  async #forward({ host, port }: Endpoint): Promise<AssetChannel> {
    const { prepared, destination, network, connectLimit: limit, clock } = this.#options
    const at = { host: prepared.target.asset.ip, port }
    try {
      const addresses = await resolveDestination(at, destination, network)
      const socket = await dial({ addresses, port, limit, clock }, this.#over.signal)
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
      return new SocketChannel(socket)
    } catch (cause) {
      throw new AssetError('ASSET_FORWARD', {
        step: 'forward',
        message: `no connection to ${host}:${port}: ${reasonOf(cause)}`,
        next: 'Look whether the asset is up and its address is right.',
        facts: { to: `${host}:${port}`, reason: reasonOf(cause) },
        cause,
      })
    }
  }

  #unable(step: string): AssetError {
    const { hostname } = this.#options.prepared.target.asset
    return new AssetError('ASSET_CHANNEL', {
      step,
      message: `a jump to ${hostname} opens connections and nothing else`,
      next: 'Log in to it directly: USER@ACCOUNT@ASSET.',
      facts: { asset: hostname, step },
    })
  }
}

/** A TCP connection as a channel; EOF goes each way for itself. */
class SocketChannel implements AssetChannel {
  readonly output: Socket
  readonly errors = Readable.from([])
  readonly input: Socket
  readonly closed: Promise<Exit>

  constructor(socket: Socket) {
    this.output = socket
    this.input = socket
    socket.on('error', () => {}) // it closes then, and that is what counts
    this.closed = new Promise((resolve) => socket.once('close', () => resolve({ kind: 'none' })))
  }

  resize(): void {}

  signal(): void {}

  close(): void {
    this.output.destroy()
  }
}
