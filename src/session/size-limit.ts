export interface SizeLimitOptions {
  /** Bytes a session may show, which are those its recording keeps; 0: any number. */
  readonly limitBytes: number
  readonly onWarning: () => void
  readonly onEnd: () => void
}

/** The share at which the warning comes. */
const WARNING_AT = 0.9

/**
 * Ends what has shown as much as it may, with a warning at nine tenths of that. A recording is never cut while its
 * session runs: what is on its way then is still recorded.
 */
export class SizeLimit {
  readonly #options: SizeLimitOptions
  #bytes = 0
  #next: number

  constructor(options: SizeLimitOptions) {
    this.#options = options
    this.#next = options.limitBytes > 0 ? options.limitBytes * WARNING_AT : Number.POSITIVE_INFINITY
  }

  /** So many more; one comparison while there is room. */
  shown(bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes >= this.#next) this.#reached()
  }

  #reached(): void {
    const { limitBytes, onWarning, onEnd } = this.#options
    if (this.#bytes >= limitBytes) {
      this.#next = Number.POSITIVE_INFINITY
      onEnd()
    } else {
      this.#next = limitBytes
      onWarning()
    }
  }
}
