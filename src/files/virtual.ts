import { type BytePath, wireOf } from './byte-path.ts'
import { type Attributes, encodeAttributes } from './sftp/attributes.ts'
import type { NameEntry } from './sftp/encode.ts'

/** A directory of the tree: nobody's, and for looking at. Writing is asked of the asset below it. */
export const VIRTUAL_DIRECTORY: Attributes = { size: 0n, uid: 0, gid: 0, mode: 0o040755, atime: 0, mtime: 0 }

const ATTRIBUTES = encodeAttributes(VIRTUAL_DIRECTORY)

export const virtualEntry = (name: BytePath): NameEntry => ({
  name: wireOf(name),
  long: wireOf(`drwxr-xr-x    1 0        0               0 Jan  1  1970 ${name}`),
  attrs: ATTRIBUTES,
})
