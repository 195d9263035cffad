import { packet, u64 } from './sftp/encode.ts'
import { EXTENSION, PACKET } from './sftp/protocol.ts'

/** Requests without a path that an asset answers. */
export const PASSED: ReadonlySet<string> = new Set([
  EXTENSION.limits,
  EXTENSION.homeDirectory,
  EXTENSION.usersGroupsById,
])

const ONE = Buffer.from('1')
/** What the tree offers for every asset; one that lacks it says so when it is asked. */
export const TREE_EXTENSIONS: ReadonlyMap<string, Buffer> = new Map([
  [EXTENSION.posixRename, ONE],
  [EXTENSION.statvfs, Buffer.from('2')],
  [EXTENSION.fstatvfs, Buffer.from('2')],
  [EXTENSION.hardlink, ONE],
  [EXTENSION.fsync, ONE],
  [EXTENSION.lsetstat, ONE],
  [EXTENSION.limits, ONE],
  [EXTENSION.copyData, ONE],
])

/** An extension that is not judged here is not announced, and refused when it is used. */
export const known = (extensions: ReadonlyMap<string, Buffer>): ReadonlyMap<string, Buffer> => {
  const names: ReadonlySet<string> = new Set(Object.values(EXTENSION))
  return new Map([...extensions].filter(([name]) => names.has(name)))
}

/** What every server takes: the assets behind the tree may differ. */
export const treeLimits = (id: number, handles: number): Buffer =>
  packet(PACKET.extendedReply, id, u64(34_000), u64(32_768), u64(32_768), u64(handles))
