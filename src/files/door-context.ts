import type { Clock } from '../base/clock.ts'
import type { Target } from '../core/model.ts'
import type { Handles, OpenFile } from './handles.ts'
import type { Mounted } from './mount.ts'
import type { Operation } from './operation-log.ts'
import type { OnReply } from './sftp/packet-link.ts'
import type { View } from './view.ts'

/** What the handlers of requests share: one client's channel. */
export interface DoorContext {
  readonly view: View
  readonly handles: Handles
  readonly clock: Clock
  /** Names that begin with a dot are left out of listings. */
  readonly hideDots: boolean
  /** RMDIR of a directory that is not empty removes what is in it. */
  readonly forceRemove: boolean
  /** Answers a request; each exactly once. */
  reply(packet: Buffer): void
  /** Passes the asset's answer on under the client's id; a lost connection becomes an error. */
  pass(id: number, reply: Buffer | undefined): void
  /** Answers with an error and tells the person once. */
  refuse(id: number, error: unknown): void
  /** Sends to an asset and honours its back-pressure. */
  send(mounted: Mounted, packet: Buffer, onReply: OnReply): void
  /** Writes an operation to the logs. `mounted` is absent when nothing was connected, `target` where it was no asset. */
  record(target: Target | undefined, operation: Operation, mounted?: Mounted): void
  /** The end of an open file, whoever brought it about. */
  finish(file: OpenFile): void
}
