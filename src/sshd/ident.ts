import type { Socket } from 'node:net'

/** RFC 4253 section 4.2: with CR LF. */
const LONGEST_LINE = 255
const PREFIX = Buffer.from('SSH-')
const LF = 10
const IDENT = /^SSH-(?:2\.0|1\.99)-[\x21-\x7e]+(?: [\x20-\x7e]*)?\r?$/

export interface IdentListener {
  /** The whole line is here; it and what came after it have been put back into the socket, which is paused. */
  onIdent(line: string): void
  /** Something that is no SSH client. Nothing was put back. */
  onJunk(why: string, first: Buffer): void
}

/**
 * Collects a client's identification line however it is cut: the ssh2 library forgets all but the first piece. It
 * also keeps what is not SSH (health checks, HTTP, TLS) away from the library.
 */
export function readIdent(socket: Socket, listener: IdentListener): void {
  let seen: Buffer = Buffer.alloc(0)
  const stop = (): void => {
    socket.off('data', onData)
    socket.pause()
  }
  const onData = (piece: Buffer): void => {
    seen = Buffer.concat([seen, piece])
    const verdict = judge(seen)
    if (verdict.kind === 'part') return
    stop()
    if (verdict.kind === 'junk') {
      listener.onJunk(verdict.why, seen)
      return
    }
    socket.unshift(seen)
    listener.onIdent(verdict.line)
  }
  socket.on('data', onData)
  socket.resume() // who read before this left it paused
}

type Verdict =
  | { readonly kind: 'part' }
  | { readonly kind: 'line'; readonly line: string }
  | { readonly kind: 'junk'; readonly why: string }

function judge(seen: Buffer): Verdict {
  const known = Math.min(seen.length, PREFIX.length)
  if (!seen.subarray(0, known).equals(PREFIX.subarray(0, known))) return { kind: 'junk', why: 'not SSH' }
  const end = seen.indexOf(LF)
  if (end >= LONGEST_LINE || (end < 0 && seen.length >= LONGEST_LINE)) {
    return { kind: 'junk', why: 'identification line too long' }
  }
  if (end < 0) return { kind: 'part' }
  const line = seen.toString('latin1', 0, end)
  return IDENT.test(line)
    ? { kind: 'line', line: line.trimEnd() }
    : { kind: 'junk', why: 'not an SSH 2 identification line' }
}

/**
 * Makes the socket leave out the next write if it is exactly `line`. We send our identification at once, as many
 * clients wait for it; the library, which comes in later, would send it again.
 */
export function skipNextWrite(socket: Socket, line: string): void {
  Object.defineProperty(socket, 'write', {
    configurable: true,
    value: (data: string | Uint8Array) => {
      Reflect.deleteProperty(socket, 'write')
      return Buffer.from(data).equals(Buffer.from(line)) || socket.write(data)
    },
  })
}
