import { OPEN } from './sftp/protocol.ts'

/** Actions of a permission in core that files are judged by. `connect` is the login itself. */
export type Action = 'connect' | 'upload_file' | 'download_file'

const WRITING = OPEN.write | OPEN.append | OPEN.create | OPEN.truncate | OPEN.exclusive

/**
 * What OPEN needs (S19). Every flag that can change something is an upload. Servers open for reading unless they are
 * asked for writing alone, so everything but that is a download; RDWR needs both.
 */
export function rightsToOpen(flags: number): readonly Action[] {
  const upload = (flags & WRITING) !== 0
  const download = (flags & OPEN.read) !== 0 || (flags & OPEN.write) === 0
  return [...(upload ? ['upload_file' as const] : []), ...(download ? ['download_file' as const] : [])]
}
