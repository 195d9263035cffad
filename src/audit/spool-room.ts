import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isMissingFile } from '../base/system-error.ts'
import { AuditError } from './audit-error.ts'
import { readDelivery } from './delivery-file.ts'
import type { Spool } from './spool.ts'

/** Bytes of all recordings in the spool, one after the other so that nobody has to wait for it. */
export async function spoolBytes(spool: Spool, signal: AbortSignal): Promise<number> {
  let bytes = 0
  for await (const { directory } of spool.sessions()) {
    if (signal.aborted) break
    bytes += await directoryBytes(directory)
  }
  return bytes
}

/**
 * Removes recordings that are delivered, the oldest first, until `bytes` are free or no more are there; resolves with
 * what was freed. What waits, what core refused and what cannot be read stays.
 */
export async function makeRoom(
  spool: Spool,
  options: { bytes: number; isBusy: (id: string) => boolean; signal: AbortSignal },
): Promise<number> {
  let freed = 0
  for await (const session of spool.sessions()) {
    if (options.signal.aborted || freed >= options.bytes) break
    if (options.isBusy(session.id) || !(await isDelivered(session.directory))) continue
    const bytes = await directoryBytes(session.directory)
    await spool.remove(session)
    freed += bytes
  }
  return freed
}

async function isDelivered(directory: string): Promise<boolean> {
  try {
    const { done, refused } = await readDelivery(directory)
    return done !== undefined && !refused
  } catch (error) {
    if (error instanceof AuditError) return false
    throw error
  }
}

async function directoryBytes(directory: string): Promise<number> {
  let bytes = 0
  for (const { parentPath, name } of await readdir(directory, { recursive: true, withFileTypes: true })) {
    bytes += await fileBytes(join(parentPath, name))
  }
  return bytes
}

/** What goes away meanwhile has none. */
async function fileBytes(path: string): Promise<number> {
  try {
    const found = await stat(path)
    return found.isFile() ? found.size : 0
  } catch (error) {
    if (isMissingFile(error)) return 0
    throw error
  }
}
