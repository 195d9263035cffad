import type { Readable, Writable } from 'node:stream'
import { BadPacket, Cursor } from './cursor.ts'
import { hello } from './encode.ts'
import { PacketReader } from './packet-reader.ts'
import { PACKET, VERSION } from './protocol.ts'

/** Takes the answer to one request; undefined when there will be none. */
export type OnReply = (reply: Buffer | undefined) => void

/** The two ends of a channel on which an SFTP server answers. */
export interface ServerEnds {
  readonly input: Writable
  readonly output: Readable
  /** Ends the channel at once. */
  close(): void
}

/**
 * The client's side of an SFTP channel: gives requests ids of their own and brings each answer to whoever asked. Whole
 * packets only, both ways, so that a server that dies never leaves half a packet with anybody.
 */
export class PacketLink {
  /** As the server announced them. */
  readonly extensions: ReadonlyMap<string, Buffer>
  readonly #ends: ServerEnds
  readonly #waiting = new Map<number, OnReply>()
  readonly #gone = new AbortController()
  #lastId = 0
  #closed = false

  private constructor(ends: ServerEnds, extensions: ReadonlyMap<string, Buffer>) {
    this.#ends = ends
    this.extensions = extensions
  }

  /** Says INIT and waits for VERSION. Rejects when the server ends or is none; then the channel is closed. */
  static async open(ends: ServerEnds, signal: AbortSignal): Promise<PacketLink> {
    let link: PacketLink | undefined
    let gone = false
    const greeting = deferred<ReadonlyMap<string, Buffer>>()
    const reader = new PacketReader((packet) => {
      if (link) link.#onPacket(packet)
      else greeting.settle(() => extensionsOf(packet))
    })
    const end = (cause?: unknown): void => {
      gone = true
      greeting.settle(() => {
        throw cause instanceof Error ? cause : new Error('the SFTP server ended before it began')
      })
      link?.close()
    }
    ends.output.on('data', (chunk: Buffer) => {
      try {
        reader.push(chunk)
      } catch (error) {
        ends.close()
        end(error)
      }
    })
    for (const event of ['end', 'close', 'error']) ends.output.once(event, end)
    ends.input.once('close', end)
    ends.input.write(hello(PACKET.init, VERSION))
    const abort = (): void => end(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    try {
      link = new PacketLink(ends, await greeting.promise)
      if (gone) link.close()
      return link
    } catch (error) {
      ends.close()
      throw error
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  /** Fires when the server is gone, and every request that waited has been told. */
  get gone(): AbortSignal {
    return this.#gone.signal
  }

  /** Requests that are not answered. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** Sends a packet under an id of our own, which is written into it. False: wait for `drain` of the input. */
  send(packet: Buffer, onReply: OnReply): boolean {
    if (this.#closed) {
      onReply(undefined)
      return true
    }
    const id = this.#freeId()
    packet.writeUInt32BE(id, 5)
    this.#waiting.set(id, onReply)
    return this.#ends.input.write(packet)
  }

  onDrain(listener: () => void): void {
    this.#ends.input.on('drain', listener)
  }

  /** Stops the server's answers until `release`. */
  hold(): void {
    this.#ends.output.pause()
  }

  release(): void {
    if (!this.#closed) this.#ends.output.resume()
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#ends.close()
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const onReply of waiting) onReply(undefined)
    this.#gone.abort()
  }

  #freeId(): number {
    do this.#lastId = (this.#lastId + 1) >>> 0
    while (this.#waiting.has(this.#lastId))
    return this.#lastId
  }

  /** An answer to nothing is passed over, as OpenSSH's client would not: a server must not be able to end others. */
  #onPacket(packet: Buffer): void {
    const id = packet.readUInt32BE(5)
    const onReply = this.#waiting.get(id)
    this.#waiting.delete(id)
    try {
      onReply?.(packet)
    } catch (error) {
      // It could not be read: for whoever waits that is none, and nothing that follows can be trusted.
      if (error instanceof BadPacket) onReply?.(undefined)
      throw error
    }
  }
}

function extensionsOf(packet: Buffer): ReadonlyMap<string, Buffer> {
  if (packet[4] !== PACKET.version) throw new BadPacket('the server did not begin with its version')
  const cursor = new Cursor(packet, 5)
  const version = cursor.u32()
  if (version < VERSION) throw new BadPacket(`the server speaks SFTP ${version}, and ${VERSION} is needed`)
  const extensions = new Map<string, Buffer>()
  while (cursor.left > 0) extensions.set(cursor.string().toString('latin1'), Buffer.from(cursor.string()))
  return extensions
}

/** A promise that is settled from outside by the first outcome. */
function deferred<T>() {
  let resolve: (value: T) => void = () => undefined
  let reject: (reason: unknown) => void = () => undefined
  const promise = new Promise<T>((onValue, onReason) => {
    resolve = onValue
    reject = onReason
  })
  return {
    promise,
    settle(outcome: () => T): void {
      try {
        resolve(outcome())
      } catch (error) {
        reject(error)
      }
    },
  }
}
