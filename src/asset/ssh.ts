import type { Clock } from '../base/clock.ts'
import type { Prepared } from '../core/model.ts'
import type { Log } from '../log.ts'
import type { AlgorithmPreset } from '../ssh2/algorithms.ts'
import { AssetError } from './asset-error.ts'
import type { AssetConnection } from './connection.ts'
import { type DestinationPolicy, type Endpoint, type Network, resolveDestination } from './destination.ts'
import type { HostKeys } from './host-keys.ts'
import type { LoginSecrets } from './ssh-auth.ts'
import { SshConnection } from './ssh-connection.ts'
import * as failure from './ssh-failure.ts'
import { type HandshakeEvent, SshHandshake } from './ssh-handshake.ts'
import { endpointOf, secretsOf } from './ssh-target.ts'
import { dial } from './tcp.ts'
import { TimeLimit } from './time-limit.ts'

export interface SshOptions {
  readonly prepared: Prepared
  readonly destination: DestinationPolicy
  readonly hostKeys: HostKeys
  readonly clock: Clock
  readonly log: Log
  readonly timeouts?: Partial<SshTimeouts>
  readonly preset?: AlgorithmPreset
  readonly network?: Network
}

export interface SshTimeouts {
  /** For each address until TCP is connected, seconds. */
  readonly connectSeconds: number
  /** From the start until logged in, seconds. */
  readonly totalSeconds: number
  /** For a shell or command to be opened, seconds. */
  readonly channelSeconds: number
  /** Between two signs of life asked for; after three without one the asset is dead, within four intervals. */
  readonly keepaliveSeconds: number
}

const TIMEOUTS: SshTimeouts = {
  connectSeconds: 8,
  totalSeconds: 15,
  channelSeconds: 15,
  keepaliveSeconds: 15,
}

/** How far a connection is, to be shown to the person who waits. */
export type ConnectProgress =
  | { readonly kind: 'resolved'; readonly address: string }
  | { readonly kind: 'connected'; readonly address: string }
  | HandshakeEvent

/**
 * Connects to an asset and logs in: resolve, judge the address, TCP, key exchange, host key, login. One total time
 * limit; nothing is left open when it fails.
 * @throws {AssetError}; the signal's reason when it fires
 */
export async function connectSsh(
  options: SshOptions,
  onProgress: (progress: ConnectProgress) => void,
  signal: AbortSignal,
): Promise<AssetConnection> {
  const timeouts = { ...TIMEOUTS, ...options.timeouts }
  using limit = new TimeLimit(options.clock, timeouts.totalSeconds * 1000, signal)
  try {
    const preset = options.preset ?? 'modern'
    const host = endpointOf(options.prepared)
    const secrets = secretsOf(options.prepared, preset)
    const addresses = await limit.race(resolveDestination(host, options.destination, options.network), () =>
      failure.timeout('resolve', timeouts.totalSeconds * 1000, { ...host, address: host.host }),
    )
    onProgress({ kind: 'resolved', address: addresses[0] ?? host.host })
    return await logIn({ ...options, preset, host, secrets, timeouts, addresses, limit }, onProgress)
  } catch (error) {
    throw error instanceof AssetError ? error.of(options.prepared.target.asset.hostname) : error
  }
}

interface Login extends SshOptions {
  readonly preset: AlgorithmPreset
  readonly host: Endpoint
  readonly secrets: LoginSecrets
  readonly timeouts: SshTimeouts
  readonly addresses: readonly string[]
  readonly limit: TimeLimit
}

async function logIn(
  login: Login,
  onProgress: (progress: ConnectProgress) => void,
): Promise<AssetConnection> {
  const { host, secrets, timeouts, hostKeys, clock, log, limit } = login
  const dialling = {
    addresses: login.addresses,
    port: host.port,
    limit: timeouts.connectSeconds * 1000,
    clock,
  }
  const place = { ...host, address: `${login.addresses[0]}:${host.port}` }
  const total = timeouts.totalSeconds * 1000
  const socket = await limit.race(dial(dialling, limit.signal), () =>
    failure.timeout('connect', total, place),
  )
  const address = `${socket.remoteAddress ?? place.address}:${host.port}`
  onProgress({ kind: 'connected', address })
  const handshake = new SshHandshake(
    {
      ...{ socket, host, secrets, hostKeys, log },
      preset: login.preset,
      keepaliveSeconds: timeouts.keepaliveSeconds,
    },
    onProgress,
  )
  try {
    await limit.race(handshake.run(), () => failure.timeout(handshake.step, total, { ...place, address }))
  } catch (error) {
    socket.destroy()
    throw error
  }
  return new SshConnection({
    ...{ client: handshake.client, socket, address, clock, log },
    asset: login.prepared.target.asset.hostname,
    channelLimit: timeouts.channelSeconds * 1000,
  })
}
