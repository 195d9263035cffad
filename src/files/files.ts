import type { FileLogs } from '../audit/audit.ts'
import type { AppService } from '../core/app-service.ts'
import type { Target } from '../core/model.ts'
import type { Principal } from '../session/principal.ts'
import { type DoorEnding, type DoorEnds, SftpDoor } from './door.ts'
import type { FileSessionDeps } from './file-session.ts'
import { FileLogin } from './login.ts'
import type { Mounted } from './mount.ts'
import { OperationLog } from './operation-log.ts'
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

interface Shared {
  readonly login: FileLogin
  channels: number
}

/** Files of assets for whoever is logged in: with permission, and on record. */
export class Files {
  readonly #deps: FilesDeps
  /** By the id of the login: its channels share connections. */
  readonly #logins = new Map<string, Shared>()

  constructor(deps: FilesDeps) {
    this.#deps = deps
  }

  /** Serves one SFTP channel to its end. Never rejects: what went wrong was told through `ends`. */
  async sftp({ principal, target, ends, signal }: FilesVisit): Promise<DoorEnding> {
    using shared = this.#share(principal)
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
    return await door.run(signal)
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

  /** One login's connections, for as long as one of its channels is there. */
  #share(principal: Principal): { readonly login: FileLogin } & Disposable {
    const { loginId } = principal
    const shared = this.#logins.get(loginId) ?? { login: new FileLogin(this.#deps, principal), channels: 0 }
    this.#logins.set(loginId, shared)
    shared.channels += 1
    return {
      login: shared.login,
      [Symbol.dispose]: () => {
        shared.channels -= 1
        if (shared.channels === 0) this.#logins.delete(loginId)
      },
    }
  }
}
