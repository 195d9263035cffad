import { type BytePath, shown } from './byte-path.ts'
import { FilesError } from './files-error.ts'
import type { Mount } from './mount.ts'
import type { PathRequest } from './path-request.ts'

export const badPath = (path: BytePath): FilesError =>
  new FilesError('FILES_PATH', {
    step: 'read path',
    message: `${shown(path.slice(0, 200))} is no path that is passed on`,
    next: 'paths are at most 4,095 bytes, without line breaks and NUL, and within the root',
    facts: { path: shown(path.slice(0, 200)) },
  })

export const treeIsFixed = ({ paths: [path = ''] }: PathRequest): FilesError =>
  new FilesError('FILES_TREE', {
    step: 'change a file',
    message: `${shown(path)} is not within the files of an asset`,
    next: 'go into an asset first',
    facts: { path: shown(path) },
  })

export const twoAssets = (
  { paths: [from = '', to = ''] }: PathRequest,
  one: Mount,
  other: Mount,
): FilesError =>
  new FilesError('FILES_TWO_ASSETS', {
    step: 'rename',
    message: `${shown(from)} and ${shown(to)} are not on the same asset and account`,
    next: 'copy the file, then remove it',
    facts: { from: one.target.asset.hostname, to: other.target.asset.hostname },
  })
