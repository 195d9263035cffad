import type { Secret } from '../base/secret.ts'
import type { TargetIds } from './catalogue.ts'
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

/**
 * The one face of Jumpserver core: the only thing above which nobody knows that there is HTTP. Every call takes a
 * signal, has its own time limit, and throws CoreError. Rooms above declare the few of these methods they use.
 */
export interface AppService {
  /** Password or public key (POST /api/authentication/v1/auth/). Exactly one of the two is given. */
  authenticate(attempt: LoginAttempt, signal?: AbortSignal): Promise<AuthAnswer>
  /** Second factor (POST /api/authentication/v1/otp/auth/). Wrong codes are `refused`; the caller counts them. */
  authenticateOtp(
    attempt: { seed: Secret; code: Secret; remoteAddr: string; loginType: 'T' | 'W' },
    signal?: AbortSignal,
  ): Promise<AuthAnswer>
  /** Who is logged in to Jumpserver's web pages with these cookies; undefined: nobody. */
  userByCookie(cookies: WebCookies, signal?: AbortSignal): Promise<User | undefined>
  /**
   * What a link to a web terminal stands for; undefined: unknown, older than 20 s, or used before. A token counts once.
   * It says who, not whether: `prepare` still asks for the permission.
   */
  connectionToken(token: string, signal?: AbortSignal): Promise<ConnectionLink | undefined>
  /** The target of two ids, as luna and connection tokens have them; undefined: not granted to this user. */
  targetById(user: User, ids: TargetIds, signal?: AbortSignal): Promise<Target | undefined>
  /** Assets granted to the user. `fresh` asks core to drop its cache: only when the person asked for it. */
  assets(user: User, options?: { fresh?: boolean; signal?: AbortSignal }): Promise<readonly Asset[]>
  /** The nodes granted to the user, in the order of the tree: parents first, children by number. Empty without grants. */
  nodes(user: User, signal?: AbortSignal): Promise<readonly Node[]>
  /** Assets granted to the user in a node and below it. Throws `missing` for a node core does not know. */
  nodeAssets(user: User, nodeId: string, signal?: AbortSignal): Promise<readonly Asset[]>
  /** The one door to a connection: permission, credentials and rules of a target, now. Throws CORE_DENIED when core says no. */
  prepare(user: User, target: Target, signal?: AbortSignal): Promise<Prepared>
  /** Is this still granted? Never throws; `unknown` when core does not answer or refuses our own key. */
  permission(user: User, target: Target, action: string, signal?: AbortSignal): Promise<Permission>

  /** Idempotent: "must be unique" after a lost answer counts as done. */
  createSession(session: SessionRecord, signal?: AbortSignal): Promise<void>
  /** Idempotent. `missing` when core has deleted the session. */
  finishSession(sessionId: string, dateEnd: number, signal?: AbortSignal): Promise<void>
  /**
   * Stores commands of one session. Not idempotent at core: after an `unavailable` ask `commandsStored` before
   * sending the same again.
   */
  sendCommands(
    session: SessionRecord,
    commands: readonly CommandRecord[],
    signal?: AbortSignal,
  ): Promise<void>
  /**
   * What core has of this session from the time of `commands` (at least one), as core stores it (cut to its limits;
   * `timestamp` in seconds). `commandKey` of command-records.ts makes both sides comparable.
   */
  commandsStored(
    session: SessionRecord,
    commands: readonly CommandRecord[],
    signal?: AbortSignal,
  ): Promise<ReadonlyArray<{ input: string; timestamp: number }>>
  /** Streams a finished replay (gzip) to core; stall limit instead of a total one. The first upload wins at core. */
  uploadReplay(sessionId: string, file: { path: string; bytes: number }, signal?: AbortSignal): Promise<void>
  /** Tells core that the replay is there. Idempotent. */
  markReplay(sessionId: string, signal?: AbortSignal): Promise<void>

  /** One operation on files. Idempotent: its id that "must be unique" after a lost answer counts as done. */
  sendFileLog(record: FileLogRecord, signal?: AbortSignal): Promise<void>

  /** Settings as last read from core, with `refreshSettings` at start and every 10 minutes. */
  readonly settings: CoreSettings
  /** Acknowledges a task. Idempotent; a task core no longer knows counts as done. */
  finishTask(task: Task, signal?: AbortSignal): Promise<void>
}
