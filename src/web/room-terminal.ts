import { EventEmitter } from 'node:events'
import { PassThrough, Readable, Writable } from 'node:stream'
import { type Exit, type Pty, type Size, saneSize, type Terminal } from '../terminal/terminal.ts'

export interface RoomTerminalParts {
  readonly term: string
  readonly size: Size
  /** Hands bytes to the browser; resolves when it may be given more. Never rejects. */
  readonly deliver: (bytes: Buffer) => Promise<void>
  /** Called with the number of bytes that the session has taken of what was typed. */
  readonly onTaken: (bytes: number) => void
}

const HIGH_WATER = 64 * 1024
/** More at once is handed out in pieces: one event, one drawing. */
const PIECE = 64 * 1024

/** A room of the web port as a Terminal: one tab of a browser, whatever protocol its page speaks. */
export class RoomTerminal implements Terminal {
  readonly pty: Pty
  readonly input: Readable
  readonly output: Writable
  readonly errors: Writable = new PassThrough().resume()
  readonly #parts: RoomTerminalParts
  readonly #gone = new AbortController()
  readonly #news = new EventEmitter()
  readonly #typed: Buffer[] = []
  #hungry = false
  #size: Size

  constructor(parts: RoomTerminalParts) {
    this.#parts = parts
    this.pty = { term: parts.term, modes: {} }
    this.#size = saneSize(parts.size.columns, parts.size.rows)
    this.#news.setMaxListeners(0)
    this.input = new Readable({ read: () => this.#feed(true), highWaterMark: HIGH_WATER })
    this.output = new Writable({
      highWaterMark: HIGH_WATER,
      write: (bytes: Buffer, _encoding, done) => this.#write(bytes, done),
      // What gathered while the browser was busy goes as one.
      writev: (chunks, done) => this.#write(Buffer.concat(chunks.map(({ chunk }) => toBuffer(chunk))), done),
    })
    for (const stream of [this.input, this.output]) stream.on('error', () => this.leave())
  }

  get size(): Size {
    return this.#size
  }

  get gone(): AbortSignal {
    return this.#gone.signal
  }

  onResize(listener: (size: Size) => void): Disposable {
    this.#news.on('resize', listener)
    return { [Symbol.dispose]: () => void this.#news.off('resize', listener) }
  }

  /** Browsers send no signals: Ctrl-C is a byte. */
  onSignal(): Disposable {
    return { [Symbol.dispose]: () => undefined }
  }

  resized(size: Size): void {
    const sane = saneSize(size.columns, size.rows)
    if (sane.columns === this.#size.columns && sane.rows === this.#size.rows) return
    this.#size = sane
    this.#news.emit('resize', sane)
  }

  /** What the person typed or pasted. Bounding how much may wait here is the caller's, who is told what was taken. */
  type(bytes: Buffer): void {
    if (this.gone.aborted || bytes.length === 0) return
    for (let at = 0; at < bytes.length; at += PIECE) this.#typed.push(bytes.subarray(at, at + PIECE))
    this.#feed(this.#hungry)
  }

  /** The browser is gone for good. */
  leave(): void {
    if (this.gone.aborted) return
    this.#gone.abort()
    this.#typed.length = 0
    this.input.destroy()
    this.output.destroy()
  }

  async end(_exit: Exit): Promise<void> {
    if (!this.gone.aborted && !this.output.writableEnded) {
      const over = new Promise<void>((resolve) => {
        this.gone.addEventListener('abort', () => resolve(), { once: true })
        this.output.end(resolve)
      })
      await over
    }
    this.leave()
  }

  #feed(hungry: boolean): void {
    this.#hungry = hungry
    while (this.#hungry) {
      const bytes = this.#typed.shift()
      if (!bytes) return
      this.#hungry = this.input.push(bytes)
      this.#parts.onTaken(bytes.length)
    }
  }

  #write(bytes: Buffer, done: (error?: Error) => void): void {
    this.#deliver(bytes).then(
      () => done(),
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
    )
  }

  async #deliver(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length && !this.gone.aborted; at += PIECE) {
      await this.#parts.deliver(bytes.subarray(at, at + PIECE))
    }
  }
}

const toBuffer = (chunk: unknown): Buffer => (Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk)))
