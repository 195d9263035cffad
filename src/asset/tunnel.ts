import { Duplex } from 'node:stream'
import type { Clock } from '../base/clock.ts'
import { writeFairly } from '../ssh2/fair-writer.ts'
import type { ClientChannel, SshClient } from '../ssh2/library.ts'

/** How long a gateway may take to say goodbye, ms. */
const GOODBYE_LIMIT = 1000

export interface TunnelParts {
  /** A direct-tcpip channel (RFC 4254 section 7.2). */
  readonly channel: ClientChannel
  /** The gateway's connection, with nothing else on it. */
  readonly client: SshClient
  /** What the gateway's connection runs over: a socket, or the tunnel of the hop before. */
  readonly under: Duplex
  readonly clock: Clock
}

/** A TCP connection made by a gateway. It owns the gateway's connection: both end together, whichever ends first. */
export class Tunnel extends Duplex {
  readonly #parts: TunnelParts

  constructor(parts: TunnelParts) {
    super({ allowHalfOpen: true })
    this.#parts = parts
    const { channel, client } = parts
    writeFairly(channel)
    this.on('error', () => undefined)
    channel.on('error', () => undefined)
    channel.on('data', (bytes: Buffer) => {
      if (!this.push(bytes)) channel.pause()
    })
    channel.on('end', () => this.push(null))
    channel.on('close', () => this.#over())
    channel.pause()
    client.once('close', () => this.destroy())
  }

  /** What came before the gateway closed is still to be read. */
  #over(): void {
    if (this.readableEnded) this.destroy()
    else this.once('end', () => this.destroy())
    this.push(null)
  }

  override _read(): void {
    this.#parts.channel.resume()
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#parts.channel.write(bytes, done)
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#parts.channel.end()
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const { channel, client, under, clock } = this.#parts
    channel.removeAllListeners('data')
    channel.close()
    channel.resume()
    const cut = clock.after(GOODBYE_LIMIT, () => under.destroy())
    client.once('close', () => {
      cut[Symbol.dispose]()
      under.destroy()
    })
    if (under.destroyed) cut[Symbol.dispose]()
    else client.end()
    done(error)
  }
}
