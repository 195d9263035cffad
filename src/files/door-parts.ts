import type { Readable, Writable } from 'node:stream'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../log.ts'
import type { Mounted } from './mount.ts'
import type { OperationLog } from './operation-log.ts'
import type { View } from './view.ts'

/** The client's side of a channel. */
export interface DoorEnds {
  readonly input: Readable
  readonly output: Writable
  /** Fires when the client is gone. */
  readonly gone: AbortSignal
  /** What the person is told of an error, in their language. */
  say(error: unknown): string
  /** Shows a sentence beside the protocol: OpenSSH's clients do not show what it says itself. */
  tell(sentence: string): void
}

export interface DoorOptions {
  readonly showHidden: boolean
  readonly forceRemove: boolean
}

export interface DoorParts {
  readonly ends: DoorEnds
  readonly options: DoorOptions
  readonly operations: Pick<OperationLog, 'add'>
  /** Gets the function that has to be told of each connection. */
  readonly view: (onOpen: (mounted: Mounted) => void) => View
  readonly clock: Clock
  readonly log: Log
}

/** How a channel ended: by the client, or with what was told. */
export type DoorEnding = { readonly kind: 'left' } | { readonly kind: 'failed'; readonly error: unknown }
