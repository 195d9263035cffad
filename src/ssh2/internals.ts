// The private names of ssh2 1.17.0 this room relies on, in one place and checked when used: another version of the
// library fails here with a sentence, not later in the middle of a session.
import type { Socket } from 'node:net'
import type { Writable } from 'node:stream'
import { Fault } from '../base/fault.ts'

type WriteCallback = (error?: Error | null) => void
export type WriteHook = (chunk: Buffer, encoding: BufferEncoding, done: WriteCallback) => void

/** The transport: what turns channel data into packets. */
export interface ProtocolInternals {
  channelData(id: number, data: Buffer): void
  channelExtData(id: number, data: Buffer, type: number): void
  /** Set while keys are exchanged: packets are then queued in memory, not sent. */
  readonly _kexinit: unknown
  /** Is given a line for every packet, if set. */
  _debug?: unknown
}

/** One connection, of either role. */
export interface ConnectionInternals {
  readonly _sock: Socket
  readonly _protocol: ProtocolInternals
  once(event: 'handshake', listener: () => void): unknown
}

export interface ChannelInternals extends Writable {
  _write: WriteHook
  close(): void
  /** True on the server's side, where `stderr` is written to; on the client's it is read. */
  readonly server: boolean
  readonly stderr: { _write?: WriteHook }
  readonly outgoing: {
    readonly id: number
    window: number
    readonly packetSize: number
    readonly state: string
  }
  readonly _client: ConnectionInternals
  /** With `_waitWindow` set, `_chunkcb` is called when the peer opens its window. */
  _waitWindow: boolean
  _chunk: Buffer | undefined
  _chunkErr: Buffer | undefined
  _chunkcb: (() => void) | undefined
}

/** A server's connection: what gives its channels their numbers, and what closes them. */
export interface ServerConnectionInternals {
  readonly _chanMgr: { remove(id: number): void }
  readonly _protocol: { channelClose(id: number): void }
}

/** A session channel of a server, before and after a program was started in it. */
export interface SessionInternals {
  /** Undefined while nothing was started. */
  readonly _channel: unknown
  readonly _chanInfo: {
    readonly incoming: { readonly id: number }
    readonly outgoing: { readonly id: number }
  }
}

/** An ssh2 channel (client's or server's) with its private parts. Throws a Fault when they are not as expected. */
export function channelInternals(channel: object): ChannelInternals {
  if (isChannel(channel)) return channel
  throw unknownLibrary('channel')
}

/** An ssh2 connection (Client, or a server's connection) with its private parts; only after it has its socket. */
export function connectionInternals(connection: object): ConnectionInternals {
  if (isConnection(connection)) return connection
  throw unknownLibrary('connection')
}

/** The connection of an ssh2 server with the parts that close channels. */
export function serverConnectionInternals(connection: object): ServerConnectionInternals {
  if (isServerConnection(connection)) return connection
  throw unknownLibrary('connection')
}

/** A session of an ssh2 server with its private parts. */
export function sessionInternals(session: object): SessionInternals {
  if (isSession(session)) return session
  throw unknownLibrary('session')
}

const unknownLibrary = (part: string): Fault =>
  new Fault('SSH2_INTERNALS', {
    step: 'use ssh2',
    message: `a ${part} of the ssh2 library is not built as in version 1.17.0`,
    next: 'Install exactly the version that package.json names.',
  })

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

const has = (value: unknown, kinds: Readonly<Record<string, string>>): value is Record<string, unknown> =>
  isObject(value) && Object.entries(kinds).every(([name, kind]) => typeof value[name] === kind)

function isChannel(channel: object): channel is ChannelInternals {
  const methods = { _write: 'function', close: 'function', _waitWindow: 'boolean', server: 'boolean' }
  if (!has(channel, methods)) return false
  const numbers = { id: 'number', window: 'number', packetSize: 'number', state: 'string' }
  return (
    has(channel['outgoing'], numbers) &&
    isObject(channel['stderr']) &&
    '_chunkcb' in channel &&
    isObject(channel['_client']) &&
    isConnection(channel['_client'])
  )
}

function isConnection(connection: object): connection is ConnectionInternals {
  if (!has(connection, { once: 'function' })) return false
  const protocol = connection['_protocol']
  return (
    has(protocol, { channelData: 'function', channelExtData: 'function' }) &&
    '_kexinit' in protocol &&
    has(connection['_sock'], { once: 'function', write: 'function', writableLength: 'number' })
  )
}

const isServerConnection = (connection: object): connection is ServerConnectionInternals =>
  isObject(connection) &&
  has(connection['_chanMgr'], { remove: 'function' }) &&
  has(connection['_protocol'], { channelClose: 'function' })

function isSession(session: object): session is SessionInternals {
  if (!isObject(session) || !('_channel' in session)) return false
  const info = session['_chanInfo']
  return isObject(info) && has(info['incoming'], { id: 'number' }) && has(info['outgoing'], { id: 'number' })
}
