import { createHash } from 'node:crypto'
import type { AssetOptions } from '../asset-options/asset-options.ts'
import type { Clock } from '../base/clock.ts'
import type { Prepared } from '../core/model.ts'
import type { Log } from '../log.ts'
import { AssetError } from './asset-error.ts'
import type { AssetChannel, AssetConnection, PtyRequest, TcpForwarding } from './connection.ts'

/** Connections kept for others at once, on this node. */
const MOST_SHARED = 1000

type ReuseOptions = Pick<AssetOptions, 'reuse_minutes' | 'reuse_idle_seconds'>

/** An open connection that several sessions of one person use. */
interface Shared {
  readonly key: string
  readonly connection: AssetConnection
  /** ms of the monotonic clock. */
  readonly openedAt: number
  users: number
  /** The asset opened no further channel: it takes none until one is closed. */
  full: boolean
  /** No new session: too old, or gone. */
  retired: boolean
  idle: Disposable | undefined
}

/** What makes two sessions want the same connection. */
export interface Wanted {
  readonly prepared: Prepared
  readonly client: { readonly userId: string; readonly remoteAddr: string }
}

export interface Reusing {
  readonly request: Wanted
  readonly options: ReuseOptions
  readonly connect: () => Promise<AssetConnection>
}

/**
 * Connections that are used again by the same person, from the same address, for the same asset and account and with
 * the same secrets: a changed password is another connection. Whether that is still granted was asked before.
 */
export class ConnectionPool {
  readonly #clock: Clock
  readonly #log: Log
  readonly #shared = new Map<string, Set<Shared>>()
  #count = 0

  constructor(clock: Clock, log: Log) {
    this.#clock = clock
    this.#log = log
  }

  /** A lease on a connection that is open, or on a new one. */
  async lease(reusing: Reusing): Promise<{ readonly connection: AssetConnection; readonly reused: boolean }> {
    const key = keyOf(reusing.request)
    const open = this.#usable(key, reusing.options)
    if (open) return { connection: new Lease(this, open, reusing), reused: true }
    return { connection: new Lease(this, await this.open(key, reusing), reusing), reused: false }
  }

  async open(key: string, { connect }: Reusing): Promise<Shared> {
    const connection = await connect()
    const openedAt = this.#clock.monotonic()
    const shared: Shared = {
      key,
      connection,
      openedAt,
      users: 0,
      full: false,
      retired: false,
      idle: undefined,
    }
    if (this.#count >= MOST_SHARED) shared.retired = true
    else this.#add(shared)
    void connection.closed.then(() => this.#remove(shared))
    return shared
  }

  take(shared: Shared): void {
    shared.users++
    shared.idle?.[Symbol.dispose]()
    shared.idle = undefined
  }

  /** Resolves when the connection is gone, where this was its last use and nobody will want it again. */
  async give(shared: Shared, { reuse_idle_seconds }: ReuseOptions): Promise<void> {
    shared.users--
    shared.full = false
    if (shared.users > 0) return
    if (shared.retired || reuse_idle_seconds === 0) return await this.#end(shared)
    shared.idle = this.#clock.after(reuse_idle_seconds * 1000, () => {
      this.#end(shared).catch((err: unknown) =>
        this.#log.debug({ err }, 'an idle asset connection ended badly'),
      )
    })
  }

  #usable(key: string, { reuse_minutes }: ReuseOptions): Shared | undefined {
    const oldest = this.#clock.monotonic() - reuse_minutes * 60_000
    for (const shared of this.#shared.get(key) ?? []) {
      if (shared.openedAt < oldest) this.#retire(shared)
      else if (!shared.full) return shared
    }
    return undefined
  }

  #retire(shared: Shared): void {
    this.#remove(shared)
    if (shared.users === 0) void this.#end(shared)
  }

  async #end(shared: Shared): Promise<void> {
    this.#remove(shared)
    await shared.connection[Symbol.asyncDispose]()
  }

  #add(shared: Shared): void {
    const all = this.#shared.get(shared.key) ?? new Set()
    this.#shared.set(shared.key, all.add(shared))
    this.#count++
  }

  #remove(shared: Shared): void {
    shared.retired = true
    shared.idle?.[Symbol.dispose]()
    const all = this.#shared.get(shared.key)
    if (!all?.delete(shared)) return
    this.#count--
    if (all.size === 0) this.#shared.delete(shared.key)
  }

  /** Ends what nobody uses now; what is used ends with its last session. */
  async [Symbol.asyncDispose](): Promise<void> {
    const all = [...this.#shared.values()].flatMap((each) => [...each])
    for (const shared of all) this.#remove(shared)
    await Promise.all(all.filter(({ users }) => users === 0).map((shared) => this.#end(shared)))
  }
}

/** One session's share of a connection. */
class Lease implements AssetConnection {
  readonly #pool: ConnectionPool
  readonly #reusing: Reusing
  /** That of the first connection: what forwards opens no sessions, so it never moves to another. */
  readonly tcp?: TcpForwarding
  #shared: Shared
  #given = false

  constructor(pool: ConnectionPool, shared: Shared, reusing: Reusing) {
    this.#pool = pool
    this.#reusing = reusing
    this.#shared = shared
    if (shared.connection.tcp) this.tcp = shared.connection.tcp
    pool.take(shared)
  }

  get address(): string {
    return this.#shared.connection.address
  }

  get account(): string {
    return this.#shared.connection.account
  }

  get closed(): AssetConnection['closed'] {
    return this.#shared.connection.closed
  }

  shell(pty: PtyRequest | undefined): Promise<AssetChannel> {
    return this.#open((connection) => connection.shell(pty))
  }

  exec(command: string, pty: PtyRequest | undefined): Promise<AssetChannel> {
    return this.#open((connection) => connection.exec(command, pty))
  }

  subsystem(name: string): Promise<AssetChannel> {
    return this.#open((connection) => connection.subsystem(name))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#given) return
    this.#given = true
    await this.#pool.give(this.#shared, this.#reusing.options)
  }

  /** An asset allows so many sessions on a connection (MaxSessions); for one more there is a second connection. */
  async #open(open: (connection: AssetConnection) => Promise<AssetChannel>): Promise<AssetChannel> {
    try {
      return await open(this.#shared.connection)
    } catch (error) {
      if (!isFull(error) || this.#shared.users < 2) throw error
      this.#shared.full = true
      const full = this.#shared
      this.#shared = await this.#pool.open(full.key, this.#reusing)
      this.#pool.take(this.#shared)
      full.users--
      return await open(this.#shared.connection)
    }
  }
}

const isFull = (error: unknown): boolean => error instanceof AssetError && error.code === 'ASSET_FULL'

function keyOf({ prepared, client }: Wanted): string {
  const { target, credentials } = prepared
  const secrets = [credentials.username, credentials.password?.reveal(), credentials.privateKey?.reveal()]
  const hash = createHash('sha256').update(JSON.stringify(secrets)).digest('base64')
  return JSON.stringify([client.userId, target.asset.id, target.systemUser.id, client.remoteAddr, hash])
}
