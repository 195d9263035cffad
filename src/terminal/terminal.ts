import type { Readable, Writable } from 'node:stream'

/** Columns and rows of a terminal window; pixels are of no use to us. */
export interface Size {
  readonly columns: number
  readonly rows: number
}

/** What a client asked for with `pty-req` (RFC 4254 section 6.2). */
export interface Pty {
  /** The TERM value, e.g. `xterm-256color`. */
  readonly term: string
  /** Terminal modes by opcode name (RFC 4254 section 8), e.g. `{ ECHO: 1 }`. */
  readonly modes: Readonly<Record<string, number>>
  /** The client sent NO_COLOR (https://no-color.org). */
  readonly noColor?: true
}

/** How a program on the other side ended (RFC 4254 section 6.10); `none`: the channel closed without saying. */
export type Exit =
  | { readonly kind: 'status'; readonly code: number }
  | { readonly kind: 'signal'; readonly name: string; readonly coreDumped: boolean }
  | { readonly kind: 'none' }

/**
 * What a door (an SSH channel, a browser tab, a test) gives to a menu or a session: bytes both ways with
 * back-pressure. Whoever reads `input` last must leave it paused and without listeners, and `unshift` what it took
 * and did not use, so that the next reader goes on exactly there.
 */
export interface Terminal {
  /** Raw bytes from the person. Ends when they send EOF, which is not the same as leaving. */
  readonly input: Readable
  /** Raw bytes to the person. Honour `write() === false`. */
  readonly output: Writable
  /** The error stream. Where there is a PTY it is nobody's and must not be used: everything goes to `output`. */
  readonly errors: Writable
  /** Undefined when the client asked for no PTY. */
  readonly pty: Pty | undefined
  /** The window now; 80x24 when the client told none. */
  readonly size: Size
  onResize(listener: (size: Size) => void): Disposable
  /** Signals the client sends (RFC 4254 section 6.9), e.g. `INT`. */
  onSignal(listener: (name: string) => void): Disposable
  /** Fires when the person has left: the channel or the connection under it is gone. */
  readonly gone: AbortSignal
  /** Flushes both streams, tells `exit` and closes. Resolves when all of it is with the transport, or it is gone. */
  end(exit: Exit): Promise<void>
}

/** Window sizes come from strangers: 0 or nonsense becomes 80x24, and 1000x500 is the most (R10). */
export function saneSize(columns: number, rows: number): Size {
  return { columns: clamp(columns, 80, 1000), rows: clamp(rows, 24, 500) }
}

const clamp = (value: number, fallback: number, most: number): number =>
  Number.isInteger(value) && value > 0 ? Math.min(value, most) : fallback
