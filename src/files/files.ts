import type { FileLogs } from '../audit/audit.ts'
import { reasonOf } from '../base/fault.ts'
import type { AppService } from '../core/app-service.ts'
import type { Target } from '../core/model.ts'
import { sayFault } from '../i18n/i18n.ts'
import type { Principal } from '../session/principal.ts'
import type { Exit } from '../terminal/terminal.ts'
import { pathFromText } from './byte-path.ts'
import { SftpDoor } from './door.ts'
import type { DoorEnding, DoorEnds } from './door-parts.ts'
import { duplexPair } from './duplex-pair.ts'
import type { FileSessionDeps } from './file-session.ts'
import { FilesClient } from './files-client.ts'
import { FilesError } from './files-error.ts'
import { noAnswer } from './grants.ts'
import { FileLogin, type Lease } from './login.ts'
import type { Mounted } from './mount.ts'
import { OperationLog } from './operation-log.ts'
import type { ScpCommand } from './scp/command.ts'
import { refusedScp, runScp, type ScpParts } from './scp/scp.ts'
import { SftpStatus } from './sftp/client.ts'
import { PacketLink } from './sftp/packet-link.ts'
import { STATUS } from './sftp/protocol.ts'
import { SharedLogins } from './shared-logins.ts'
import { DirectView, TreeView, type View } from './view.ts'

export interface FilesOptions {
  /** Of each asset in the tree: an absolute path, `home` or `~`. */
  readonly root: string
  /** Directory to which a direct login is confined; `/`: not at all. */
  readonly directRoot: string
  /** List names with a dot in the tree. */
  readonly showHidden: boolean
  /** Removing a directory removes what is in it. */
  readonly forceRemove: boolean
  /** Programs that carry files unseen. */
  readonly unparsed: 'allow' | 'deny'
}

export interface FilesDeps extends FileSessionDeps {
  readonly core: FileSessionDeps['core'] & Pick<AppService, 'assets'>
  readonly fileLogs: FileLogs
  readonly options: FilesOptions
}

/** Somebody who wants files. */
export interface FilesVisit {
  readonly principal: Principal
  /** Undefined: the tree of all assets. */
  readonly target: Target | undefined
  readonly ends: DoorEnds
  /** Fires when the daemon stops. */
  readonly signal: AbortSignal
}

/** A command of scp's old protocol. */
export interface ScpVisit extends Pick<FilesVisit, 'principal' | 'signal'> {
  readonly target: Target
  readonly command: string
  readonly scp: ScpCommand
  readonly ends: ScpParts['ends']
}

/** A command whose transfers are not seen. */
export interface UnparsedVisit extends Pick<FilesVisit, 'principal'> {
  readonly target: Target
  readonly command: string
  /** The program that carries files. */
  readonly program: string
}

/** Files of assets for whoever is logged in: with permission, and on record. */
export class Files {
  readonly #deps: FilesDeps
  /** The channels of a login share connections. */
  readonly #logins: SharedLogins<FileLogin>

  constructor(deps: FilesDeps) {
    this.#deps = deps
    this.#logins = new SharedLogins((principal) => new FileLogin(deps, principal))
  }

  /** Serves one SFTP channel to its end. Never rejects: what went wrong was told through `ends`. */
  sftp(visit: FilesVisit): Promise<DoorEnding> {
    return this.#serve(visit, () => undefined)
  }

  async #serve(
    { principal, target, ends, signal }: FilesVisit,
    onDoor: (door: SftpDoor) => void,
  ): Promise<DoorEnding> {
    using shared = this.#logins.share(principal)
    const { options, clock, log } = this.#deps
    const stop = AbortSignal.any([signal, ends.gone])
    const door = new SftpDoor({
      ends,
      options,
      clock,
      log,
      operations: this.operations(principal),
      view: (onOpen) => this.#view({ login: shared.login, target, signal: stop, onOpen }),
    })
    onDoor(door)
    return await door.run(signal)
  }

  /** Runs a command that is scp's old protocol. Throws the Fault that stopped it. */
  async scp({ principal, target, command, scp, ends, signal }: ScpVisit): Promise<Exit> {
    const { clock } = this.#deps
    const operations = this.operations(principal)
    const began = clock.monotonic()
    using shared = this.#logins.share(principal)
    const stop = AbortSignal.any([signal, ends.gone])
    using lease = await this.#leaseForScp(shared.login, target, stop).catch((error: unknown) => {
      operations.add(target, refusedScp(scp, error, began))
      throw error
    })
    const say = (error: unknown): string => sayFault(principal.language, error)
    return await runScp({ session: lease.session, command, scp, ends, say, operations, clock })
  }

  async #leaseForScp(login: FileLogin, target: Target, signal: AbortSignal): Promise<Lease> {
    const { directRoot } = this.#deps.options
    if (directRoot !== '/') throw confined('scp -O', target, directRoot)
    return await login.lease(target, signal)
  }

  /**
   * Runs a command whose program carries files unseen, where that is allowed: it is on record as not parsed, with its
   * outcome. Throws the Fault that stopped it.
   */
  async unparsed(
    { principal, target, command, program }: UnparsedVisit,
    signal: AbortSignal,
    run: () => Promise<Exit>,
  ): Promise<Exit> {
    const { clock } = this.#deps
    const began = clock.monotonic()
    const record = (success: boolean, reason?: string): void =>
      this.operations(principal).add(target, {
        ...{ operate: 'Unparsed', path: pathFromText(command) },
        ...{ success, reason: reason ?? `not parsed: ${program}`, began },
      })
    try {
      await this.#admitUnparsed({ principal, target, program }, signal)
      const exit = await run()
      record(exit.kind === 'status' && exit.code === 0)
      return exit
    } catch (error) {
      record(false, `not parsed: ${program}: ${reasonOf(error)}`)
      throw error
    }
  }

  async #admitUnparsed(
    { principal, target, program }: Omit<UnparsedVisit, 'command'>,
    signal: AbortSignal,
  ): Promise<void> {
    const { options, core } = this.#deps
    const facts = { program, asset: target.asset.hostname }
    if (options.directRoot !== '/') throw confined(program, target, options.directRoot)
    if (options.unparsed === 'deny') throw unparsed('FILES_UNPARSED', facts)
    for (const action of ['upload_file', 'download_file'] as const) {
      const answer = await core.permission(principal.user, target, action, signal)
      if (answer === 'unknown') throw noAnswer(action)
      if (answer === 'denied') throw unparsed('FILES_UNPARSED_RIGHTS', facts)
    }
  }

  /**
   * The same files for code instead of a client: the requests take the same way, with the same permissions and logs.
   * Dispose of it to close what is open. Its errors are SftpStatus with the sentence for the person. Throws the Fault
   * that is in the way at once.
   */
  async client(principal: Principal, target: Target | undefined, signal: AbortSignal): Promise<FilesClient> {
    const [near, far] = duplexPair()
    const gone = new AbortController()
    let told = ''
    const ends = {
      input: far,
      output: far,
      gone: gone.signal,
      say: (error: unknown) => sayFault(principal.language, error),
      tell: (sentence: string) => {
        told = sentence
      },
    }
    let door: SftpDoor | undefined
    const visit = { principal, target, signal, ends }
    const served = this.#serve(visit, (made) => {
      door = made
    }).finally(() => near.destroy())
    const close = (): void => gone.abort()
    try {
      const link = await PacketLink.open({ input: near, output: near, close }, signal)
      return new FilesClient(link, {
        close: async () => {
          link.close()
          await served
        },
        failed: (handle, reason) => door?.fail(handle, reason),
      })
    } catch (error) {
      close()
      const ending = await served
      throw ending.kind === 'failed' ? ending.error : new SftpStatus(STATUS.failure, told || reasonOf(error))
    }
  }

  /** The logs of what one person does. */
  operations(principal: Principal): OperationLog {
    const { fileLogs: queue, clock, log, registry } = this.#deps
    const onUnrecorded = (id: string, cause: unknown): void => {
      registry.end(id, { kind: 'record-failed', cause })
    }
    return new OperationLog({ queue, principal, clock, log, onUnrecorded })
  }

  #view({
    login,
    target,
    signal,
    onOpen,
  }: {
    login: FileLogin
    target: Target | undefined
    signal: AbortSignal
    onOpen: (mounted: Mounted) => void
  }): View {
    const { core, options } = this.#deps
    const basics = { login, signal, onOpen }
    if (target) return new DirectView(basics, target, options.directRoot)
    return new TreeView(basics, options.root, () => core.assets(login.principal.user, { signal }))
  }
}

const confined = (program: string, { asset }: Target, root: string): FilesError =>
  new FilesError('FILES_CONFINED', {
    step: 'start transfer',
    message: `${program} cannot be confined to ${root} on ${asset.hostname}`,
    next: 'use sftp, or scp without -O, or change SFTP_ROOT_DIRECT',
    facts: { program, asset: asset.hostname, root },
  })

const unparsed = (
  code: 'FILES_UNPARSED' | 'FILES_UNPARSED_RIGHTS',
  facts: { program: string; asset: string },
): FilesError =>
  new FilesError(code, {
    step: 'start transfer',
    message: `transfers by ${facts.program} cannot be followed, and are not allowed to this user on ${facts.asset}`,
    next: 'use sftp or scp, or change UNPARSED_TRANSFER or the permission',
    facts,
  })
