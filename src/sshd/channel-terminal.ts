import { EventEmitter } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { writeFairly } from '../ssh2/fair-writer.ts'
import type { ServerChannel } from '../ssh2/library.ts'
import type { Exit, Pty, Size, Terminal } from '../terminal/terminal.ts'

/** The names RFC 4254 section 6.10 has. */
const SIGNALS = new Set('ABRT ALRM FPE HUP ILL INT KILL PIPE QUIT SEGV TERM USR1 USR2'.split(' '))

/** An SSH session channel as a Terminal. To be made in the very turn the channel was accepted. */
export class ChannelTerminal implements Terminal {
  readonly pty: Pty | undefined
  readonly gone: AbortSignal
  readonly #channel: ServerChannel
  readonly #news = new EventEmitter()
  #size: Size
  #ended: Promise<void> | undefined

  /** `onError`: what the library or the connection under it throws; it ends by itself then. */
  constructor(
    channel: ServerChannel,
    { pty, size, onError }: { pty: Pty | undefined; size: Size; onError: (error: unknown) => void },
  ) {
    channel.on('error', onError)
    channel.stderr.on('error', onError)
    this.#news.setMaxListeners(0)
    this.#channel = channel
    this.pty = pty
    this.#size = size
    this.gone = writeFairly(channel)
  }

  get input(): Readable {
    return this.#channel
  }

  get output(): Writable {
    return this.#channel
  }

  get errors(): Writable {
    return this.#channel.stderr
  }

  get size(): Size {
    return this.#size
  }

  onResize(listener: (size: Size) => void): Disposable {
    return this.#listen('resize', listener)
  }

  onSignal(listener: (name: string) => void): Disposable {
    return this.#listen('signal', listener)
  }

  /** The client changed its window (RFC 4254 section 6.7). */
  resized(size: Size): void {
    if (size.columns === this.#size.columns && size.rows === this.#size.rows) return
    this.#size = size
    this.#news.emit('resize', size)
  }

  /** The client sent a signal (RFC 4254 section 6.9). */
  signalled(name: string): void {
    this.#news.emit('signal', name)
  }

  end(exit: Exit): Promise<void> {
    this.#ended ??= this.#end(exit)
    return this.#ended
  }

  /** Everything goes before EOF and close, which the library sends as one; `close()` would cut what is on its way. */
  async #end(exit: Exit): Promise<void> {
    const flushed = (await this.#flushed(this.errors)) && (await this.#flushed(this.output))
    if (!flushed) return
    this.#tell(exit)
    this.#channel.resume() // what the client still sends is nobody's, and must not keep the channel half open
    await this.#untilGone((done) => this.#channel.end(done))
  }

  /** False when the client is gone first. */
  async #flushed(stream: Writable): Promise<boolean> {
    if (stream.writableEnded) return !this.gone.aborted
    await this.#untilGone((done) => stream.write(Buffer.alloc(0), () => done()))
    return !this.gone.aborted
  }

  #untilGone(start: (done: () => void) => void): Promise<void> {
    if (this.gone.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const done = (): void => {
        this.gone.removeEventListener('abort', done)
        resolve()
      }
      this.gone.addEventListener('abort', done)
      start(done)
    })
  }

  #tell(exit: Exit): void {
    if (exit.kind === 'status') this.#channel.exit(exit.code >>> 0)
    else if (exit.kind === 'signal') this.#tellSignal(exit.name.replace(/^SIG/, ''), exit.coreDumped)
  }

  /** A signal without a name in SSH becomes what a shell would say of it: just a failure. */
  #tellSignal(name: string, coreDumped: boolean): void {
    if (SIGNALS.has(name)) this.#channel.exit(name, coreDumped, '')
    else this.#channel.exit(255)
  }

  #listen<T>(event: string, listener: (value: T) => void): Disposable {
    this.#news.on(event, listener)
    return { [Symbol.dispose]: () => void this.#news.off(event, listener) }
  }
}
