import { PassThrough, Readable, Writable } from 'node:stream'
import type { AssetChannel, AssetConnection, IncomingConnection, Listening } from '../asset/connection.ts'
import type { Endpoint } from '../asset/destination.ts'
import type { Clock } from '../base/clock.ts'
import { Fault } from '../base/fault.ts'
import { Scope } from '../base/scope.ts'
import type { Target } from '../core/model.ts'
import { auditEvent, type Log } from '../log.ts'
import { type Exit, saneSize, type Terminal } from '../terminal/terminal.ts'
import type { Principal } from './principal.ts'
import type { SessionRequest, SessionService } from './session.ts'
import { type Pace, type Peer, splice, type Traffic } from './splice.ts'

export interface TunnelParts {
  readonly sessions: Pick<SessionService, 'open' | 'throttle'>
  readonly principal: Principal
  readonly target: Target
  /** What the record calls it. */
  readonly name: string
  /** Instead of logging in there. */
  readonly connect?: SessionRequest['connect']
  /** Fires when the person's connection is gone. */
  readonly gone: AbortSignal
  readonly clock: Clock
  readonly log: Log
}

/** A connection through a tunnel that waits for its other end. */
export interface Forwarded {
  readonly asset: AssetChannel
  /** Joins both ends until they have ended; resolves then. */
  join(peer: Peer): Promise<void>
}

class TunnelError extends Fault<'SESSION_TUNNEL'> {
  override readonly name = 'TunnelError'
}

/** A line is written this often while bytes move: the record tells of long connections early, and they are not idle. */
const REPORT_MS = 60_000

/**
 * The connections forwarded for one login, as one session: asked for, recorded, watched and ended like any other. It
 * begins with the first connection and ends with the login; its replay is a list of what was opened by whom, and of
 * how many bytes went each way.
 */
export class Tunnel {
  readonly #parts: TunnelParts
  #live: Promise<Live> | undefined
  #count = 0

  constructor(parts: TunnelParts) {
    this.#parts = parts
  }

  /** Lets the asset connect to `to`. Rejects with a Fault when the session or the connection cannot begin. */
  async forward(to: Endpoint, from: Endpoint): Promise<Forwarded> {
    const live = await this.#session()
    const asset = await tcpOf(live.connection).forward(to, from)
    return this.#forwarded(
      live,
      asset,
      `to ${shown(to)} from ${this.#parts.principal.remoteAddr} (${shown(from)})`,
    )
  }

  /** Lets the asset listen at `at`; each connection there is handed over, to be joined or rejected. */
  async listen(
    at: Endpoint,
    onConnection: (incoming: IncomingConnection, accept: () => Forwarded) => void,
  ): Promise<Listening> {
    const live = await this.#session()
    const listening = await tcpOf(live.connection).listen(at, (incoming) =>
      onConnection(incoming, () =>
        this.#forwarded(live, incoming.accept(), `at ${shown(at)} from ${shown(incoming.from)}`),
      ),
    )
    live.tell(`the asset listens at ${shown({ ...at, port: listening.port })}`)
    return live.listens(listening)
  }

  #forwarded(live: Live, asset: AssetChannel, what: string): Forwarded {
    this.#count += 1
    const name = `#${this.#count}`
    const { clock } = this.#parts
    const began = clock.monotonic()
    live.tell(`${name} opened ${what}`)
    live.opened(asset)
    const join = async (peer: Peer): Promise<void> => {
      const traffic: Traffic = { sent: 0, received: 0 }
      using _report = repeat(clock, () => {
        if (live.noteProgress(traffic)) live.tell(`${name} goes on: ${bytesOf(traffic)}`)
      })
      await splice(peer, asset, { traffic, pace: live.pace })
      const seconds = ((clock.monotonic() - began) / 1000).toFixed(1)
      live.tell(`${name} closed ${what}: ${bytesOf(traffic)} in ${seconds} s`)
      const { principal, target, log } = this.#parts
      const facts = { user: principal.user.username, asset: target.asset.hostname, what }
      auditEvent(
        log,
        'forward',
        { ...facts, ...traffic, seconds: Number(seconds) },
        'a forwarded connection ended',
      )
    }
    return { asset, join }
  }

  #session(): Promise<Live> {
    this.#live ??= this.#open().catch((error: unknown) => {
      this.#live = undefined
      throw error
    })
    return this.#live
  }

  #open(): Promise<Live> {
    const { sessions, principal, target, name, connect, gone, clock, log } = this.#parts
    const lines = new PassThrough()
    let live: Live | undefined
    return new Promise((resolve, reject) => {
      const program = async (connection: AssetConnection): Promise<AssetChannel> => {
        live = new Live(connection, { lines, clock, throttle: sessions.throttle })
        resolve(live)
        return listChannel(lines, connection)
      }
      const request = { terminal: nobody(gone), principal, target, command: name, program, connect }
      sessions
        .open(request)
        .then(
          (ending) => log.debug({ ending: ending.kind }, 'forwarding ended'),
          (error: unknown) => reject(error),
        )
        .finally(() => {
          this.#live = undefined
          lines.end()
          reject(ended())
          live?.close().catch((err: unknown) => log.debug({ err }, 'a listener of the asset did not close'))
        })
    })
  }
}

const ended = (): TunnelError =>
  new TunnelError('SESSION_TUNNEL', {
    step: 'forward',
    message: 'the session for forwarding ended before it began',
    next: 'log in again',
  })

/** A tunnel's session while it runs. */
class Live {
  readonly connection: AssetConnection
  /** Of all connections of the session together. */
  readonly pace: Pace
  readonly #scope = new Scope()
  readonly #lines: PassThrough
  readonly #clock: Clock
  readonly #seen = new WeakMap<Traffic, number>()
  readonly #channels = new Set<AssetChannel>()
  readonly #listening = new Set<Listening>()
  #closed = false

  constructor(
    connection: AssetConnection,
    { lines, clock, throttle }: { lines: PassThrough; clock: Clock; throttle: SessionService['throttle'] },
  ) {
    this.connection = connection
    this.#lines = lines
    this.#clock = clock
    this.pace = { sent: throttle?.(this.#scope), received: throttle?.(this.#scope) }
  }

  tell(text: string): void {
    if (this.#lines.writable) this.#lines.write(`${new Date(this.#clock.now()).toISOString()}  ${text}\r\n`)
  }

  /** A forwarded connection ends with the session, also where its asset connection goes on for others. */
  opened(asset: AssetChannel): void {
    this.#channels.add(asset)
    if (this.#closed) asset.close()
    void asset.closed.then(() => this.#channels.delete(asset))
  }

  /** The same of what the asset listens at. */
  async listens(listening: Listening): Promise<Listening> {
    this.#listening.add(listening)
    const end = async (): Promise<void> => {
      if (this.#listening.delete(listening)) await listening[Symbol.asyncDispose]()
    }
    if (this.#closed) await end()
    return { port: listening.port, [Symbol.asyncDispose]: end }
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#scope.close()
    for (const asset of this.#channels) asset.close()
    const listening = [...this.#listening]
    this.#listening.clear()
    await Promise.all(listening.map((each) => each[Symbol.asyncDispose]()))
  }

  /** Did bytes move since the last time? */
  noteProgress(traffic: Traffic): boolean {
    const total = traffic.sent + traffic.received
    const moved = total !== (this.#seen.get(traffic) ?? 0)
    this.#seen.set(traffic, total)
    return moved
  }
}

function tcpOf({ tcp, address }: AssetConnection) {
  if (tcp) return tcp
  throw new TunnelError('SESSION_TUNNEL', {
    step: 'forward',
    message: `the connection to ${address} cannot forward`,
    next: 'use an account for SSH',
  })
}

/** The list of connections as a program: its output is what is recorded. It ends with the connection. */
function listChannel(lines: PassThrough, connection: AssetConnection): AssetChannel {
  const closed = connection.closed.then((): Exit => {
    lines.end()
    return { kind: 'none' }
  })
  return {
    output: lines,
    errors: Readable.from([]),
    input: new Writable({ write: (_bytes, _encoding, done) => done() }),
    resize: () => {},
    signal: () => {},
    closed,
    close: () => void lines.destroy(),
  }
}

/** Nobody looks at the list while it is made, and there is nothing to type. */
function nobody(gone: AbortSignal): Terminal {
  const nowhere = () => new Writable({ write: (_bytes, _encoding, done) => done() })
  const nothing = { [Symbol.dispose]: () => {} }
  return {
    input: new Readable({ read: () => {} }),
    output: nowhere(),
    errors: nowhere(),
    pty: undefined,
    size: saneSize(0, 0),
    onResize: () => nothing,
    onSignal: () => nothing,
    gone,
    end: async () => {},
  }
}

function repeat(clock: Clock, task: () => void): Disposable {
  let timer = clock.after(REPORT_MS, tick)
  function tick(): void {
    task()
    timer = clock.after(REPORT_MS, tick)
  }
  return { [Symbol.dispose]: () => timer[Symbol.dispose]() }
}

const shown = ({ host, port }: Endpoint): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
const bytesOf = ({ sent, received }: Traffic): string => `${sent} bytes sent, ${received} received`
