import type { SessionRecord } from '../../core/model.ts'
import type { DetectedCommand } from '../command-detector.ts'
import type { StorageError } from './storage-error.ts'

/** A command and what it is known by, always and everywhere: sent twice, it is stored once. */
export interface NumberedCommand {
  readonly id: string
  readonly command: DetectedCommand
}

/** A command that is not taken, however often it is sent. */
export interface RefusedCommand {
  readonly command: DetectedCommand
  readonly error: StorageError
}

/** Where commands go besides core. Throws StorageError; all of it may be repeated. */
export interface CommandStore {
  /** Kind, index and address. No secret. */
  readonly name: string
  /** Stores all but those it returns. */
  save(
    session: SessionRecord,
    commands: readonly NumberedCommand[],
    signal?: AbortSignal,
  ): Promise<readonly RefusedCommand[]>
  /** Stores a document of a test and removes it. */
  probe(id: string, signal?: AbortSignal): Promise<void>
}
