import type { StoredFile } from './storage-http.ts'

/** Where replays go besides core. Both throw StorageError, and may be repeated. */
export interface ObjectStore {
  /** Kind, bucket and address: what it is called in logs and in the spool. No secret. */
  readonly name: string
  /** Stores a file whole, or not at all. `object` is a path without a first slash. */
  put(object: string, file: StoredFile, signal?: AbortSignal): Promise<void>
  remove(object: string, signal?: AbortSignal): Promise<void>
}
