/** What is used of an Engine.IO connection to know whether it takes more; all of it is its documented API. */
export interface Connection {
  readonly readyState: string
  on(event: 'packetCreate', listener: (packet: { readonly data?: unknown }) => void): unknown
  on(event: 'flush' | 'drain' | 'close', listener: () => void): unknown
  /** True: without waiting for what was not fetched. */
  close(discard: boolean): void
}

/** What may wait for a browser. Whoever waits for `taken` stays far below it. */
export interface OutletLimit {
  readonly packets: number
  readonly bytes: number
}

/**
 * Knows whether a connection has taken what it was given. Whoever waits for that keeps at most one batch in it, so that
 * a browser that does not read stops the asset behind its rooms. What is not waited for (answers to events) has a
 * bound: a browser that asks and never fetches is cut.
 */
export class Outlet {
  readonly #connection: Connection
  #full = false
  #packets = 0
  #bytes = 0
  #waiting: Array<() => void> = []

  /** `limit` is asked at each packet. `onCut` is told when the connection was closed for it. */
  constructor(connection: Connection, limit: () => OutletLimit, onCut: () => void) {
    this.#connection = connection
    connection.on('packetCreate', ({ data }) => {
      this.#full = true
      this.#packets += 1
      this.#bytes += lengthOf(data)
      const most = limit()
      if (this.#packets <= most.packets && this.#bytes <= most.bytes) return
      onCut()
      connection.close(true)
    })
    // Comes in the same turn when the transport is free, else when it is so again.
    connection.on('flush', () => {
      this.#full = false
      this.#packets = 0
      this.#bytes = 0
    })
    connection.on('drain', () => this.#release())
    connection.on('close', () => this.#release())
  }

  taken(): Promise<void> {
    if (!this.#full || this.#connection.readyState !== 'open') return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #release(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}

const lengthOf = (data: unknown): number =>
  typeof data === 'string' || data instanceof Uint8Array ? data.length : 0
