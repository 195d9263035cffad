import { type BytePath, nameOf, parentOf, shown } from '../../files/byte-path.ts'
import { type Attributes, isDirectory } from '../../files/sftp/attributes.ts'
import type { Tree } from '../../files/tree.ts'
import { hashOf, VOLUME } from './hash.ts'

/** A file or directory as elFinder's API 2.1 has it. Times in seconds. */
export interface Entry {
  readonly name: string
  readonly hash: string
  readonly phash?: string
  readonly ts: number
  readonly size: number
  readonly mime: string
  readonly locked: 0 | 1
  readonly hidden: 0
  readonly read: 0 | 1
  readonly write: 0 | 1
  readonly dirs?: 1
  readonly volumeid?: string
}

export interface EntryParts {
  readonly path: BytePath
  readonly attributes: Attributes
  readonly tree: Tree
  /** Where this volume begins: it has no parent, and the name it is given here. */
  readonly root: BytePath
  readonly rootName: string
}

/** What can be done with it is a hint, by what core grants; whether it is done is decided when it is asked for. */
export function entryOf({ path, attributes, tree, root, rootName }: EntryParts): Entry {
  const place = tree.find(path)
  const directory = isDirectory(attributes)
  const actions = place.kind === 'asset' ? place.target.systemUser.actions : []
  const grants = (action: string): boolean => actions.includes('all') || actions.includes(action)
  const isRoot = path === root
  // The directories above the assets, and where an asset begins.
  const fixed = place.kind !== 'asset' || place.path === '/'
  return {
    name: isRoot ? rootName : shown(nameOf(path)),
    hash: hashOf(path),
    ...(!isRoot && { phash: hashOf(parentOf(path)) }),
    ts: attributes.mtime ?? 0,
    size: directory ? 0 : Number(attributes.size ?? 0n),
    mime: directory ? 'directory' : 'application/octet-stream',
    locked: isRoot || fixed ? 1 : 0,
    hidden: 0,
    read: directory || grants('download_file') ? 1 : 0,
    write: grants('upload_file') ? 1 : 0,
    ...(directory && { dirs: 1 }),
    ...(isRoot && { volumeid: VOLUME }),
  }
}
