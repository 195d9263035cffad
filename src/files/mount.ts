import { reasonOf } from '../base/fault.ts'
import type { Target } from '../core/model.ts'
import type { Ending } from '../session/ending.ts'
import { type BytePath, isWithin, normalised, pathFromText } from './byte-path.ts'
import type { FileSession } from './file-session.ts'
import { FilesError, type FilesErrorCode } from './files-error.ts'
import { Lane } from './lane.ts'
import type { FileLogin, Lease } from './login.ts'
import { SftpClient } from './sftp/client.ts'
import { PacketLink } from './sftp/packet-link.ts'

export interface MountParts {
  readonly login: FileLogin
  readonly target: Target
  /** Directory on the asset: `/`, an absolute path, `home` or `~`. */
  readonly root: string
  /** The tree's path of `root`; undefined: paths are the asset's own. */
  readonly prefix: BytePath | undefined
  /** Stops what waits. */
  readonly signal: AbortSignal
  /** Called for each connection, before its first request. */
  readonly onOpen: (mounted: Mounted) => void
}

/** A mount that is connected. */
export interface Mounted {
  readonly session: FileSession
  readonly link: PacketLink
  readonly client: SftpClient
  /** Resolved by the asset, so without links in it. */
  readonly root: BytePath
}

/** Ends of a session after which it is not opened again on the same channel. */
const FOR_GOOD: ReadonlySet<Ending['kind']> = new Set([
  'killed',
  'permission',
  'outage',
  'record-failed',
  'shutdown',
])

/** The files of one asset as one account, as one channel sees them: connected on first need, and again after idleness. */
export class Mount {
  readonly target: Target
  readonly lane = new Lane()
  readonly prefix: BytePath | undefined
  readonly #parts: MountParts
  #opening: Promise<Mounted> | undefined
  #mounted: Mounted | undefined
  #over: Ending | undefined

  constructor(parts: MountParts) {
    this.#parts = parts
    this.target = parts.target
    this.prefix = parts.prefix
  }

  /** Undefined while it is not connected. */
  get mounted(): Mounted | undefined {
    return this.#mounted
  }

  /** Why it is not to be opened again. */
  get over(): Ending | undefined {
    return this.#over
  }

  /** Throws the Fault that is in the way. */
  open(): Promise<Mounted> {
    if (this.#over) return Promise.reject(endedFault(this.target, this.#over))
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined
      throw error
    })
    return this.#opening
  }

  /** Gives the connection back. */
  close(): void {
    this.#mounted?.link.close()
  }

  /** A path below the mount, or the asset's own, as the asset is to be told it. */
  onAsset(path: BytePath, { root }: Mounted): BytePath {
    if (this.prefix === undefined || root === '/') return path
    return path === '/' ? root : root + path
  }

  /** How people know a path of the asset. Undefined: it is outside. */
  inTree(path: BytePath, { root }: Mounted): BytePath | undefined {
    if (!isWithin(root, path)) return undefined
    if (this.prefix === undefined) return path
    return normalised(this.prefix + (root === '/' ? path : path.slice(root.length)))
  }

  async #open(): Promise<Mounted> {
    const { login, signal, onOpen } = this.#parts
    const lease = await login.lease(this.target, signal)
    try {
      const link = await this.#link(lease.session)
      const client = new SftpClient(link)
      const mounted = { session: lease.session, link, client, root: await this.#root(client) }
      this.#mounted = mounted
      this.#watch(mounted, lease)
      onOpen(mounted)
      return mounted
    } catch (error) {
      lease[Symbol.dispose]()
      throw error
    }
  }

  async #link(session: FileSession): Promise<PacketLink> {
    const { connection, ended } = session
    try {
      const channel = await connection.subsystem('sftp')
      channel.errors.resume()
      const { input, output } = channel
      return await PacketLink.open({ input, output, close: () => channel.close() }, ended)
    } catch (cause) {
      if (session.ending) throw endedFault(this.target, session.ending)
      throw new FilesError('FILES_NO_SFTP', {
        step: 'start SFTP',
        message: `${this.target.asset.hostname} has no SFTP server: ${reasonOf(cause)}`,
        next: 'look for "Subsystem sftp" in its sshd_config',
        facts: { asset: this.target.asset.hostname },
        cause,
      })
    }
  }

  async #root(client: SftpClient): Promise<BytePath> {
    const { root } = this.#parts
    if (root === '/') return '/'
    const home = root === 'home' || root === '~'
    try {
      return normalised(await client.realpath(home ? '.' : pathFromText(root)))
    } catch (cause) {
      client.link.close()
      throw new FilesError('FILES_ROOT', {
        step: 'look for the root',
        message: `${root} on ${this.target.asset.hostname} cannot be used: ${reasonOf(cause)}`,
        next: 'make the directory, or change SFTP_ROOT or SFTP_ROOT_DIRECT',
        facts: { asset: this.target.asset.hostname, root },
        cause,
      })
    }
  }

  /** The link goes first, so that everything that waited is told while it can still be recorded. */
  #watch(mounted: Mounted, lease: Lease): void {
    const { link, session } = mounted
    const end = (): void => {
      const { ending } = session
      if (ending && FOR_GOOD.has(ending.kind)) this.#over = ending
      link.close()
    }
    const gone = (): void => {
      session.ended.removeEventListener('abort', end)
      this.#mounted = undefined
      this.#opening = undefined
      lease[Symbol.dispose]()
    }
    link.gone.addEventListener('abort', gone, { once: true })
    if (link.gone.aborted) gone()
    if (session.ended.aborted) end()
    else session.ended.addEventListener('abort', end, { once: true })
  }
}

/** A sentence for each: what was ended by whom is what people want to know. */
const ENDED_BY: Readonly<Partial<Record<Ending['kind'], FilesErrorCode>>> = {
  killed: 'FILES_KILLED',
  permission: 'FILES_WITHDRAWN',
  outage: 'FILES_OUTAGE',
  'record-failed': 'FILES_UNRECORDED',
  shutdown: 'FILES_SHUTDOWN',
}

export const endedFault = ({ asset, systemUser }: Target, ending: Ending): FilesError =>
  new FilesError(ENDED_BY[ending.kind] ?? 'FILES_ENDED', {
    step: 'use files',
    message: `the connection to ${asset.hostname} was ended: ${ending.kind}`,
    next: 'log in again',
    facts: { asset: asset.hostname, account: systemUser.username || systemUser.name },
  })
