import type { Duplex } from 'node:stream'
import type { Clock } from '../base/clock.ts'
import { reasonOf } from '../base/fault.ts'
import type { Log } from '../log.ts'
import type { ClientChannel, SshClient } from '../ssh2/library.ts'
import { AssetError, type AssetErrorCode } from './asset-error.ts'
import type { AssetChannel, AssetConnection, PtyRequest, TcpForwarding } from './connection.ts'
import { SshAssetChannel } from './ssh-channel.ts'
import { SshForwarding } from './ssh-forwarding.ts'

export interface SshConnectionOptions {
  /** Logged in. */
  readonly client: SshClient
  readonly stream: Duplex
  /** Name of the account that is logged in. */
  readonly account: string
  /** Name of the asset, for errors. */
  readonly asset: string
  /** `address:port`, resolved. */
  readonly address: string
  /** For opening a channel, ms. */
  readonly channelLimit: number
  readonly clock: Clock
  readonly log: Log
}

/** How long an asset may take to close its side before the connection is cut, ms. */
const GOODBYE_LIMIT = 1000

type Opened = (error: Error | undefined, channel: ClientChannel) => void

export class SshConnection implements AssetConnection {
  readonly address: string
  readonly account: string
  readonly closed: Promise<{ readonly cause?: unknown }>
  readonly tcp: TcpForwarding
  readonly #options: SshConnectionOptions

  constructor(options: SshConnectionOptions) {
    this.#options = options
    this.address = options.address
    this.account = options.account
    this.closed = this.#watch()
    this.tcp = new SshForwarding(options.client, (step, request) => this.#open(step, request))
  }

  shell(pty: PtyRequest | undefined): Promise<AssetChannel> {
    return this.#open('shell', (client, opened) => client.shell(pty ? windowOf(pty) : false, opened))
  }

  exec(command: string, pty: PtyRequest | undefined): Promise<AssetChannel> {
    return this.#open('exec', (client, opened) =>
      client.exec(command, pty ? { pty: windowOf(pty) } : {}, opened),
    )
  }

  subsystem(name: string): Promise<AssetChannel> {
    return this.#open('subsystem', (client, opened) => client.subsys(name, opened))
  }

  /** Says goodbye and waits until the connection is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { client, stream, clock } = this.#options
    using _cut = clock.after(GOODBYE_LIMIT, () => stream.destroy())
    client.end()
    await this.closed
  }

  #watch(): Promise<{ readonly cause?: unknown }> {
    const { client, stream, address, log } = this.#options
    let cause: unknown
    return new Promise((resolve) => {
      client.on('error', (error) => {
        cause ??= error
        log.debug({ err: error, address }, 'asset connection failed')
        stream.destroy()
      })
      client.once('close', () => resolve(cause === undefined ? {} : { cause }))
      if (stream.destroyed) resolve({})
    })
  }

  #open(step: string, request: (client: SshClient, opened: Opened) => void): Promise<AssetChannel> {
    const { client, clock, channelLimit } = this.#options
    return new Promise((resolve, reject) => {
      let late = false
      const timer = clock.after(channelLimit, () => {
        late = true
        reject(this.#failed(step, new Error('no answer in time')))
      })
      const opened: Opened = (error, channel) => {
        timer[Symbol.dispose]()
        if (error) reject(this.#failed(step, error))
        else if (late) new SshAssetChannel(channel).close()
        else resolve(new SshAssetChannel(channel))
      }
      try {
        request(client, opened)
      } catch (error) {
        timer[Symbol.dispose]()
        reject(this.#failed(step, error))
      }
    })
  }

  #failed(step: string, cause: unknown): AssetError {
    const { asset, address } = this.#options
    return new AssetError(channelCode(cause), {
      step,
      message: `${address} did not open a channel (${step}): ${reasonOf(cause)}`,
      next: 'Look into the log of the SSH server there: the account may have no shell, or too many sessions.',
      facts: { asset, address, step },
      cause,
    })
  }
}

/** What the library says where the asset's own answer has no words (RFC 4254 sections 5.1 and 5.4). */
function channelCode(cause: unknown): AssetErrorCode {
  const reason = reasonOf(cause)
  if (/channel open failure/i.test(reason)) return 'ASSET_FULL'
  return /pseudo-terminal/i.test(reason) ? 'ASSET_NO_PTY' : 'ASSET_CHANNEL'
}

const windowOf = ({ term, modes, size }: PtyRequest) => ({
  term,
  modes,
  cols: size.columns,
  rows: size.rows,
  width: 0,
  height: 0,
})
