// Messages a server may send that ssh2 1.17.0 has no method for: a banner at any time before the login succeeds, a
// disconnect that says why, a debug text. They need private names of the library, checked before they are used.
import { Fault } from '../base/fault.ts'
import { connectionInternals } from './internals.ts'

/** RFC 4253 section 11.1 and RFC 4252 section 5.4. */
const SSH_MSG_DISCONNECT = 1
const SSH_MSG_DEBUG = 4
const SSH_MSG_USERAUTH_BANNER = 53

/** Reason codes of RFC 4253 section 11.1. */
export const DISCONNECT = { byApplication: 11, noMoreAuthMethods: 14 } as const

interface PacketInternals {
  readonly _packetRW: {
    readonly write: {
      readonly allocStart: number
      alloc(size: number): Buffer
      finalize(packet: Buffer): Buffer
    }
  }
  readonly _cipher: { encrypt(packet: Buffer): void }
}

/** Shows `text` (lines ended by LF) before the login is done (RFC 4252 section 5.4). False: not possible now. */
export const sendBanner = (connection: object, text: string): boolean =>
  sendPayload(connection, Buffer.concat([Buffer.of(SSH_MSG_USERAUTH_BANNER), ...strings(crlf(text), '')]))

/** Ends the connection and says why (RFC 4253 section 11.1). Without a way to say it, it just ends. */
export function disconnect(connection: object, reason: number, text: string): void {
  const head = Buffer.alloc(5)
  head[0] = SSH_MSG_DISCONNECT
  head.writeUInt32BE(reason, 1)
  sendPayload(connection, Buffer.concat([head, ...strings(text, '')]))
  connectionInternals(connection)._sock.end()
}

/** A text for whoever looks closely (RFC 4253 section 11.3). False: not possible now. */
export const sendDebug = (connection: object, text: string): boolean =>
  sendPayload(connection, Buffer.concat([Buffer.of(SSH_MSG_DEBUG, 1), ...strings(text, '')]))

/** Sends one message as it is, past the library's own state. False while keys are exchanged, or when it is too late. */
export function sendPayload(connection: object, payload: Buffer): boolean {
  const { _protocol: protocol, _sock: socket } = connectionInternals(connection)
  if (!socket.writable || protocol._kexinit !== undefined) return false
  if (!canSend(protocol)) throw unknownLibrary()
  const { write } = protocol._packetRW
  const packet = write.alloc(payload.length)
  packet.set(payload, write.allocStart)
  protocol._cipher.encrypt(write.finalize(packet))
  return true
}

/** What the library throws at an answer when the client has sent other login requests meanwhile. */
export const isOutOfTurn = (error: unknown): boolean =>
  error instanceof Error && /\bauth (?:not )?in progress$/.test(error.message)

const crlf = (text: string): string => `${text.replace(/\r?\n/g, '\r\n')}\r\n`

const strings = (...texts: string[]): Buffer[] =>
  texts.flatMap((text) => {
    const bytes = Buffer.from(text)
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.length)
    return [length, bytes]
  })

function canSend(protocol: object): protocol is PacketInternals {
  const write = inside(inside(protocol, '_packetRW'), 'write')
  return (
    typeof inside(write, 'alloc') === 'function' &&
    typeof inside(write, 'finalize') === 'function' &&
    typeof inside(write, 'allocStart') === 'number' &&
    typeof inside(inside(protocol, '_cipher'), 'encrypt') === 'function'
  )
}

const inside = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined

const unknownLibrary = (): Fault =>
  new Fault('SSH2_INTERNALS', {
    step: 'use ssh2',
    message: 'the packet writer of the ssh2 library is not built as in version 1.17.0',
    next: 'Install exactly the version that package.json names.',
  })
