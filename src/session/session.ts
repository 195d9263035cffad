import { randomUUID } from 'node:crypto'
import type { AssetChannel, AssetConnection, PtyRequest } from '../asset/connection.ts'
import type { ConnectRequest } from '../asset/connector.ts'
import type { Audit, FileLogs, Recording, SessionEnd, SessionFacts } from '../audit/audit.ts'
import type { Clock } from '../base/clock.ts'
import { Scope } from '../base/scope.ts'
import type { AppService } from '../core/app-service.ts'
import type { Prepared, SessionRecord, Target } from '../core/model.ts'
import { auditEvent, type Log, withLogContext } from '../log.ts'
import type { PermissionWatch } from '../policy/permission-watch.ts'
import { AlternateScreen } from '../terminal/alternate-screen.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { AssetLine } from './asset-line.ts'
import { type BridgeEnds, bridge } from './bridge.ts'
import { CommandRules, type CommandRulesDeps } from './command-rules.ts'
import { Connecting } from './connecting.ts'
import { DurationLimit } from './duration.ts'
import { detailOf, type Ending, type EndOrder, exitOf } from './ending.ts'
import { IdleClock } from './idle.ts'
import { type LineOptions, linePartsOf } from './line-parts.ts'
import { type NoticeContext, notice, sayEnding, tellNews } from './notices.ts'
import { pasteGuard, pasteGuardParts } from './paste-guard.ts'
import type { Principal } from './principal.ts'
import type { RunningSession, SessionRegistry } from './registry.ts'
import { beginRecord, recordOf } from './session-record.ts'
import { SizeLimit } from './size-limit.ts'
import type { StageMaker } from './stage.ts'
import { Throttle } from './throttle.ts'

export interface SessionDeps {
  readonly core: Pick<AppService, 'prepare' | 'createSession'>
  /** Opens a connection to the prepared target; AssetError when it cannot. */
  readonly connect: (request: ConnectRequest, signal: AbortSignal) => Promise<AssetConnection>
  readonly audit: Audit
  /** Where files that pass through a terminal go on record. */
  readonly fileLogs: FileLogs
  /** What is set for the asset's end of a terminal's line. */
  readonly lineOptions: (target: Target) => LineOptions
  readonly registry: SessionRegistry
  readonly permissions: Pick<PermissionWatch, 'watch'>
  readonly clock: Clock
  readonly log: Log
  readonly rules: Pick<CommandRulesDeps, 'slow' | 'dryRun'>
  /** Several lines that are pasted at a prompt are shown first. */
  readonly pasteGuard: boolean
  /** Minutes without a key that end a session, as core or the file says now; 0: never. */
  readonly idleMinutes: () => number
  /** Minutes a session may last, as core or the file says now; 0: any time. */
  readonly mostMinutes: () => number
  /** Minutes of core's silence that end a session; 0: never. */
  readonly outageMinutes: number
  /** Bytes a session may record; 0: any number. */
  readonly mostBytes: number
  /** Bytes a second that may go each way of a session; 0: any number. */
  readonly bytesPerSecond: number
}

/** What somebody wants of a target. */
export interface SessionRequest {
  readonly terminal: Terminal
  readonly principal: Principal
  readonly target: Target
  /** A command, or undefined for a login shell. */
  readonly command?: string | undefined
  /** What is opened instead of `command`, which then is how the record calls it: a subsystem, forwarded connections. */
  readonly program?: ((connection: AssetConnection) => Promise<AssetChannel>) | undefined
  /** Instead of logging in there. */
  readonly connect?: SessionDeps['connect'] | undefined
}

/** What a session is once it is connected and recorded. */
interface Begun {
  readonly record: SessionRecord
  readonly request: SessionRequest
  readonly connection: AssetConnection
  readonly recording: Recording
  readonly running: RunningSession
  /** Undefined where there are none. */
  readonly rules: CommandRules | undefined
}

/** Idle warning this long before the end. */
const IDLE_WARNING_MS = 2 * 60_000
/** Warning of the end of the longest time, this long before. */
const DURATION_WARNING_MINUTES = 5

/**
 * Opens sessions: permission, connection, record, and the bridge between them, in an order in which nothing runs on the
 * asset and no byte of it reaches the person before core knows the session and the recorder is ready.
 */
export class SessionService {
  readonly #deps: SessionDeps

  constructor(deps: SessionDeps) {
    this.#deps = deps
  }

  /** Makes what keeps one direction of a session at its bandwidth; undefined: there is no limit. */
  get throttle(): BridgeEnds['throttle'] {
    const { bytesPerSecond, clock } = this.#deps
    return bytesPerSecond > 0 ? (scope) => scope.own(new Throttle(clock, bytesPerSecond)) : undefined
  }

  /**
   * Runs one session to its end. Throws a Fault, for the caller to tell, when it could not begin; an ending of a
   * session that ran is told here.
   */
  open(request: SessionRequest): Promise<Ending> {
    const { clock, registry } = this.#deps
    const { principal, target } = request
    const session = { id: randomUUID(), principal, target, startedAt: clock.now() }
    return withLogContext({ session: session.id }, () =>
      registry.run(session, (orders, running) => this.#run(running, request, orders)),
    )
  }

  async #run(running: RunningSession, request: SessionRequest, orders: AbortSignal): Promise<Ending> {
    const { clock, log } = this.#deps
    const { principal, target } = request
    const { id, activity } = running
    const { connection: opened, prepared } = await this.#connect(request, orders)
    await using connection = opened
    const rules = CommandRules.of(prepared, { ...this.#deps.rules, clock, log, session: id })
    const { account } = connection
    activity.account = account
    const record = recordOf(request, { id, account, at: clock.now() })
    const recording = await beginRecord(this.#deps, this.#facts(record, request), orders)
    const who = { user: principal.user.username, asset: target.asset.hostname, account }
    auditEvent(
      log,
      'session-begin',
      { ...who, remoteAddr: principal.remoteAddr, from: principal.loginFrom },
      'session begins',
    )
    let end: Omit<SessionEnd, 'at'> = { reason: 'asset-lost', exit: { kind: 'none' } }
    activity.recording = 'recording'
    try {
      const ending = await this.#onChannel({ record, request, connection, recording, running, rules }, orders)
      end = { reason: ending.kind, detail: detailOf(ending), exit: exitOf(ending) }
      return ending
    } finally {
      activity.phase = 'ending'
      await recording.close({ ...end, at: clock.now() }) // core knows it, so it ends there whatever happened
      const { input, output } = activity
      auditEvent(
        log,
        'session-end',
        { ...who, ending: end.reason, detail: end.detail, input, output },
        'session ended',
      )
    }
  }

  /** Permission and credentials, then the connection; the person sees how far it is, and may cancel. */
  async #connect(
    request: SessionRequest,
    orders: AbortSignal,
  ): Promise<{ connection: AssetConnection; prepared: Prepared }> {
    const { core, connect, clock } = this.#deps
    const { principal, target, terminal } = request
    // A machine never meets a prompt: only a person with a terminal and no command is shown anything or asked.
    const waits = terminal.pty !== undefined && request.command === undefined
    using dialogue = waits ? new Connecting({ terminal, principal, target, clock }) : undefined
    const signals = [orders, terminal.gone, ...(dialogue ? [dialogue.cancelled] : [])]
    const signal = AbortSignal.any(signals)
    const prepared = await core.prepare(principal.user, target, signal)
    const client = { userId: principal.user.id, remoteAddr: principal.remoteAddr }
    const connection = await (request.connect ?? connect)(
      { prepared, client, dialogue, pty: ptyOf(terminal) },
      signal,
    )
    if (dialogue?.cancelled.aborted) {
      await connection[Symbol.asyncDispose]()
      throw dialogue.cancelled.reason
    }
    dialogue?.done()
    return { connection, prepared }
  }

  #facts(record: SessionRecord, { terminal, command }: SessionRequest): SessionFacts {
    return {
      record,
      kind: command === undefined ? 'shell' : 'exec',
      ...(command === undefined ? {} : { command }),
      pty: terminal.pty,
      size: terminal.size,
    }
  }

  async #onChannel({ connection, ...begun }: Begun, orders: AbortSignal): Promise<Ending> {
    const refused = await this.#refused(begun)
    if (refused) return refused
    const channel = await openChannel(connection, begun.request)
    try {
      return await this.#bridged(begun, channel, orders)
    } finally {
      channel.close()
    }
  }

  /** Rules speak of commands; what runs instead of one has rules of its own. */
  async #refused({
    rules,
    request,
    recording,
    record,
  }: Omit<Begun, 'connection'>): Promise<Ending | undefined> {
    const { command, program, terminal, principal, target } = request
    if (command === undefined || program) return undefined
    const ending = await rules?.exec(command, recording)
    const context = { terminal, principal, screen: new AlternateScreen() }
    const facts = { asset: target.asset.hostname, sessionId: record.id, durationMs: 0 }
    if (ending) sayEnding(context, ending, facts)
    return ending
  }

  async #bridged(
    { record, request, recording, running, rules }: Omit<Begun, 'connection'>,
    asset: AssetChannel,
    orders: AbortSignal,
  ): Promise<Ending> {
    await using scope = new Scope()
    const { terminal, principal, target } = request
    const { clock, registry } = this.#deps
    const screen = new AlternateScreen()
    const context: NoticeContext = { terminal, principal, screen }
    const began = clock.monotonic()
    const idle = scope.own(this.#idleClock(record.id, context))
    scope.own(this.#durationLimit(record.id, context))
    scope.own(terminal.onResize((size) => running.live.resized(size)))
    const { activity, live } = running
    activity.phase = 'running'
    scope.own(
      this.#deps.permissions.watch(
        { user: principal.user, target, action: 'connect' },
        (verdict) => registry.end(record.id, this.#orderFor(verdict)),
        () => notice(context, 'session.outage-near'),
      ),
    )
    const size = this.#sizeLimit(record.id, context)
    const onOutput = (bytes: Buffer): void => {
      activity.shown(bytes.length)
      size.shown(bytes.length)
      live.shown(bytes)
      if (terminal.pty) screen.feed(bytes)
      else idle.touch()
    }
    const line = this.#line({ record, request, recording }, context, idle)
    const ending = await bridge(
      {
        terminal,
        asset,
        recorder: recording,
        onKeys: (bytes) => this.#onKeys(bytes, running, idle),
        onOpen: (type) => scope.own(this.#live({ recording, running }, context, type)),
        onOutput,
        throttle: this.throttle,
        stages: this.#stages({ record, request, recording, rules }, { context, line }),
      },
      orders,
    )
    const durationMs = clock.monotonic() - began
    sayEnding(context, ending, { asset: target.asset.hostname, sessionId: record.id, durationMs })
    return ending
  }

  /** Lets others take part from here on. */
  #live(
    { recording, running }: Pick<Begun, 'recording' | 'running'>,
    context: NoticeContext,
    type: (bytes: Buffer) => boolean,
  ): Disposable {
    return running.live.begin({
      recorder: recording,
      size: context.terminal.size,
      type,
      tell: (news) => tellNews(context, news),
      onWatched: (by, types) =>
        auditEvent(this.#deps.log, 'session-watch', { by, types }, 'a session is watched'),
    })
  }

  /** Only where there is a terminal: elsewhere bytes are a program's, of no encoding known here. */
  #line(
    { record, request, recording }: Pick<Begun, 'record' | 'request' | 'recording'>,
    context: NoticeContext,
    idle: IdleClock,
  ): AssetLine | undefined {
    const { fileLogs, lineOptions, clock, log, registry } = this.#deps
    const { terminal, target, program } = request
    if (!terminal.pty || program) return undefined
    const parts = linePartsOf({
      ...{ record, context, fileLogs, clock, log, recorder: recording, systemUser: target.systemUser },
      options: lineOptions(target),
      onMove: () => idle.touch(),
      onUnrecorded: (cause) => registry.end(record.id, { kind: 'record-failed', cause }),
    })
    return new AssetLine(parts)
  }

  /** Rules see what the asset's own encoding has become, so they stand between the two ends of its line. */
  #stages(
    { record, request, recording, rules }: Pick<Begun, 'record' | 'request' | 'recording' | 'rules'>,
    { context, line }: { context: NoticeContext; line: AssetLine | undefined },
  ): readonly StageMaker[] {
    const { command, program } = request
    const end = (order: EndOrder): void => {
      this.#deps.registry.end(record.id, order)
    }
    const gate = program ? undefined : rules?.stage({ context, command, recording }, end)
    const guard =
      line && this.#deps.pasteGuard ? pasteGuard(pasteGuardParts(context, this.#deps.clock)) : undefined
    return [line?.front, guard, gate, line?.back].filter((stage) => stage !== undefined)
  }

  #idleClock(id: string, context: NoticeContext): IdleClock {
    const minutes = this.#deps.idleMinutes()
    const limitMs = minutes * 60_000
    return new IdleClock({
      clock: this.#deps.clock,
      limitMs,
      warningMs: Math.min(IDLE_WARNING_MS, limitMs / 2),
      onWarning: () => notice(context, 'session.idle-near', { minutes: Math.min(2, minutes / 2) }),
      onIdle: () => this.#deps.registry.end(id, { kind: 'idle', minutes }),
    })
  }

  #onKeys(bytes: Buffer, { activity, live }: RunningSession, idle: IdleClock): boolean {
    activity.keys(bytes.length)
    idle.touch()
    return live.ownKeys()
  }

  #durationLimit(id: string, context: NoticeContext): Disposable {
    const { clock, mostMinutes, registry } = this.#deps
    const minutes = mostMinutes()
    const warning = Math.min(DURATION_WARNING_MINUTES, minutes / 2)
    return new DurationLimit({
      clock,
      limitMs: minutes * 60_000,
      warningMs: warning * 60_000,
      onWarning: () => notice(context, 'session.duration-near', { minutes: warning }),
      onEnd: () => registry.end(id, { kind: 'duration', minutes }),
    })
  }

  #sizeLimit(id: string, context: NoticeContext): SizeLimit {
    const { mostBytes, registry } = this.#deps
    const megabytes = mostBytes / 1e6
    return new SizeLimit({
      limitBytes: mostBytes,
      onWarning: () => notice(context, 'session.size-near', { megabytes }),
      onEnd: () => registry.end(id, { kind: 'size', megabytes }),
    })
  }

  #orderFor(verdict: 'denied' | 'outage') {
    return verdict === 'denied'
      ? ({ kind: 'permission' } as const)
      : ({ kind: 'outage', minutes: this.#deps.outageMinutes } as const)
  }
}

function openChannel(
  connection: AssetConnection,
  { terminal, command, program }: SessionRequest,
): Promise<AssetChannel> {
  if (program) return program(connection)
  const pty = ptyOf(terminal)
  return command === undefined ? connection.shell(pty) : connection.exec(command, pty)
}

const ptyOf = ({ pty, size }: Terminal): PtyRequest | undefined => pty && { ...pty, size }
