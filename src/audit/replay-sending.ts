import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isMissingFile } from '../base/system-error.ts'
import { CoreError } from '../core/core-error.ts'
import { AuditError, damaged } from './audit-error.ts'
import { type Alone, convertReplay } from './replay-conversion.ts'
import { StorageError } from './storages/storage-error.ts'
import type { StoredFile } from './storages/storage-http.ts'

/** Somebody who is to have a replay. */
export interface ReplayDestination {
  /** False: it would not take it now. */
  readonly open: boolean
  send(file: StoredFile): Promise<void>
}

/**
 * Converts the replay of a session and sends it to all, also when one of them fails. Returns what core refused for good,
 * or why there is no replay to send. Throws the first failure that is to be tried again, when all were tried.
 */
export async function sendReplay(
  directory: string,
  destinations: readonly ReplayDestination[],
  { alone, signal }: { readonly alone: Alone; readonly signal: AbortSignal },
): Promise<CoreError | AuditError | undefined> {
  if (destinations.length === 0) return undefined
  if (destinations.every(({ open }) => !open)) throw allRest() // a conversion for nothing would cost a core
  const path = join(directory, 'core.replay.gz')
  try {
    const bytes = await convertReplay({ source: join(directory, 'replay.log'), target: path }, signal, alone)
    return await sendToAll({ path, bytes }, destinations)
  } catch (error) {
    if (error instanceof AuditError) return error
    if (isMissingFile(error)) return damaged(directory, 'the replay is not there', error)
    throw error
  } finally {
    await rm(path, { force: true })
  }
}

async function sendToAll(
  file: StoredFile,
  destinations: readonly ReplayDestination[],
): Promise<CoreError | undefined> {
  let refusal: CoreError | undefined
  const failures: unknown[] = []
  for (const { send } of destinations) {
    try {
      await send(file)
    } catch (error) {
      if (error instanceof CoreError && (error.kind === 'refused' || error.kind === 'missing'))
        refusal = error
      else failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
  return refusal
}

const allRest = (): StorageError =>
  new StorageError('STORAGE_RESTS', {
    step: 'store replay',
    message: 'the storages for this replay failed a moment ago',
    next: 'nothing: it is tried again',
  })
