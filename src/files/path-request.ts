import type { FileOperation } from '../core/model.ts'
import { type BytePath, pathOf } from './byte-path.ts'
import type { Action } from './rights.ts'
import { Cursor } from './sftp/cursor.ts'
import { string } from './sftp/encode.ts'
import { BODY, EXTENSION, PACKET } from './sftp/protocol.ts'

/** What an operation on a path is judged and recorded as. */
export interface PathRule {
  /** Beside `connect`. */
  readonly need: readonly Action[]
  /** Does the operation act on what a link points to? */
  readonly follow: boolean
  /** Core's word; only what changes something is recorded. */
  readonly operate?: FileOperation
}

/** A request that names one or two paths, cut into what is rewritten and what is passed on. */
export interface PathRequest {
  readonly type: number
  readonly id: number
  /** Fields before the paths, as they came. */
  readonly head: Buffer
  readonly paths: readonly BytePath[]
  /** Fields behind the paths, as they came. */
  readonly tail: Buffer
  readonly rule: PathRule
}

const LOOK = { need: [], follow: true } as const satisfies PathRule
const LOOK_AT_LINK = { need: [], follow: false } as const satisfies PathRule
const change = (operate: FileOperation, follow = false): PathRule => ({
  need: ['upload_file'],
  follow,
  operate,
})

const ONE_PATH: ReadonlyMap<number, PathRule> = new Map<number, PathRule>([
  [PACKET.lstat, LOOK_AT_LINK],
  [PACKET.stat, LOOK],
  [PACKET.opendir, LOOK],
  [PACKET.realpath, LOOK],
  [PACKET.readlink, LOOK_AT_LINK],
  [PACKET.setstat, change('Setstat', true)],
  [PACKET.mkdir, change('Mkdir')],
  [PACKET.rmdir, change('Rmdir')],
  [PACKET.remove, change('Delete')],
  // Judged by its flags.
  [PACKET.open, LOOK],
])

const ONE_PATH_EXTENSIONS: ReadonlyMap<string, PathRule> = new Map<string, PathRule>([
  [EXTENSION.statvfs, LOOK],
  [EXTENSION.expandPath, LOOK],
  [EXTENSION.lsetstat, change('Setstat')],
])

const TWO_PATH_EXTENSIONS: ReadonlyMap<string, PathRule> = new Map<string, PathRule>([
  [EXTENSION.posixRename, change('Rename')],
  [EXTENSION.hardlink, change('Hardlink')],
])

/** Undefined when it names no path, or is not known. Throws BadPacket. */
export function parsePathRequest(packet: Buffer): PathRequest | undefined {
  const cursor = new Cursor(packet, BODY)
  const [type = 0, id] = [packet[4], packet.readUInt32BE(5)]
  const none = Buffer.alloc(0)
  if (type === PACKET.extended) return parseExtended(cursor, id)
  if (type === PACKET.rename)
    return request({ type, id, head: none, cursor, count: 2, rule: change('Rename') })
  if (type === PACKET.symlink) {
    // OpenSSH's order, which all follow: the text of the link, then its place. The text is no path of ours.
    const head = string(cursor.string())
    return request({ type, id, head, cursor, count: 1, rule: change('Symlink') })
  }
  const rule = ONE_PATH.get(type)
  return rule && request({ type, id, head: none, cursor, count: 1, rule })
}

function parseExtended(cursor: Cursor, id: number): PathRequest | undefined {
  const name = cursor.string()
  const one = ONE_PATH_EXTENSIONS.get(name.toString('latin1'))
  const two = TWO_PATH_EXTENSIONS.get(name.toString('latin1'))
  const rule = one ?? two
  const [type, head, count] = [PACKET.extended, string(name), one ? 1 : 2]
  return rule && request({ type, id, head, cursor, count, rule })
}

function request({
  cursor,
  count,
  ...parts
}: Omit<PathRequest, 'paths' | 'tail'> & { cursor: Cursor; count: number }): PathRequest {
  const paths = Array.from({ length: count }, () => pathOf(cursor.string()))
  return { ...parts, paths, tail: Buffer.from(cursor.rest()) }
}
