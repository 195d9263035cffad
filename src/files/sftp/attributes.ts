import type { Cursor } from './cursor.ts'
import { u32, u64 } from './encode.ts'

const HAS = { size: 1, owner: 2, permissions: 4, times: 8, extended: 0x80000000 } as const

const TYPE_MASK = 0o170000
const DIRECTORY = 0o040000
const SYMLINK = 0o120000
const REGULAR = 0o100000

/** Attributes of a file (section 5 of the draft); what the server did not tell is absent. Times in seconds. */
export interface Attributes {
  readonly size?: bigint
  readonly uid?: number
  readonly gid?: number
  /** With the type bits of POSIX. */
  readonly mode?: number
  readonly atime?: number
  readonly mtime?: number
}

export function encodeAttributes({ size, uid, gid, mode, atime, mtime }: Attributes): Buffer {
  const owner = uid !== undefined && gid !== undefined
  const times = atime !== undefined && mtime !== undefined
  const flags =
    (size === undefined ? 0 : HAS.size) |
    (owner ? HAS.owner : 0) |
    (mode === undefined ? 0 : HAS.permissions) |
    (times ? HAS.times : 0)
  return Buffer.concat([
    u32(flags),
    ...(size === undefined ? [] : [u64(size)]),
    ...(owner ? [u32(uid), u32(gid)] : []),
    ...(mode === undefined ? [] : [u32(mode)]),
    ...(times ? [u32(atime), u32(mtime)] : []),
  ])
}

/** Takes the attributes from where the cursor stands. Throws BadPacket. */
export function decodeAttributes(cursor: Cursor): Attributes {
  const flags = cursor.u32()
  const size = flags & HAS.size ? { size: cursor.u64() } : {}
  const owner = flags & HAS.owner ? { uid: cursor.u32(), gid: cursor.u32() } : {}
  const mode = flags & HAS.permissions ? { mode: cursor.u32() } : {}
  const times = flags & HAS.times ? { atime: cursor.u32(), mtime: cursor.u32() } : {}
  if (flags & HAS.extended) skipExtended(cursor)
  return { ...size, ...owner, ...mode, ...times }
}

function skipExtended(cursor: Cursor): void {
  for (let left = cursor.u32(); left > 0; left--) {
    cursor.string()
    cursor.string()
  }
}

export const isDirectory = ({ mode }: Attributes): boolean => (mode ?? 0) >> 12 === DIRECTORY >> 12
export const isSymlink = ({ mode }: Attributes): boolean => (mode ?? 0) >> 12 === SYMLINK >> 12
export const kindOf = ({ mode }: Attributes): 'directory' | 'symlink' | 'file' | 'other' => {
  if (mode === undefined) return 'other'
  const type = mode & TYPE_MASK
  if (type === DIRECTORY) return 'directory'
  if (type === SYMLINK) return 'symlink'
  return type === REGULAR ? 'file' : 'other'
}
