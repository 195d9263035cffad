import type { FileLogRecord, SessionRecord } from '../core/model.ts'
import type { Exit, Pty, Size } from '../terminal/terminal.ts'
import type { EditedLine, JudgedLine } from './command-detector.ts'
import type { SessionEvent } from './session-event.ts'

/** What is known of a session when it begins; kept in the spool's `session.json`. */
export interface SessionFacts {
  /** As core is told of it; its `id` is the session's id everywhere. */
  readonly record: SessionRecord
  /** `files`: a connection for file transfers; what it records is a line for each of them. */
  readonly kind: 'shell' | 'exec' | 'files'
  /** The command of an `exec`. */
  readonly command?: string
  readonly pty: Pty | undefined
  readonly size: Size
}

/** The reason of a session in which nothing ran, also not the command of an `exec`: so that is no command record. */
export const NOT_BEGUN = 'not-begun'

/** How a session ended, for the record. `reason` is one of the words of `session/ending.ts`, or NOT_BEGUN. */
export interface SessionEnd {
  readonly reason: string
  /** Who ended it and why, in their own words, where somebody did. */
  readonly detail?: string | undefined
  readonly exit: Exit
  /** ms since the epoch. */
  readonly at: number
}

/** One operation on a file, as `transfers.ndjson` keeps it. */
export interface TransferRecord {
  /** Core's words: `Upload`, `Append`, `Download`, `Delete`, `Rename`, `Mkdir`, `Rmdir`, `Symlink`, and some of our own. */
  readonly operate: string
  /** Readable text; bytes that are no UTF-8 as `\xNN`. */
  readonly path: string
  /** Of a rename or link: the new name. */
  readonly to?: string
  readonly success: boolean
  /** Why it failed or was refused. */
  readonly reason?: string
  /** Of the content that passed; absent where there is none. */
  readonly bytes?: number
  /** Hex, only of a whole file that passed in order. */
  readonly sha256?: string
  /** ms since the epoch. */
  readonly at: number
  readonly durationMs: number
  /** The client's own words on what it is. */
  readonly client: string
  /** Where its copy is, within the session's directory. */
  readonly copy?: string
}

/**
 * Takes a session down. No call waits or throws: a disk that is slow shows as `false` from `output`, one that fails
 * as `failed`.
 */
export interface Recorder {
  /** Bytes the asset sent, before they are passed on. They are copied. `false`: stop the asset until `onDrain`. */
  output(bytes: Uint8Array): boolean
  /** Keys the person sent: for the command record only, they are not stored. */
  input(bytes: Uint8Array): void
  resize(size: Size): void
  /** A command rule spoke of a line. */
  judged(line: JudgedLine): void
  /** Something that happened beside the screen. */
  event(event: SessionEvent): void
  onDrain(listener: () => void): Disposable
  /** Fires when nothing can be recorded any more; its reason is the AuditError. */
  readonly failed: AbortSignal
  /** Writes what is left, seals the record and hands it to the delivery. Resolves when it is with the kernel. */
  close(end: SessionEnd): Promise<void>
}

/** A replay that is being written: `ReplayFile` reads it meanwhile. */
export interface LiveReplay {
  readonly path: string
  /** Resolves when everything so far is with the kernel. Rejects with the AuditError that stopped the recording. */
  flush(): Promise<void>
}

/** Where sessions are recorded. Throws AuditError from `open` when the disk is below its reserve. */
export interface Audit {
  /** Makes the spool directory; nothing of the session is delivered to core before `Recording.known`. */
  open(facts: SessionFacts): Promise<Recording>
}

export interface Recording extends Recorder {
  /**
   * The line that is being edited, once all that was handed over so far is seen. Undefined when that cannot be known:
   * no terminal, or the detection of commands gave up.
   */
  line(): Promise<EditedLine | undefined>
  /** Where the screen is recorded, and a way to have all of it there so far. */
  readonly replay: LiveReplay
  /** Something was done with a file: a line of `transfers.ndjson`. */
  transfer(record: TransferRecord): void
  /** Core was asked to know this session (surely or perhaps): from here on it is delivered and finished there. */
  known(): Promise<void>
  /** The session never began: the spool directory is removed. */
  discard(): Promise<void>
}

/** What is kept here of an operation on files besides what core has a field for: bytes, hash, client, duration. */
export type FileLogFacts = Readonly<Record<string, string | number | boolean | null>>

/** Where operations on files go on record, whichever door they came by. */
export interface FileLogs {
  /**
   * Resolves when the entry is with the kernel: it outlives a kill from then on, and goes to core in its turn. Rejects
   * with AuditError `AUDIT_WRITE` when it could not be written for as long as the grace lasts: whoever acts without a
   * record must not go on.
   */
  add(record: FileLogRecord, facts?: FileLogFacts): Promise<void>
}
