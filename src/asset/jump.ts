import { type Duplex, Readable } from 'node:stream'
import { reasonOf } from '../base/fault.ts'
import type { Prepared } from '../core/model.ts'
import type { Exit } from '../terminal/terminal.ts'
import { AssetError } from './asset-error.ts'
import type { AssetChannel, AssetConnection, TcpForwarding } from './connection.ts'
import type { Endpoint } from './destination.ts'
import type { Paths } from './path.ts'

export interface JumpOptions {
  readonly prepared: Prepared
  readonly paths: Pick<Paths, 'open'>
  /** For each address until TCP is connected. */
  readonly connectSeconds: number
}

/**
 * A way to an asset's ports that logs in nowhere: each forwarded connection is a TCP connection to the asset's own
 * address, of the bastion or of a gateway of the asset's domain, judged at that moment (S15). Nothing else can be opened
 * on it.
 * @throws {AssetError} ASSET_JUMP_RULES
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
  return new JumpConnection(options)
}

class JumpConnection implements AssetConnection {
  readonly address: string
  readonly account: string
  readonly closed: Promise<{ readonly cause?: unknown }>
  readonly tcp: TcpForwarding
  readonly #options: JumpOptions
  readonly #streams = new Set<Duplex>()
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
    for (const stream of this.#streams) stream.destroy()
  }

  /** The host is the asset's, whatever the client called it: the name was looked up among what is granted. */
  async #forward({ host, port }: Endpoint): Promise<AssetChannel> {
    const { paths, prepared, connectSeconds } = this.#options
    const { ip, domain } = prepared.target.asset
    const request = { endpoint: { host: ip, port }, domain, gateways: prepared.gateways, connectSeconds }
    try {
      const { stream } = await paths.open(request, () => {}, this.#over.signal)
      this.#streams.add(stream)
      stream.once('close', () => this.#streams.delete(stream))
      return new StreamChannel(stream)
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
class StreamChannel implements AssetChannel {
  readonly output: Duplex
  readonly errors = Readable.from([])
  readonly input: Duplex
  readonly closed: Promise<Exit>

  constructor(stream: Duplex) {
    this.output = stream
    this.input = stream
    stream.on('error', () => {}) // it closes then, and that is what counts
    this.closed = new Promise((resolve) => stream.once('close', () => resolve({ kind: 'none' })))
  }

  resize(): void {}

  signal(): void {}

  close(): void {
    this.output.destroy()
  }
}
