import type { Duplex } from 'node:stream'
import type { GatewayOptions } from '../asset-options/asset-options.ts'
import type { Clock } from '../base/clock.ts'
import { canonicalAddress } from '../base/ip-address.ts'
import type { Gateway } from '../core/model.ts'
import type { Log } from '../log.ts'
import { isCloudMetadata } from './address.ts'
import { AssetError } from './asset-error.ts'
import {
  addressRefused,
  type DestinationPolicy,
  type Endpoint,
  type Network,
  resolveDestination,
} from './destination.ts'
import type { ConnectProgress } from './dialogue.ts'
import { firstOf } from './first-of.ts'
import { forwardThrough, logInTo } from './gateway.ts'
import type { HostKeys } from './host-keys.ts'
import { GatewayHealth, type Route, routesOf } from './routes.ts'
import * as failure from './ssh-failure.ts'
import { dial } from './tcp.ts'
import { TimeLimit } from './time-limit.ts'

export interface PathsParts {
  readonly destination: DestinationPolicy
  readonly hostKeys: HostKeys
  readonly gatewayOptions: (gateway: Gateway) => GatewayOptions
  readonly clock: Clock
  readonly log: Log
  readonly network?: Network | undefined
}

/** Where somebody wants to get to. */
export interface PathRequest {
  readonly endpoint: Endpoint
  /** Id of the domain whose gateways lead there; null: directly. */
  readonly domain: string | null
  readonly gateways: readonly Gateway[]
  /** For each address, until TCP is connected. */
  readonly connectSeconds: number
}

/** An open way to an asset's port. */
export interface Path {
  /** Bytes both ways, paused until somebody reads. Its errors are heard; destroying it ends everything under it. */
  readonly stream: Duplex
  /** `address:port`; the address is resolved where it was dialled from here. */
  readonly address: string
  /** Names of the gateways, from here to there. */
  readonly through: readonly string[]
}

/** How long one gateway may keep the next from being tried, ms: a dead one costs this. */
const GATEWAY_PATIENCE = 2000

/** Opens TCP connections to assets, directly or through gateways. */
export class Paths {
  readonly health: GatewayHealth
  readonly #parts: PathsParts

  constructor(parts: PathsParts) {
    this.#parts = parts
    this.health = new GatewayHealth(parts.clock)
  }

  /**
   * @throws {AssetError} ASSET_NAME, ASSET_ADDRESS_REFUSED, ASSET_REFUSED, ASSET_UNREACHABLE, ASSET_TIMEOUT,
   * ASSET_GATEWAY, ASSET_GATEWAYS; the signal's reason
   */
  async open(
    request: PathRequest,
    onProgress: (progress: ConnectProgress) => void,
    signal: AbortSignal,
  ): Promise<Path> {
    if (request.domain !== null) return await this.#throughGateways(request, onProgress, signal)
    const { host, port } = request.endpoint
    const socket = await this.#dial(request.endpoint, request.connectSeconds, signal, (address) =>
      onProgress({ kind: 'resolved', address }),
    )
    const address = `${socket.remoteAddress ?? host}:${port}`
    onProgress({ kind: 'connected', address, through: [] })
    return { stream: socket, address, through: [] }
  }

  /** The ways to a domain's assets, the most hopeful first. @throws {AssetError} ASSET_GATEWAY */
  routes({ gateways, endpoint }: Pick<PathRequest, 'gateways' | 'endpoint'>): readonly Route[] {
    const address = canonicalAddress(endpoint.host.trim())
    if (address !== undefined && isCloudMetadata(address)) throw addressRefused(endpoint, [address])
    const routes = routesOf(gateways, this.#parts.gatewayOptions)
    if (routes.length > 0) return this.health.inOrder(routes)
    throw new AssetError('ASSET_GATEWAY', {
      step: 'gateway',
      message: `${endpoint.host} is in a domain that has no active SSH gateway`,
      next: 'Add a gateway to the domain, or take the asset out of it if it can be reached directly.',
    })
  }

  async #throughGateways(
    request: PathRequest,
    onProgress: (progress: ConnectProgress) => void,
    signal: AbortSignal,
  ): Promise<Path> {
    const routes = this.routes(request)
    const tries = routes.map((route) => async (stop: AbortSignal): Promise<Path> => {
      const name = nameOf(route)
      onProgress({ kind: 'gateway', name })
      try {
        return await this.along(route, request, stop)
      } catch (error) {
        if (!stop.aborted) onProgress({ kind: 'gateway-failed', name })
        throw error
      }
    })
    const { clock } = this.#parts
    const discard = ({ stream }: Path): void => void stream.destroy()
    const outcome = await firstOf(tries, { clock, delay: GATEWAY_PATIENCE, discard }, signal)
    if (outcome.kind === 'failed') throw this.#allFailed(routes, outcome.errors, request)
    const { address, through } = outcome.value
    onProgress({ kind: 'connected', address, through })
    return outcome.value
  }

  /** One way, hop by hop. @throws {AssetError}; the signal's reason */
  async along(
    route: Route,
    { endpoint, domain, connectSeconds }: PathRequest,
    signal: AbortSignal,
  ): Promise<Path> {
    const { clock, log, hostKeys, gatewayOptions } = this.#parts
    const [first, ...inner] = route
    let stream: Duplex = await this.#noting(first, () =>
      this.#dial({ host: first.ip, port: first.port }, gatewayOptions(first).connect_timeout, signal),
    )
    // The first is known by its address here, those beyond by theirs in the domain.
    let zone: string | undefined
    for (const [at, gateway] of route.entries()) {
      const under = stream
      const options = gatewayOptions(gateway)
      const hop = { gateway, stream: under, zone, options, hostKeys, clock, log }
      const client = await this.#noting(gateway, () => logInTo(hop, signal), signal)
      const to = inner[at]
      const next = to ? { host: to.ip, port: to.port } : endpoint
      const seconds = to ? gatewayOptions(to).connect_timeout : connectSeconds
      stream = await forwardThrough(
        { client, under, clock, gateway, to: next, limit: seconds * 1000 },
        signal,
      )
      zone = domain ?? undefined
    }
    const through = route.map(({ name }) => name)
    return { stream, address: `${endpoint.host}:${endpoint.port}`, through }
  }

  async #dial(
    endpoint: Endpoint,
    seconds: number,
    signal: AbortSignal,
    onResolved: (address: string) => void = () => undefined,
  ) {
    const { destination, network, clock } = this.#parts
    using limit = new TimeLimit(clock, seconds * 1000, signal)
    const addresses = await limit.race(resolveDestination(endpoint, destination, network), () =>
      failure.timeout('resolve', seconds * 1000, { ...endpoint, address: endpoint.host }),
    )
    onResolved(addresses[0] ?? endpoint.host)
    return await dial({ addresses, port: endpoint.port, limit: seconds * 1000, clock }, signal)
  }

  /** What another's success cut short says nothing of a gateway. */
  async #noting<T>(gateway: Gateway, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    try {
      const result = await work()
      this.health.note(gateway, true)
      return result
    } catch (error) {
      if (!signal?.aborted) this.health.note(gateway, false)
      throw error
    }
  }

  #allFailed(routes: readonly Route[], errors: readonly unknown[], { endpoint }: PathRequest): AssetError {
    const parts = routes.map((route, at) => {
      const error = errors[at]
      return { name: nameOf(route), fault: error instanceof AssetError ? error : failure.ofGateway(error) }
    })
    const told = parts.map(({ name, fault }) => `${name}: ${fault.message}`).join('; ')
    return new AssetError('ASSET_GATEWAYS', {
      step: 'gateway',
      message: `no gateway leads to ${endpoint.host}:${endpoint.port} (${told})`,
      next: parts[0]?.fault.next ?? '',
      facts: { address: `${endpoint.host}:${endpoint.port}` },
      parts,
    })
  }
}

const nameOf = (route: Route): string => route.map(({ name }) => name).join(' > ')
