import type { Clock } from '../base/clock.ts'
import type { Log } from '../log.ts'
import type { AppService } from './app-service.ts'
import { Catalogue, type TargetIds } from './catalogue.ts'
import { CommandRecords } from './command-records.ts'
import { FileLogSender } from './file-log-sender.ts'
import { Grants } from './grants.ts'
import { authenticate, authenticateOtp, type OtpAttempt } from './login.ts'
import type {
  Asset,
  AuthAnswer,
  CommandRecord,
  ConnectionLink,
  CoreSettings,
  FileLogRecord,
  LoginAttempt,
  Node,
  Permission,
  Prepared,
  SessionRecord,
  Target,
  Task,
  User,
  WebCookies,
} from './model.ts'
import { PermsPath } from './perms-path.ts'
import { SessionRecords } from './session-records.ts'
import type { SettingsReader } from './settings.ts'
import type { AccessKey } from './sign.ts'
import type { Core } from './transport.ts'
import { WebLogins } from './web-logins.ts'

export interface HttpAppServiceParts {
  core: Core
  key: AccessKey
  clock: Clock
  log: Log
  settings: Pick<SettingsReader, 'current'>
}

/** AppService over core's HTTP API (Jumpserver 1.4.9 - 1.5.2). The acts themselves are in the files beside it. */
export class HttpAppService implements AppService {
  readonly #core: Core
  readonly #settings: Pick<SettingsReader, 'current'>
  readonly #webLogins: WebLogins
  readonly #catalogue: Catalogue
  readonly #grants: Grants
  readonly #sessions: SessionRecords
  readonly #commands: CommandRecords
  readonly #fileLogs: FileLogSender

  constructor({ core, key, clock, log, settings }: HttpAppServiceParts) {
    const perms = new PermsPath()
    this.#core = core
    this.#settings = settings
    this.#webLogins = new WebLogins({ core, key, clock })
    this.#catalogue = new Catalogue({ core, key, clock, log, perms })
    this.#grants = new Grants({ core, key, perms })
    this.#sessions = new SessionRecords({ core, key })
    this.#commands = new CommandRecords({ core, key, log })
    this.#fileLogs = new FileLogSender({ core, key })
  }

  get settings(): CoreSettings {
    return this.#settings.current
  }

  authenticate(attempt: LoginAttempt, signal?: AbortSignal): Promise<AuthAnswer> {
    return authenticate(this.#core, attempt, signal)
  }

  authenticateOtp(attempt: OtpAttempt, signal?: AbortSignal): Promise<AuthAnswer> {
    return authenticateOtp(this.#core, attempt, signal)
  }

  userByCookie(cookies: WebCookies, signal?: AbortSignal): Promise<User | undefined> {
    return this.#webLogins.byCookie(cookies, signal)
  }

  connectionToken(token: string, signal?: AbortSignal): Promise<ConnectionLink | undefined> {
    return this.#webLogins.byToken(token, signal)
  }

  targetById(user: User, ids: TargetIds, signal?: AbortSignal): Promise<Target | undefined> {
    return this.#catalogue.target(user, ids, signal)
  }

  assets(user: User, options?: { fresh?: boolean; signal?: AbortSignal }): Promise<readonly Asset[]> {
    return this.#catalogue.assets(user, options)
  }

  nodes(user: User, signal?: AbortSignal): Promise<readonly Node[]> {
    return this.#catalogue.nodes(user, signal)
  }

  nodeAssets(user: User, nodeId: string, signal?: AbortSignal): Promise<readonly Asset[]> {
    return this.#catalogue.nodeAssets(user, nodeId, signal)
  }

  prepare(user: User, target: Target, signal?: AbortSignal): Promise<Prepared> {
    return this.#grants.prepare(user, target, signal)
  }

  permission(user: User, target: Target, action: string, signal?: AbortSignal): Promise<Permission> {
    return this.#grants.permission(user, target, action, signal)
  }

  createSession(session: SessionRecord, signal?: AbortSignal): Promise<void> {
    return this.#sessions.create(session, signal)
  }

  /** A live session as core was told of it. */
  sessionBody(sessionId: string): Readonly<Record<string, unknown>> | undefined {
    return this.#sessions.bodyOf(sessionId)
  }

  finishSession(sessionId: string, dateEnd: number, signal?: AbortSignal): Promise<void> {
    return this.#sessions.finish(sessionId, dateEnd, signal)
  }

  sendCommands(
    session: SessionRecord,
    commands: readonly CommandRecord[],
    signal?: AbortSignal,
  ): Promise<void> {
    return this.#commands.send(session, commands, signal)
  }

  commandsStored(
    session: SessionRecord,
    commands: readonly CommandRecord[],
    signal?: AbortSignal,
  ): Promise<ReadonlyArray<{ input: string; timestamp: number }>> {
    return this.#commands.stored(session, commands, signal)
  }

  uploadReplay(
    sessionId: string,
    file: { path: string; bytes: number },
    signal?: AbortSignal,
  ): Promise<void> {
    return this.#sessions.uploadReplay(sessionId, file, signal)
  }

  markReplay(sessionId: string, signal?: AbortSignal): Promise<void> {
    return this.#sessions.markReplay(sessionId, signal)
  }

  sendFileLog(record: FileLogRecord, signal?: AbortSignal): Promise<void> {
    return this.#fileLogs.send(record, signal)
  }

  finishTask(task: Task, signal?: AbortSignal): Promise<void> {
    return this.#sessions.finishTask(task, signal)
  }
}
