import type { Asset, Target } from '../core/model.ts'
import type { BytePath } from './byte-path.ts'
import { Mount, type MountParts } from './mount.ts'
import { Tree } from './tree.ts'

/** What a path of a channel means. `path` counts from the mount's root, or is the asset's own on a direct login. */
export type Location =
  | { readonly kind: 'directory'; readonly names: readonly BytePath[] }
  | { readonly kind: 'asset'; readonly mount: Mount; readonly path: BytePath }
  | { readonly kind: 'missing' }

/** The files a channel sees. */
export interface View {
  /** Undefined on a direct login: then there is this one mount, and paths are the asset's own. */
  readonly only: Mount | undefined
  find(path: BytePath): Location
  /** Looks again at what there is; throws CoreError. */
  refresh(): Promise<void>
  readonly mounts: Iterable<Mount>
}

/** Everything a mount needs but its target and place. */
export type MountBasics = Omit<MountParts, 'target' | 'prefix' | 'root'>

/** One asset with its own paths, confined to `root`. */
export class DirectView implements View {
  readonly only: Mount

  constructor(basics: MountBasics, target: Target, root: string) {
    this.only = new Mount({ ...basics, target, root, prefix: undefined })
  }

  get mounts(): Iterable<Mount> {
    return [this.only]
  }

  find(path: BytePath): Location {
    return { kind: 'asset', mount: this.only, path: path === '' ? '.' : path }
  }

  async refresh(): Promise<void> {}
}

/** All assets of a person, each below its name. */
export class TreeView implements View {
  readonly only = undefined
  readonly #basics: MountBasics
  readonly #root: string
  readonly #assets: () => Promise<readonly Asset[]>
  readonly #mounts = new Map<BytePath, Mount>()
  #tree = new Tree([])

  constructor(basics: MountBasics, root: string, assets: () => Promise<readonly Asset[]>) {
    this.#basics = basics
    this.#root = root
    this.#assets = assets
  }

  get mounts(): Iterable<Mount> {
    return this.#mounts.values()
  }

  find(path: BytePath): Location {
    const place = this.#tree.find(path)
    if (place.kind !== 'asset') return place
    const { target, prefix } = place
    const known = this.#mounts.get(prefix)
    const mount = known && isSame(known.target, target) ? known : this.#mount(target, prefix)
    return { kind: 'asset', mount, path: place.path }
  }

  async refresh(): Promise<void> {
    this.#tree = new Tree(await this.#assets())
  }

  #mount(target: Target, prefix: BytePath): Mount {
    const mount = new Mount({ ...this.#basics, target, root: this.#root, prefix })
    this.#mounts.set(prefix, mount)
    return mount
  }
}

const isSame = (one: Target, other: Target): boolean =>
  one.asset.id === other.asset.id && one.systemUser.id === other.systemUser.id
