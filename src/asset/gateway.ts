import type { Duplex } from 'node:stream'
import type { GatewayOptions } from '../asset-options/asset-options.ts'
import type { Clock } from '../base/clock.ts'
import type { Gateway } from '../core/model.ts'
import type { Log } from '../log.ts'
import type { ClientChannel, SshClient } from '../ssh2/library.ts'
import { AssetError } from './asset-error.ts'
import type { Endpoint } from './destination.ts'
import type { HostKeys } from './host-keys.ts'
import * as failure from './ssh-failure.ts'
import { SshHandshake } from './ssh-handshake.ts'
import { readSecrets } from './ssh-target.ts'
import { TimeLimit } from './time-limit.ts'
import { Tunnel } from './tunnel.ts'

export interface Hop {
  readonly gateway: Gateway
  /** Connected to it; destroyed when the login fails. */
  readonly stream: Duplex
  /** The domain in which its address means what it means; undefined: here. */
  readonly zone: string | undefined
  readonly options: GatewayOptions
  readonly hostKeys: HostKeys
  readonly clock: Clock
  readonly log: Log
}

/** Logs in to a gateway with what is stored for it; nobody is ever asked. @throws {AssetError} */
export async function logInTo(hop: Hop, signal: AbortSignal): Promise<SshClient> {
  const { gateway, stream, options, hostKeys, clock, log } = hop
  const host = { host: gateway.ip, port: gateway.port, zone: hop.zone }
  const address = `${host.host}:${host.port}`
  const limitMs = options.auth_timeout * 1000
  using limit = new TimeLimit(clock, limitMs, signal)
  try {
    const handshake = new SshHandshake(
      {
        ...{ stream, address, name: gateway.name, host, hostKeys, log },
        secrets: secretsOf(gateway, options),
        ask: undefined,
        policy: options.host_key_policy,
        preset: options.algorithms,
        keepaliveSeconds: options.keepalive,
      },
      () => undefined,
    )
    await limit.race(handshake.run(), () => failure.timeout(handshake.step, limitMs, { ...host, address }))
    return handshake.client
  } catch (error) {
    stream.destroy()
    throw error instanceof AssetError ? error.of(gateway.name) : error
  }
}

function secretsOf(gateway: Gateway, { algorithms, password_fallback }: GatewayOptions) {
  const { name: of, username: account } = gateway
  const stored = readSecrets(gateway, algorithms, { of, facts: { asset: of, account } })
  return { ...stored, account, manual: false, fallback: password_fallback }
}

export interface Forwarding {
  /** Logged in. */
  readonly client: SshClient
  readonly under: Duplex
  readonly clock: Clock
  readonly gateway: Gateway
  readonly to: Endpoint
  /** ms */
  readonly limit: number
}

/** Lets a gateway connect to a port; its connection belongs to the tunnel from then on. @throws {AssetError} */
export async function forwardThrough(forwarding: Forwarding, signal: AbortSignal): Promise<Duplex> {
  const { client, under, clock, gateway, to, limit: limitMs } = forwarding
  const place = { ...to, address: `${to.host}:${to.port}` }
  using limit = new TimeLimit(clock, limitMs, signal)
  try {
    return await limit.race(
      new Promise<Duplex>((resolve, reject) => {
        client.once('close', () => reject(failure.ofGateway(undefined)))
        client.forwardOut('127.0.0.1', 0, to.host, to.port, (error, channel: ClientChannel) => {
          if (error) reject(failure.ofForward(error, place, gateway.name))
          // A tunnel that nobody waits for any more dies with the connection under it.
          else resolve(new Tunnel({ channel, client, under, clock }))
        })
      }),
      () => failure.timeout('connect', limitMs, place),
    )
  } catch (error) {
    client.end()
    under.destroy()
    throw error
  }
}
