import { type BytePath, isWithin, joined, normalised, parentOf, shown, unslashed } from './byte-path.ts'
import { FilesError } from './files-error.ts'
import type { Mount, Mounted } from './mount.ts'
import { isStatus, type SftpClient, SftpStatus } from './sftp/client.ts'
import { STATUS, statusText } from './sftp/protocol.ts'

/**
 * Refuses a path that leads out of the mount's root, by asking the asset where it really is: of the thing itself where
 * an operation follows links, else of the directory it is in. Costs a round trip, and nothing where the root is `/`.
 * What the asset cannot resolve is refused with its own code: its kernel may get further than its realpath (a chain of
 * links, a long name).
 * @throws {FilesError} FILES_OUTSIDE; {SftpStatus} where the asset cannot say
 */
export async function confine(
  path: BytePath,
  mount: Mount,
  { mounted, follow }: { readonly mounted: Mounted; readonly follow: boolean },
): Promise<void> {
  const { root, client } = mounted
  if (root === '/') return
  // A slash at the end follows the link before it, whatever the operation.
  const real = follow || path.endsWith('/') ? await targetOf(path, client) : await placeOf(path, client)
  if (!isWithin(root, real)) throw outside(path, mount, mounted)
}

export const outside = (path: BytePath, { target: { asset } }: Mount, { root }: Mounted): FilesError =>
  new FilesError('FILES_OUTSIDE', {
    step: 'look at path',
    message: `${shown(path)} leads out of ${shown(root)}`,
    next: 'use a path within it, or change SFTP_ROOT or SFTP_ROOT_DIRECT',
    facts: { path: shown(path), root: shown(root), asset: asset.hostname },
  })

/** Where a thing is, links followed; where it would be made when it is not there, as long as nothing has its name. */
async function targetOf(path: BytePath, client: SftpClient): Promise<BytePath> {
  const real = await realOf(path, client)
  if (real !== undefined) return real
  if (await exists(path, client)) throw notResolved()
  return await placeOf(path, client)
}

/** Where a name is, itself not followed. A last part of `..` is a directory and no name. */
async function placeOf(path: BytePath, client: SftpClient): Promise<BytePath> {
  const name = path.replace(/\/+$/, '').split('/').at(-1) ?? ''
  const isName = name !== '' && name !== '.' && name !== '..'
  const real = await realOf(isName ? parentOf(path) : path, client)
  if (real === undefined) throw notResolved()
  return isName ? joined(real, name) : real
}

/** Links followed; undefined when it is not there. */
async function realOf(path: BytePath, client: SftpClient): Promise<BytePath | undefined> {
  try {
    return normalised(await client.realpath(path))
  } catch (error) {
    if (isStatus(error, STATUS.noSuchFile)) return undefined
    throw error
  }
}

async function exists(path: BytePath, client: SftpClient): Promise<boolean> {
  try {
    await client.lstat(unslashed(path))
    return true
  } catch (error) {
    if (isStatus(error, STATUS.noSuchFile)) return false
    throw error
  }
}

const notResolved = (): SftpStatus => new SftpStatus(STATUS.noSuchFile, statusText(STATUS.noSuchFile))
