import type { Readable, Writable } from 'node:stream'
import { writeFairly } from '../ssh2/fair-writer.ts'
import type { ClientChannel } from '../ssh2/library.ts'
import type { Exit, Size } from '../terminal/terminal.ts'
import type { AssetChannel } from './connection.ts'

/**
 * A program on an asset over an ssh2 channel. To be made in the very callback that hands the channel over: its exit
 * may be in the next packet of the same read.
 */
export class SshAssetChannel implements AssetChannel {
  readonly output: Readable
  readonly errors: Readable
  readonly input: Writable
  readonly closed: Promise<Exit>
  readonly #channel: ClientChannel
  #settle: (exit: Exit) => void = () => undefined
  #exit: Exit = { kind: 'none' }

  constructor(channel: ClientChannel) {
    this.#channel = channel
    this.output = channel
    this.errors = channel.stderr
    this.input = channel
    writeFairly(channel)
    this.closed = new Promise((resolve) => {
      this.#settle = resolve
    })
    this.#watch(channel)
  }

  resize({ columns, rows }: Size): void {
    this.#channel.setWindow(rows, columns, 0, 0)
  }

  signal(name: string): void {
    this.#channel.signal(name)
  }

  close(): void {
    this.#channel.close()
    for (const stream of [this.output, this.errors]) {
      stream.unpipe()
      stream.removeAllListeners('data')
      stream.resume()
    }
    this.#settle(this.#exit)
  }

  /** `close` of the channel does not wait for its error stream, nor the other way round: all three must have come. */
  #watch(channel: ClientChannel): void {
    let open = 3
    const ended = (): void => {
      open--
      if (open === 0) this.#settle(this.#exit)
    }
    // What is wrong with the connection is told by the connection; here it ends the program's channel.
    channel.on('error', () => undefined)
    channel.stderr.on('error', () => undefined)
    channel.once('exit', (...facts: unknown[]) => {
      this.#exit = exitOf(facts)
    })
    channel.once('end', ended)
    channel.stderr.once('end', ended)
    channel.once('close', ended)
  }
}

/** The library tells `(code)` or `(null, signal, core dumped, message)`. */
function exitOf([code, signal, coreDumped]: readonly unknown[]): Exit {
  if (typeof code === 'number') return { kind: 'status', code }
  if (typeof signal !== 'string') return { kind: 'none' }
  return { kind: 'signal', name: signal.replace(/^SIG/, ''), coreDumped: coreDumped === true }
}
