/** What of a session goes to core: the facts (that it is, its commands, its end), and when those are there the replay. */
export type Lane = 'facts' | 'replay'

/**
 * Who is next. Facts go before any replay, and replays take half of the places at most: a long one, which takes minutes
 * to convert and to send, must not keep core from hearing that other sessions are over.
 */
export class DeliveryLanes<T> {
  readonly #waiting: Readonly<Record<Lane, T[]>> = { facts: [], replay: [] }
  readonly #running: Record<Lane, number> = { facts: 0, replay: 0 }

  push(lane: Lane, item: T): void {
    this.#waiting[lane].push(item)
  }

  /** The next one that may run when `width` may in all; its place is given back by `done`. */
  take(width: number): { readonly item: T; readonly done: () => void } | undefined {
    const { facts, replay } = this.#running
    if (facts + replay >= width) return undefined
    return this.#takeFrom('facts') ?? (replay < Math.ceil(width / 2) ? this.#takeFrom('replay') : undefined)
  }

  #takeFrom(lane: Lane): { readonly item: T; readonly done: () => void } | undefined {
    const item = this.#waiting[lane].shift()
    if (item === undefined) return undefined
    this.#running[lane] += 1
    return {
      item,
      done: () => {
        this.#running[lane] -= 1
      },
    }
  }
}
