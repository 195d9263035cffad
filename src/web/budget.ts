/**
 * Bytes that may wait between browsers and assets, for one connection and for all. The web's protocols cannot be told
 * to wait, so what goes beyond is refused.
 */
export class Budget {
  readonly #most: number
  readonly #above: Budget | undefined
  #used = 0

  constructor(most: number, above?: Budget) {
    this.#most = most
    this.#above = above
  }

  get used(): number {
    return this.#used
  }

  /** False, and nothing taken, when it would be too much. */
  take(bytes: number): boolean {
    if (this.#used + bytes > this.#most || this.#above?.take(bytes) === false) return false
    this.#used += bytes
    return true
  }

  release(bytes: number): void {
    this.#used -= bytes
    this.#above?.release(bytes)
  }
}
