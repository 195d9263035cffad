/** Pauses between tries, in ms: doubling from `first` to `most`, each drawn from its upper half (jitter). */
export class Backoff {
  readonly #first: number
  readonly #most: number
  readonly #random: () => number
  #next: number

  constructor({ first = 500, most = 30_000, random = Math.random } = {}) {
    this.#first = first
    this.#most = most
    this.#random = random
    this.#next = first
  }

  /** The pause before the next try. */
  next(): number {
    const pause = this.#next
    this.#next = Math.min(this.#most, pause * 2)
    return pause * (0.5 + this.#random() / 2)
  }

  /** To be called after a success. */
  reset(): void {
    this.#next = this.#first
  }
}
