import { reasonOf } from '../base/fault.ts'
import type { ClientChannel, SshClient } from '../ssh2/library.ts'
import { AssetError } from './asset-error.ts'
import type { AssetChannel, IncomingConnection, Listening, TcpForwarding } from './connection.ts'
import type { Endpoint } from './destination.ts'
import { SshAssetChannel } from './ssh-channel.ts'

type Opened = (error: Error | undefined, channel: ClientChannel) => void
type Open = (step: string, request: (client: SshClient, opened: Opened) => void) => Promise<AssetChannel>

/** TCP forwarding over a connection of ssh2 (RFC 4254 section 7). */
export class SshForwarding implements TcpForwarding {
  readonly #client: SshClient
  readonly #open: Open
  /** By the address and port asked for, as the asset names them again with each connection. */
  readonly #listening = new Map<string, (incoming: IncomingConnection) => void>()

  /** `open`: gives a channel within the time limit of the connection. */
  constructor(client: SshClient, open: Open) {
    this.#client = client
    this.#open = open
    client.on('tcp connection', ({ destIP, destPort, srcIP, srcPort }, accept, reject) => {
      const onConnection = this.#listening.get(placeOf({ host: destIP, port: destPort }))
      const from = { host: srcIP, port: srcPort }
      if (onConnection) onConnection({ from, accept: () => new SshAssetChannel(accept()), reject })
      else reject()
    })
  }

  async forward(to: Endpoint, from: Endpoint): Promise<AssetChannel> {
    try {
      return await this.#open('forward', (client, opened) =>
        client.forwardOut(from.host, from.port, to.host, to.port, opened),
      )
    } catch (error) {
      throw forwardFault(to, error instanceof AssetError ? (error.cause ?? error) : error)
    }
  }

  listen(at: Endpoint, onConnection: (incoming: IncomingConnection) => void): Promise<Listening> {
    const client = this.#client
    return new Promise((resolve, reject) => {
      try {
        client.forwardIn(at.host, at.port, (error, port) => {
          if (error) return reject(listenFault(at, error))
          const place = placeOf({ host: at.host, port })
          this.#listening.set(place, onConnection)
          resolve({ port, [Symbol.asyncDispose]: () => this.#unlisten(place, { host: at.host, port }) })
        })
      } catch (error) {
        reject(listenFault(at, error))
      }
    })
  }

  #unlisten(place: string, { host, port }: Endpoint): Promise<void> {
    this.#listening.delete(place)
    return new Promise((resolve) => {
      this.#client.once('close', () => resolve())
      try {
        this.#client.unforwardIn(host, port, () => resolve())
      } catch {
        resolve() // the connection is gone, and so is the port
      }
    })
  }
}

const placeOf = ({ host, port }: Endpoint): string => `${host}:${port}`

const forwardFault = ({ host, port }: Endpoint, cause: unknown): AssetError =>
  new AssetError('ASSET_FORWARD', {
    step: 'forward',
    message: `the asset did not connect to ${host}:${port}: ${reasonOf(cause)}`,
    next: 'Look whether it listens there, and whether the SSH server allows forwarding (AllowTcpForwarding).',
    facts: { to: `${host}:${port}`, reason: reasonOf(cause) },
    cause,
  })

const listenFault = ({ host, port }: Endpoint, cause: unknown): AssetError =>
  new AssetError('ASSET_LISTEN', {
    step: 'listen',
    message: `the asset does not listen on ${host}:${port}: ${reasonOf(cause)}`,
    next: 'Look whether the port is taken, and whether the SSH server allows it (AllowTcpForwarding, GatewayPorts).',
    facts: { at: `${host}:${port}`, reason: reasonOf(cause) },
    cause,
  })
