import { randomUUID } from 'node:crypto'
import type { AssetConnection } from '../asset/connection.ts'
import type { ConnectRequest } from '../asset/connector.ts'
import type { Audit, Recording } from '../audit/audit.ts'
import type { Clock } from '../base/clock.ts'
import type { AppService } from '../core/app-service.ts'
import type { CommandRule, Target } from '../core/model.ts'
import { auditEvent, type Log, withLogContext } from '../log.ts'
import type { PermissionWatch } from '../policy/permission-watch.ts'
import type { Activity } from '../session/activity.ts'
import { detailOf, type Ending, exitOf, orderOf } from '../session/ending.ts'
import type { Principal } from '../session/principal.ts'
import type { SessionRegistry } from '../session/registry.ts'
import { beginRecord, recordOf } from '../session/session-record.ts'
import { Grants } from './grants.ts'

export interface FileSessionDeps {
  readonly core: Pick<AppService, 'prepare' | 'permission' | 'createSession'>
  /** Opens a connection to the prepared target; AssetError when it cannot. */
  readonly connect: (request: ConnectRequest, signal: AbortSignal) => Promise<AssetConnection>
  readonly audit: Audit
  readonly registry: SessionRegistry
  readonly permissions: Pick<PermissionWatch, 'watch'>
  readonly clock: Clock
  readonly log: Log
  /** Minutes without a request that end a session with open files; 0: never. */
  readonly idleMinutes: () => number
  /** Minutes of core's silence that end a session; 0: never. */
  readonly outageMinutes: number
}

/** A connection on which nothing is open is kept for so long, for the next request. */
const UNUSED_MINUTES = 5
const MINUTE_MS = 60_000
/** What a replay of it looks like. */
const SIZE = { columns: 120, rows: 30 }

/**
 * One connection to an asset for files, as a session like any other: core knows it, the registry counts and ends it, a
 * withdrawn grant or core's long silence ends it, and what is done is recorded.
 */
export class FileSession {
  readonly id: string
  readonly target: Target
  readonly connection: AssetConnection
  readonly recording: Recording
  /** The name on the asset. */
  readonly account: string
  readonly grants: Grants
  /** For commands; files by themselves are none. */
  readonly rules: readonly CommandRule[]
  readonly #clock: Clock
  readonly #ended = new AbortController()
  readonly #left = new AbortController()
  #lastUse: number
  #open = 0
  #ending: Ending | undefined

  constructor(
    parts: Pick<FileSession, 'id' | 'target' | 'connection' | 'recording' | 'account' | 'grants' | 'rules'>,
    clock: Clock,
  ) {
    this.id = parts.id
    this.target = parts.target
    this.connection = parts.connection
    this.recording = parts.recording
    this.account = parts.account
    this.grants = parts.grants
    this.rules = parts.rules
    this.#clock = clock
    this.#lastUse = clock.monotonic()
  }

  /** Opens one. Throws the Fault that stopped it: no permission, no connection, no record, a limit. */
  static open(
    deps: FileSessionDeps,
    who: { principal: Principal; target: Target },
    signal: AbortSignal,
  ): Promise<FileSession> {
    const id = randomUUID()
    const session = { id, ...who, startedAt: deps.clock.now() }
    return new Promise((resolve, reject) => {
      void withLogContext({ session: id }, () =>
        deps.registry
          .run(session, (orders, { activity }) =>
            run({ deps, who, id, orders, activity, signal, onOpen: resolve }),
          )
          .catch(reject),
      )
    })
  }

  /** Why it ended; undefined while it runs. */
  get ending(): Ending | undefined {
    return this.#ending
  }

  /** Fires at the end. What still has to be recorded is told in its listeners. */
  get ended(): AbortSignal {
    return this.#ended.signal
  }

  /** A request came. */
  touch(): void {
    this.#lastUse = this.#clock.monotonic()
  }

  /** A file is open: the connection is kept for longer. Dispose when it is closed. */
  hold(): Disposable {
    this.#open += 1
    let held = true
    return {
      [Symbol.dispose]: () => {
        if (held) this.#open -= 1
        held = false
        this.touch()
      },
    }
  }

  /** Nobody needs it any more. */
  leave(): void {
    this.#left.abort()
  }

  /** Waits for whatever ends it first, and tells. */
  async over(deps: FileSessionDeps, orders: AbortSignal): Promise<Ending> {
    const stop = new AbortController()
    const ending = await new Promise<Ending>((resolve) => {
      const on = (signal: AbortSignal, ending: () => Ending): void => {
        if (signal.aborted) resolve(ending())
        else signal.addEventListener('abort', () => resolve(ending()), { once: true, signal: stop.signal })
      }
      on(orders, () => orderOf(orders.reason))
      on(this.#left.signal, () => ({ kind: 'left' }))
      on(this.recording.failed, () => ({ kind: 'record-failed', cause: this.recording.failed.reason }))
      void this.connection.closed.then(({ cause }) => resolve({ kind: 'asset-lost', cause }))
      this.#watchIdle(deps, stop.signal, (minutes) => resolve({ kind: 'idle', minutes }))
    })
    stop.abort()
    this.#ending = ending
    this.#ended.abort()
    return ending
  }

  #watchIdle(deps: FileSessionDeps, stop: AbortSignal, onIdle: (minutes: number) => void): void {
    let timer: Disposable | undefined
    stop.addEventListener('abort', () => timer?.[Symbol.dispose](), { once: true })
    const look = (): void => {
      const minutes = this.#idleLimit(deps.idleMinutes())
      const left = minutes * MINUTE_MS - (this.#clock.monotonic() - this.#lastUse)
      if (minutes > 0 && left <= 0) onIdle(minutes)
      else if (!stop.aborted) timer = this.#clock.after(minutes === 0 ? MINUTE_MS : left, look)
    }
    look()
  }

  /** `most`: what a session may be idle, 0: for ever. */
  #idleLimit(most: number): number {
    if (this.#open > 0) return most
    return most === 0 ? UNUSED_MINUTES : Math.min(most, UNUSED_MINUTES)
  }
}

interface Run {
  readonly deps: FileSessionDeps
  readonly who: { readonly principal: Principal; readonly target: Target }
  readonly id: string
  readonly orders: AbortSignal
  readonly activity: Activity
  readonly signal: AbortSignal
  readonly onOpen: (session: FileSession) => void
}

async function run({ deps, who, id, orders, activity, signal, onOpen }: Run): Promise<Ending> {
  const { core, connect, clock, log, permissions, registry } = deps
  const { principal, target } = who
  const both = AbortSignal.any([orders, signal])
  const prepared = await core.prepare(principal.user, target, both)
  const client = { userId: principal.user.id, remoteAddr: principal.remoteAddr }
  await using connection = await connect({ prepared, client }, both)
  const { account } = connection
  activity.account = account
  const record = recordOf(who, { id, account, at: clock.now() })
  const recording = await beginRecord(deps, { record, kind: 'files', pty: undefined, size: SIZE }, both)
  await using grants = new Grants(deps, principal.user, target)
  using _watch = permissions.watch({ user: principal.user, target, action: 'connect' }, (verdict) =>
    registry.end(
      id,
      verdict === 'denied' ? { kind: 'permission' } : { kind: 'outage', minutes: deps.outageMinutes },
    ),
  )
  const names = { user: principal.user.username, asset: target.asset.hostname, account, kind: 'files' }
  const { remoteAddr, loginFrom: from } = principal
  auditEvent(log, 'session-begin', { ...names, remoteAddr, from }, 'files begin')
  let ending: Ending = { kind: 'asset-lost' }
  activity.phase = 'running'
  activity.recording = 'recording'
  try {
    const session = new FileSession(
      { id, target, connection, recording, account, grants, rules: prepared.rules },
      clock,
    )
    onOpen(session)
    ending = await session.over(deps, orders)
    return ending
  } finally {
    const exit = ending.kind === 'left' ? ({ kind: 'status', code: 0 } as const) : exitOf(ending)
    activity.phase = 'ending'
    await recording.close({ reason: ending.kind, detail: detailOf(ending), exit, at: clock.now() })
    const facts = { ...names, ending: ending.kind, detail: detailOf(ending) }
    auditEvent(log, 'session-end', facts, 'files end')
  }
}
