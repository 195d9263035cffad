import { type BytePath, wireOf } from './byte-path.ts'
import type { Mount, Mounted } from './mount.ts'
import type { PathRequest } from './path-request.ts'
import { packet, string } from './sftp/encode.ts'
import { EXTENSION, PACKET } from './sftp/protocol.ts'

/** A request that goes to an asset. */
export interface ToAsset {
  readonly request: PathRequest
  readonly mount: Mount
  /** In the words of the view until it is connected, then the asset's own. */
  paths: readonly BytePath[]
  readonly began: number
}

/** The packet with the asset's own paths. */
export function packetFor({ request: { type, head, tail }, paths }: ToAsset, { link }: Mounted): Buffer {
  const fields = paths.map((path) => string(wireOf(path)))
  const posix = type === PACKET.extended && head.includes(EXTENSION.posixRename)
  // The tree announces it for all; a server that lacks it renames as it can.
  if (posix && !link.extensions.has(EXTENSION.posixRename)) return packet(PACKET.rename, 0, ...fields, tail)
  return packet(type, 0, head, ...fields, tail)
}
