import type { AppService } from '../../core/app-service.ts'
import { type BytePath, joined, nameOf, parentOf, shown } from '../../files/byte-path.ts'
import type { FilesClient } from '../../files/files-client.ts'
import { type Attributes, isSymlink } from '../../files/sftp/attributes.ts'
import { isStatus } from '../../files/sftp/client.ts'
import { STATUS } from '../../files/sftp/protocol.ts'
import { Tree } from '../../files/tree.ts'
import { VIRTUAL_DIRECTORY } from '../../files/virtual.ts'
import type { Principal } from '../../session/principal.ts'
import { type Entry, entryOf } from './entry.ts'
import { Uploads } from './uploads.ts'

/** More names of one directory no page can show. */
const MOST_NAMES = 50_000
/** Links that are followed at a time. */
const AT_ONCE = 8

/** What a volume shows: all of somebody's assets, or one of them. */
export interface Root {
  readonly path: BytePath
  readonly name: string
}

export interface VolumeParts {
  readonly client: FilesClient
  readonly principal: Principal
  readonly core: Pick<AppService, 'assets'>
  readonly mostUploadBytes: number
}

/** One file manager in one browser: its way to the files, and what it is uploading. */
export class Volume implements AsyncDisposable {
  readonly client: FilesClient
  readonly principal: Principal
  readonly uploads: Uploads
  /** What was promised as a zip, by the word it is fetched with. */
  readonly zips = new Map<string, readonly BytePath[]>()
  readonly #core: Pick<AppService, 'assets'>
  #tree = new Tree([])

  constructor({ client, principal, core, mostUploadBytes }: VolumeParts) {
    this.client = client
    this.principal = principal
    this.uploads = new Uploads(client, mostUploadBytes)
    this.#core = core
  }

  get tree(): Tree {
    return this.#tree
  }

  /** The connection to the files is lost: this volume is of no more use. */
  get isOver(): boolean {
    return this.client.link.gone.aborted
  }

  /** Looks again at which assets there are. */
  async refresh(signal: AbortSignal): Promise<void> {
    this.#tree = new Tree(await this.#core.assets(this.principal.user, { signal }))
  }

  entry(path: BytePath, attributes: Attributes, root: Root): Entry {
    return entryOf({ path, attributes, tree: this.#tree, root: root.path, rootName: root.name })
  }

  /** Of a path; links are followed. */
  async look(path: BytePath, root: Root): Promise<Entry> {
    return this.entry(path, await this.attributes(path), root)
  }

  /** Links are followed, and where they lead nowhere they are what there is. */
  async attributes(path: BytePath): Promise<Attributes> {
    // Without this an asset would be connected only to be shown.
    if (this.isFixed(path)) return VIRTUAL_DIRECTORY
    try {
      return await this.client.stat(path)
    } catch (error) {
      if (isStatus(error, STATUS.connectionLost)) throw error
      return await this.client.lstat(path)
    }
  }

  /** Above the assets, or where one begins: nothing to be changed by anybody. */
  isFixed(path: BytePath): boolean {
    const place = this.#tree.find(path)
    return place.kind === 'directory' || (place.kind === 'asset' && place.path === '/')
  }

  async exists(path: BytePath): Promise<boolean> {
    try {
      await this.client.lstat(path)
      return true
    } catch (error) {
      if (isStatus(error, STATUS.noSuchFile)) return false
      throw error
    }
  }

  /** What is in a directory; `whole` is false where that is too much. */
  async list(directory: BytePath, root: Root): Promise<{ entries: readonly Entry[]; whole: boolean }> {
    const found: Array<{ path: BytePath; attributes: Attributes }> = []
    let whole = true
    for await (const page of this.client.list(directory)) {
      for (const { name, attributes } of page) found.push({ path: joined(directory, name), attributes })
      whole = found.length <= MOST_NAMES
      if (!whole) break
    }
    const shownOnes = found.slice(0, MOST_NAMES)
    await this.#follow(shownOnes)
    return { entries: shownOnes.map(({ path, attributes }) => this.entry(path, attributes, root)), whole }
  }

  /** The first free name of this kind in its directory: `report~1.pdf`. */
  async freeName(path: BytePath, suffix = '~'): Promise<BytePath> {
    const [name, directory] = [nameOf(path), parentOf(path)]
    const dot = name.lastIndexOf('.') > 0 ? name.lastIndexOf('.') : name.length
    for (let at = 1; ; at++) {
      const candidate = joined(directory, `${name.slice(0, dot)}${suffix}${at}${name.slice(dot)}`)
      if (!(await this.exists(candidate))) return candidate
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.uploads.abandon()
    await this.client[Symbol.asyncDispose]()
  }

  /** Puts what links lead to in the place of the links. */
  async #follow(found: Array<{ path: BytePath; attributes: Attributes }>): Promise<void> {
    const links = found.filter(({ attributes }) => isSymlink(attributes))
    const next = async (): Promise<void> => {
      for (let link = links.pop(); link; link = links.pop())
        link.attributes = await this.attributes(link.path)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, next))
  }
}

/** Where a page of one asset begins; undefined: the person has no such asset with files. */
export function rootOf(tree: Tree, assetId: string | undefined): Root | undefined {
  if (assetId === undefined) return { path: '/', name: 'Home' }
  const path = tree.directoryOf(assetId)
  return path === undefined ? undefined : { path, name: shown(nameOf(path)) }
}
