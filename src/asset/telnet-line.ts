import { type Duplex, Readable, Writable } from 'node:stream'
import type { Exit, Pty, Size } from '../terminal/terminal.ts'
import { doubleIac, Negotiation } from './telnet-negotiation.ts'
import { TelnetParser } from './telnet-parser.ts'

const CR = 0x0d
const NUL = 0
/** Answers to a server's options that it has not read; above this nothing more of it is read. */
const MOST_UNSENT = 64 * 1024

export interface TelnetLineParts {
  /** TCP, or a way through gateways. Its errors are heard elsewhere. */
  readonly stream: Duplex
  readonly pty: (Pick<Pty, 'term'> & { readonly size: Size }) | undefined
}

/** One telnet connection as two plain streams of bytes, the protocol taken off. */
export class TelnetLine {
  readonly output: Readable
  readonly input: Writable
  /** Resolves when the connection is gone: status 0 when the server ended it, none when it broke. */
  readonly gone: Promise<Exit>
  readonly #stream: Duplex
  readonly #negotiation: Negotiation
  /** The last byte of data was a CR, outside BINARY: a NUL behind it is no byte of its own. */
  #afterCr = false
  #ended = false
  /** The server does not read what it is answered. */
  #stuck = false

  constructor({ stream, pty }: TelnetLineParts) {
    this.#stream = stream
    const send = (bytes: Buffer): void => {
      if (stream.writable) stream.write(bytes)
    }
    this.#negotiation = new Negotiation({ pty, send })
    this.output = new Readable({
      read: () => this.#resume(),
      destroy: (error, done) => {
        stream.destroy()
        done(error)
      },
    })
    this.input = new Writable({ write: (bytes: Buffer, _encoding, done) => this.#write(bytes, done) })
    this.input.on('error', () => undefined)
    this.gone = this.#read(stream)
  }

  /** Whether the server shows what is typed: while a password is asked for it usually says that it does, and does not. */
  get echoes(): boolean {
    return this.#negotiation.echoes
  }

  resize(size: Size): void {
    this.#negotiation.resize(size)
  }

  close(): void {
    this.#stream.destroy()
  }

  #read(stream: Duplex): Promise<Exit> {
    const parser = new TelnetParser({
      data: (bytes) => this.#data(bytes),
      verb: (verb, option) => this.#negotiation.verb(verb, option),
      sub: (option, bytes) => this.#negotiation.sub(option, bytes),
    })
    stream.on('data', (bytes: Buffer) => {
      parser.feed(bytes)
      if (stream.writableLength > MOST_UNSENT) this.#wait()
    })
    stream.on('drain', () => {
      this.#stuck = false
      this.#resume()
    })
    stream.pause()
    return new Promise((resolve) => {
      stream.once('end', () => resolve({ kind: 'status', code: 0 }))
      stream.once('close', () => resolve({ kind: 'none' }))
      for (const event of ['end', 'close']) stream.once(event, () => this.#end())
    })
  }

  #wait(): void {
    this.#stuck = true
    this.#stream.pause()
  }

  #resume(): void {
    if (!this.#stuck && this.output.readableLength < this.output.readableHighWaterMark) this.#stream.resume()
  }

  #end(): void {
    if (this.#ended) return
    this.#ended = true
    this.output.push(null)
    this.#stream.end()
  }

  #data(bytes: Buffer): void {
    const data = this.#negotiation.binaryIn ? bytes : this.#withoutNul(bytes)
    if (data.length > 0 && !this.output.push(data)) this.#stream.pause()
  }

  /** CR NUL is a CR (RFC 854, "the NVT printer"); other NULs stay. */
  #withoutNul(bytes: Buffer): Buffer {
    const was = this.#afterCr
    this.#afterCr = bytes.at(-1) === CR
    if (!bytes.includes(NUL)) return bytes
    return Buffer.from(bytes.filter((byte, at) => byte !== NUL || (at === 0 ? !was : bytes[at - 1] !== CR)))
  }

  #write(bytes: Buffer, done: (error?: Error | null) => void): void {
    if (!this.#stream.writable) {
      done()
      return
    }
    const doubled = doubleIac(bytes)
    this.#stream.write(this.#negotiation.binaryOut ? doubled : nulAfterCr(doubled), () => done())
  }
}

/** Outside BINARY a CR that is not followed by something is half a line end. */
function nulAfterCr(bytes: Buffer): Buffer {
  if (!bytes.includes(CR)) return bytes
  const parts: number[] = []
  for (const byte of bytes) parts.push(...(byte === CR ? [CR, NUL] : [byte]))
  return Buffer.from(parts)
}
