import { Duplex } from 'node:stream'

const HIGH_MARK = 256 * 1024

/** Two ends of a pipe within the process: what is written to one is read from the other, with back-pressure. */
export function duplexPair(): readonly [Duplex, Duplex] {
  const one = new End()
  const other = new End()
  one.peer = other
  other.peer = one
  return [one, other]
}

class End extends Duplex {
  peer: End | undefined
  #taken: (() => void) | undefined

  constructor() {
    super({ readableHighWaterMark: HIGH_MARK, writableHighWaterMark: HIGH_MARK })
  }

  override _read(): void {
    const taken = this.#taken
    this.#taken = undefined
    taken?.()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const { peer } = this
    if (!peer || peer.destroyed) done()
    else peer.#give(chunk, done)
  }

  override _final(done: () => void): void {
    this.peer?.push(null)
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const { peer } = this
    this.peer = undefined
    if (peer && !peer.readableEnded && !peer.destroyed) peer.push(null)
    done(error)
  }

  #give(chunk: Buffer, done: () => void): void {
    if (this.push(chunk)) done()
    else this.#taken = done
  }
}
