import type { WebSocket } from 'ws'
import type { Log } from '../log.ts'
import { Budget } from './budget.ts'
import { LARGE_FRAME, limitFrames, SMALL_FRAME } from './frame-limit.ts'
import { type Connection, Outlet, type OutletLimit } from './outlet.ts'
import type { Identities, Identity, Visitor } from './visitor.ts'

export interface GuestParts {
  readonly visitor: Visitor
  readonly identities: Identities
  readonly budget: Budget
  readonly log: Log
}

/** Bytes of one connection that may wait for assets. */
const MOST_WAITING = LARGE_FRAME
const MOST_EVENTS_A_SECOND = 2_000
/** What may wait for a browser that does not fetch it: of a person as much as their tabs' windows, of others a little. */
const PERSON_LIMIT: OutletLimit = { packets: 8_192, bytes: 64 * 1024 * 1024 }
const STRANGER_LIMIT: OutletLimit = { packets: 512, bytes: 1024 * 1024 }
/** Tabs of one connection. */
export const MOST_ROOMS = 128

/** One Engine.IO connection: all namespaces and rooms of one page, and the person behind them. */
export class Guest {
  readonly visitor: Visitor
  readonly budget: Budget
  readonly #parts: GuestParts
  readonly #gone = new AbortController()
  readonly #websockets: WebSocket[] = []
  #outlet: Outlet | undefined
  #identity: Identity | undefined
  /** Why this one gets no rooms although it is known who it is. */
  tooMany = false
  #second = 0
  #events = 0

  constructor(parts: GuestParts) {
    this.#parts = parts
    this.visitor = parts.visitor
    this.budget = new Budget(MOST_WAITING, parts.budget)
  }

  /** As it was last found out. */
  get identity(): Identity | undefined {
    return this.#identity
  }

  get frameLimit(): number {
    return this.#identity ? LARGE_FRAME : SMALL_FRAME
  }

  /** The connection stands. */
  enter(connection: Connection): void {
    const limit = (): OutletLimit => (this.#identity ? PERSON_LIMIT : STRANGER_LIMIT)
    const { log } = this.#parts
    this.#outlet = new Outlet(connection, limit, () =>
      log.warn(
        { login: this.visitor.loginId },
        'a browser does not fetch what it asked for: connection closed',
      ),
    )
  }

  /** Resolves when the browser may be sent more. */
  async taken(): Promise<void> {
    await this.#outlet?.taken()
  }

  /** Fires when the connection is gone. */
  get gone(): AbortSignal {
    return this.#gone.signal
  }

  /** Who it is now: a login may have ended since. Undefined: nobody. Throws when core cannot say. */
  async identify(signal: AbortSignal): Promise<Identity | undefined> {
    const { identities, visitor } = this.#parts
    this.#trust(await identities.identify(visitor, signal))
    return this.#identity
  }

  /** The same at the handshake, where core's silence is no reason to refuse: luna could not show it. */
  async greet(signal: AbortSignal): Promise<void> {
    try {
      await this.identify(signal)
    } catch (err) {
      this.#parts.log.info({ err }, 'a browser could not be identified yet')
    }
  }

  /** A websocket of this connection was opened. */
  opened(websocket: WebSocket): void {
    this.#websockets.push(websocket)
    limitFrames(websocket, this.frameLimit)
  }

  /** Counts one event; false: that was too many for this second. `now`: monotonic ms. */
  mayGoOn(now: number): boolean {
    const second = Math.floor(now / 1000)
    if (second !== this.#second) this.#events = 0
    this.#second = second
    this.#events += 1
    return this.#events <= MOST_EVENTS_A_SECOND
  }

  leave(): void {
    this.#gone.abort()
    this.#websockets.length = 0
  }

  #trust(identity: Identity | undefined): void {
    this.#identity = identity
    for (const websocket of this.#websockets) limitFrames(websocket, this.frameLimit)
  }
}
