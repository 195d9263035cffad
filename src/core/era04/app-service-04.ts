import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../log.ts'
import type { AppService } from '../app-service.ts'
import type { TargetIds } from '../catalogue.ts'
import { CoreError } from '../core-error.ts'
import type {
  Asset,
  AuthAnswer,
  CommandRecord,
  CoreSettings,
  LoginAttempt,
  Node,
  Permission,
  Prepared,
  SessionRecord,
  Target,
  User,
} from '../model.ts'
import type { AccessKey } from '../sign.ts'
import type { Core } from '../transport.ts'
import { Granted } from './granted.ts'
import { Grants04 } from './grants.ts'
import { authenticate } from './login.ts'
import { ProxyLogs } from './proxy-logs.ts'
import { UserTokens } from './user-tokens.ts'

export interface AppService04Parts {
  core: Core
  key: AccessKey
  clock: Clock
  log: Log
  /** Where core's ids of sessions are kept. */
  proxyLogDirectory: string
}

/**
 * AppService over the API of core 0.4 (2017). What that core does not have is absent and no error: second factors,
 * logins by cookie and connection token, gateways, command rules, settings, logs of files.
 */
export class AppService04 implements AppService, AsyncDisposable {
  /** Core 0.4 sends none; empty ones would mean that they are not read yet. Its orders come with the heartbeat alone. */
  readonly settings: CoreSettings = { heartbeatSeconds: 10 }
  readonly #core: Core
  readonly #tokens: UserTokens
  readonly #granted: Granted
  readonly #grants: Grants04
  readonly #proxyLogs: ProxyLogs

  constructor({ core, key, clock, log, proxyLogDirectory: directory }: AppService04Parts) {
    this.#core = core
    this.#tokens = new UserTokens({ core, clock, log })
    this.#granted = new Granted({ core, clock, tokens: this.#tokens })
    this.#grants = new Grants04({ core, key })
    this.#proxyLogs = new ProxyLogs({ core, key, log, directory })
  }

  /** Keeps users' tokens alive until disposed. */
  start(): void {
    this.#tokens.start()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tokens[Symbol.asyncDispose]()
  }

  /** The session of core's id, if it began here since the start. */
  sessionOf(proxyLogId: number): string | undefined {
    return this.#proxyLogs.sessionOf(proxyLogId)
  }

  authenticate(attempt: LoginAttempt, signal?: AbortSignal): Promise<AuthAnswer> {
    return authenticate({ core: this.#core, tokens: this.#tokens }, attempt, signal)
  }

  async authenticateOtp(): Promise<AuthAnswer> {
    return { kind: 'refused', reason: 'core 0.4 has no second factor' }
  }

  async userByCookie(): Promise<undefined> {}

  async connectionToken(): Promise<undefined> {}

  targetById(user: User, ids: TargetIds, signal?: AbortSignal): Promise<Target | undefined> {
    return this.#granted.target(user, ids, signal)
  }

  assets(user: User, options?: { fresh?: boolean; signal?: AbortSignal }): Promise<readonly Asset[]> {
    return this.#granted.assets(user, options)
  }

  nodes(user: User, signal?: AbortSignal): Promise<readonly Node[]> {
    return this.#granted.nodes(user, signal)
  }

  nodeAssets(user: User, nodeId: string, signal?: AbortSignal): Promise<readonly Asset[]> {
    return this.#granted.nodeAssets(user, nodeId, signal)
  }

  prepare(user: User, target: Target, signal?: AbortSignal): Promise<Prepared> {
    this.#tokens.seen(user)
    return this.#grants.prepare(user, target, signal)
  }

  permission(user: User, target: Target, _action: string, signal?: AbortSignal): Promise<Permission> {
    this.#tokens.seen(user)
    return this.#grants.permission(user, target, signal)
  }

  createSession(session: SessionRecord, signal?: AbortSignal): Promise<void> {
    return this.#proxyLogs.create(session, signal)
  }

  finishSession(sessionId: string, dateEnd: number, signal?: AbortSignal): Promise<void> {
    return this.#proxyLogs.finish(sessionId, dateEnd, signal)
  }

  sendCommands(
    session: SessionRecord,
    commands: readonly CommandRecord[],
    signal?: AbortSignal,
  ): Promise<void> {
    return this.#proxyLogs.sendCommands(session, commands, signal)
  }

  async commandsStored(): Promise<never> {
    throw new CoreError('CORE_MISSING', 'missing', {
      step: 'list commands',
      message: 'core 0.4 cannot be asked for commands',
      next: 'nothing: they are sent again, under the same numbers',
    })
  }

  uploadReplay(sessionId: string, { path }: { path: string }, signal?: AbortSignal): Promise<void> {
    return this.#proxyLogs.sendReplay(sessionId, path, signal)
  }

  /** The last that is said of a session. */
  markReplay(sessionId: string): Promise<void> {
    return this.#proxyLogs.forget(sessionId)
  }

  async sendFileLog(): Promise<void> {}

  async finishTask(): Promise<void> {}
}
