import { type BytePath, joined } from '../../files/byte-path.ts'
import { isDirectory, isSymlink } from '../../files/sftp/attributes.ts'
import { SftpStatus } from '../../files/sftp/client.ts'
import { STATUS } from '../../files/sftp/protocol.ts'
import type { Volume } from './volume.ts'

interface Copy {
  readonly from: BytePath
  readonly to: BytePath
  readonly signal: AbortSignal
}

/** Directories within directories; deeper ones are not made by people. */
const DEEPEST = 256

/** Copies a file or a directory with all that is in it, a file at a time, through here. Links in it are followed to files. */
export async function copyTree(volume: Volume, { from, to, signal }: Copy, depth = 0): Promise<void> {
  signal.throwIfAborted()
  if (depth > DEEPEST) throw new SftpStatus(STATUS.failure, 'the directories are too deep')
  const { client } = volume
  const link = await client.lstat(from)
  const attributes = isSymlink(link) ? await client.stat(from) : link
  if (!isDirectory(attributes)) return await client.writeFile(to, client.readFile(from))
  // A directory behind a link may hold the link itself.
  if (isSymlink(link) && depth > 0) return
  if (!(await volume.exists(to))) await client.mkdir(to)
  for await (const page of client.list(from)) {
    for (const { name } of page) {
      const inner = joined(from, name)
      // The copy lies in what is copied: it is not copied again.
      if (inner !== to) await copyTree(volume, { from: inner, to: joined(to, name), signal }, depth + 1)
    }
  }
}
