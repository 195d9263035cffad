import type { Readable, Writable } from 'node:stream'
import type { Exit, Pty, Size } from '../terminal/terminal.ts'
import type { Endpoint } from './destination.ts'

/** An open, authenticated connection to an asset. One session's failure never touches another's connection. */
export interface AssetConnection extends AsyncDisposable {
  /** Where it really went: the resolved address and port. */
  readonly address: string
  /** The account it is logged in to, also where a person typed the name. */
  readonly account: string
  /** Resolves, never rejects, when the connection is gone; the value says why where that is known. */
  readonly closed: Promise<{ readonly cause?: unknown }>
  /** A login shell on a PTY of the given kind and size, or without one. */
  shell(pty: PtyRequest | undefined): Promise<AssetChannel>
  /** One command; with a PTY when the client had one. */
  exec(command: string, pty: PtyRequest | undefined): Promise<AssetChannel>
  /** A subsystem (RFC 4254 section 6.5), e.g. `sftp`: its packets as raw bytes. */
  subsystem(name: string): Promise<AssetChannel>
  /** Absent where the protocol has no such thing. */
  readonly tcp?: TcpForwarding
}

/** TCP connections made by or at the asset (RFC 4254 section 7). */
export interface TcpForwarding {
  /** The asset connects to `to`, as it resolves and reaches it; `from` is who asked, for its log. */
  forward(to: Endpoint, from: Endpoint): Promise<AssetChannel>
  /** The asset listens; port 0 lets it choose. Ends with the connection, or when disposed. */
  listen(at: Endpoint, onConnection: (incoming: IncomingConnection) => void): Promise<Listening>
}

/** Somebody connected to a port the asset listens on for us. Exactly one of the two is to be called. */
export interface IncomingConnection {
  readonly from: Endpoint
  accept(): AssetChannel
  reject(): void
}

export interface Listening extends AsyncDisposable {
  readonly port: number
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
