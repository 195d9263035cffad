import type { GatewayOptions } from '../asset-options/asset-options.ts'
import type { Clock } from '../base/clock.ts'
import type { Gateway } from '../core/model.ts'
import { AssetError } from './asset-error.ts'

/** A way to a domain's assets: gateways from here to there, the last one dials the asset. */
export type Route = readonly [Gateway, ...Gateway[]]

/**
 * The ways that the gateways of a domain make. One that another goes through is only a hop: what has its addresses
 * beyond may mean other machines.
 * @throws {AssetError} ASSET_GATEWAY where there is none
 */
export function routesOf(
  gateways: readonly Gateway[],
  optionsOf: (gateway: Gateway) => Pick<GatewayOptions, 'through'>,
): readonly Route[] {
  const outerOf = (gateway: Gateway): string | undefined => optionsOf(gateway).through
  const hops = new Set(gateways.map(outerOf))
  const last = gateways.filter(({ name }) => !hops.has(name))
  if (gateways.length > 0 && last.length === 0) throw circle(gateways)
  return last.map((gateway) => routeTo(gateway, gateways, outerOf))
}

function routeTo(
  last: Gateway,
  gateways: readonly Gateway[],
  outerOf: (gateway: Gateway) => string | undefined,
): Route {
  let route: Route = [last]
  for (let name = outerOf(last); name !== undefined; name = outerOf(route[0])) {
    const outer = gateways.find((each) => each.name === name)
    if (!outer) throw noHop(route[0], name)
    if (route.includes(outer)) throw circle(route)
    route = [outer, ...route]
  }
  return route
}

const circle = (gateways: readonly Gateway[]): AssetError =>
  new AssetError('ASSET_GATEWAY', {
    step: 'gateway',
    message: `gateways lead through each other in a circle: ${gateways.map(({ name }) => name).join(', ')}`,
    next: 'Correct the option "through" of one of them.',
  })

const noHop = ({ name }: Gateway, through: string): AssetError =>
  new AssetError('ASSET_GATEWAY', {
    step: 'gateway',
    message: `gateway ${name} leads through ${through}, which is no gateway of this domain`,
    next: 'Correct the option "through", or add the gateway to the domain.',
  })

/** Gateways remembered. */
const MOST_REMEMBERED = 1000

interface Health {
  /** ms of the monotonic clock. */
  readonly at: number
  readonly good: boolean
}

/** Remembers which gateways let us in, to begin with those. */
export class GatewayHealth {
  readonly #clock: Clock
  readonly #last = new Map<string, Health>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  note({ id }: Gateway, good: boolean): void {
    this.#last.delete(id)
    this.#last.set(id, { at: this.#clock.monotonic(), good })
    const [oldest] = this.#last.keys()
    if (this.#last.size > MOST_REMEMBERED && oldest !== undefined) this.#last.delete(oldest)
  }

  /** Last good first; then those not tried yet, in their order; then the failed ones, longest ago first. */
  inOrder(routes: readonly Route[]): readonly Route[] {
    const rank = (route: Route): number => {
      const states = route.map(({ id }) => this.#last.get(id))
      const failed = states.find((state) => state?.good === false)
      if (failed) return 1 + failed.at
      const newest = Math.max(...states.map((state) => state?.at ?? Number.NEGATIVE_INFINITY))
      return newest === Number.NEGATIVE_INFINITY ? 0 : -1 - newest
    }
    return routes.toSorted((one, other) => rank(one) - rank(other))
  }

  /** For `doctor`: undefined: not tried since the start. */
  of({ id }: Gateway): boolean | undefined {
    return this.#last.get(id)?.good
  }
}
