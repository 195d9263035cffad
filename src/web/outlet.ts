/** What is used of an Engine.IO connection to know whether it takes more; all of it is its documented API. */
export interface Connection {
  readonly readyState: string
  on(event: 'packetCreate' | 'flush' | 'drain' | 'close', listener: () => void): unknown
}

/**
 * Knows whether a connection has taken what it was given. Whoever waits for that keeps at most one batch in it, so that
 * a browser that does not read stops the asset behind its rooms.
 */
export class Outlet {
  readonly #connection: Connection
  #full = false
  #waiting: Array<() => void> = []

  constructor(connection: Connection) {
    this.#connection = connection
    connection.on('packetCreate', () => {
      this.#full = true
    })
    // Comes in the same turn when the transport is free, else when it is so again.
    connection.on('flush', () => {
      this.#full = false
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
