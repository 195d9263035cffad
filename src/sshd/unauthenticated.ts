import { sourceOf } from '../base/ip-address.ts'

interface Place {
  readonly drop: () => void
}

export interface UnauthenticatedLimits {
  /** In all. */
  readonly most: number
  /** From one IPv4 address or IPv6 /64. */
  readonly mostPerSource: number
}

/**
 * The connections that have not logged in. At a limit the oldest one of the source that has most of them goes, so
 * whoever fills the room pays for it and a newcomer is never turned away for others' sake.
 */
export class Unauthenticated {
  readonly #limits: UnauthenticatedLimits
  /** Sets keep the order of arrival. */
  readonly #sources = new Map<string, Set<Place>>()
  #count = 0

  constructor(limits: UnauthenticatedLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#count
  }

  /** Takes a place; dispose it after the login or at the end. `drop` is called when it is taken away. */
  enter(remoteAddr: string, drop: () => void): Disposable {
    const source = sourceOf(remoteAddr)
    if ((this.#sources.get(source)?.size ?? 0) >= this.#limits.mostPerSource) this.#dropOldest(source)
    return this.#place(source, drop)
  }

  /** A connection of a load balancer whose client is not known yet: many come at once from one address. */
  enterProxied(peer: string, drop: () => void): Disposable {
    return this.#place(`proxy ${peer}`, drop)
  }

  #place(source: string, drop: () => void): Disposable {
    if (this.#count >= this.#limits.most) this.#dropOldest(this.#fullest())
    const place = { drop }
    const places = this.#sources.get(source) ?? new Set()
    this.#sources.set(source, places.add(place))
    this.#count += 1
    return { [Symbol.dispose]: () => this.#leave(source, place) }
  }

  #dropOldest(source: string): void {
    const [oldest] = this.#sources.get(source) ?? []
    if (!oldest) return
    this.#leave(source, oldest)
    oldest.drop()
  }

  #leave(source: string, place: Place): void {
    const places = this.#sources.get(source)
    if (!places?.delete(place)) return
    this.#count -= 1
    if (places.size === 0) this.#sources.delete(source)
  }

  #fullest(): string {
    let fullest = ''
    let most = 0
    for (const [source, { size }] of this.#sources) if (size > most) [fullest, most] = [source, size]
    return fullest
  }
}
