import type { Readable, Writable } from 'node:stream'
import type { Exit, Pty, Size } from '../terminal/terminal.ts'

/** An open, authenticated connection to an asset. One session's failure never touches another's connection. */
export interface AssetConnection extends AsyncDisposable {
  /** Where it really went: the resolved address and port. */
  readonly address: string
  /** Resolves, never rejects, when the connection is gone; the value says why where that is known. */
  readonly closed: Promise<{ readonly cause?: unknown }>
  /** A login shell on a PTY of the given kind and size, or without one. */
  shell(pty: PtyRequest | undefined): Promise<AssetChannel>
  /** One command; with a PTY when the client had one. */
  exec(command: string, pty: PtyRequest | undefined): Promise<AssetChannel>
  /** A subsystem (RFC 4254 section 6.5), e.g. `sftp`: its packets as raw bytes. */
  subsystem(name: string): Promise<AssetChannel>
}

export interface PtyRequest extends Pty {
  readonly size: Size
}

/** One program on the asset. `output` and `errors` are paused until somebody reads them: nothing is lost before. */
export interface AssetChannel {
  readonly output: Readable
  readonly errors: Readable
  /** Raw bytes to the program. `end()` is its EOF. Honour `write() === false`. */
  readonly input: Writable
  resize(size: Size): void
  signal(name: string): void
  /** Resolves after the last byte of `output` and `errors` was emitted; never rejects. */
  readonly closed: Promise<Exit>
  /** Ends the program's channel at once; unread output is dropped. */
  close(): void
}
