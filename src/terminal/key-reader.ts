import type { Clock } from '../base/clock.ts'
import { type Key, KeyDecoder } from './keys.ts'
import type { Terminal } from './terminal.ts'

/** Whoever asks for keys. */
export interface KeyListener {
  /** A key; true: enough, what was typed after it is given back to the input. */
  onKey(key: Key): boolean
  /** All keys of a packet were given: the time to draw. */
  onPause(): void
  /** The output was full and takes more again. */
  onDrain(): void
  /** No more keys: the input ended (`eof`), or the person left or the reading was cancelled (`gone`). */
  onEnd(how: 'eof' | 'gone'): void
}

export interface KeyReaderOptions {
  readonly terminal: Terminal
  readonly listener: KeyListener
  readonly signal: AbortSignal
  /** Given: an Esc that nothing follows for a moment is a key of its own. Without it only a part of a sequence. */
  readonly clock?: Clock | undefined
}

/** Bytes taken in one turn of the event loop: a flood of keys must not hold up everybody else. */
const MOST_AT_ONCE = 256
/** A terminal sends a sequence as a whole; over a slow line its parts may come so far apart. */
const ESCAPE_MS = 150

/**
 * Gives the keys of a terminal's input with back-pressure both ways, until it is stopped. It leaves the input paused
 * and without listeners, and gives back what it took and did not use.
 */
export class KeyReader {
  readonly #options: KeyReaderOptions
  readonly #keys = new KeyDecoder()
  readonly #closers: Array<() => void> = []
  #stopped = false
  #turn: NodeJS.Immediate | undefined
  #escape: Disposable | undefined

  constructor(options: KeyReaderOptions) {
    this.#options = options
  }

  /** Begins; call once. An input that is over already ends it in this very call. */
  start(): void {
    const { terminal, listener } = this.#options
    const { input, output } = terminal
    const signal = AbortSignal.any([this.#options.signal, terminal.gone])
    if (input.readableEnded && !signal.aborted) this.#end('eof')
    else if (signal.aborted || input.destroyed) this.#end('gone')
    if (this.#stopped) return
    this.#on(input, 'data', (bytes: Buffer) => this.#take(bytes))
    this.#on(input, 'end', () => this.#end('eof'))
    this.#on(input, 'close', () => this.#end('gone'))
    this.#on(output, 'drain', () => {
      listener.onDrain()
      this.#goOn()
    })
    const onAbort = (): void => this.#end('gone')
    signal.addEventListener('abort', onAbort, { once: true })
    this.#closers.push(() => signal.removeEventListener('abort', onAbort))
    this.#goOn()
  }

  /** No more keys are given. */
  stop(): void {
    if (this.#stopped) return
    this.#stopped = true
    clearImmediate(this.#turn)
    this.#escape?.[Symbol.dispose]()
    this.#options.terminal.input.pause()
    for (const close of this.#closers) close()
  }

  #end(how: 'eof' | 'gone'): void {
    if (this.#stopped) return
    this.stop()
    this.#options.listener.onEnd(how)
  }

  #on<Args extends unknown[]>(
    emitter: NodeJS.EventEmitter,
    event: string,
    listener: (...args: Args) => void,
  ): void {
    emitter.on(event, listener)
    this.#closers.push(() => emitter.off(event, listener))
  }

  #take(packet: Buffer): void {
    const { terminal, listener } = this.#options
    this.#escape?.[Symbol.dispose]()
    const bytes = packet.subarray(0, MOST_AT_ONCE)
    if (packet.length > MOST_AT_ONCE) this.#later(packet.subarray(MOST_AT_ONCE))
    for (const [index, byte] of bytes.entries()) {
      const key = this.#keys.push(byte)
      if (!key || !listener.onKey(key)) continue
      this.stop()
      const rest = bytes.subarray(index + 1)
      if (rest.length > 0) terminal.input.unshift(rest)
      return
    }
    listener.onPause()
    if (this.#keys.isEscape) this.#awaitEscape()
    if (terminal.output.writableNeedDrain) terminal.input.pause()
  }

  #awaitEscape(): void {
    const { clock, listener } = this.#options
    this.#escape = clock?.after(ESCAPE_MS, () => {
      const key = this.#keys.escape()
      if (key && listener.onKey(key)) this.stop()
      else listener.onPause()
    })
  }

  #later(bytes: Buffer): void {
    const { input } = this.#options.terminal
    input.pause()
    input.unshift(bytes)
    this.#turn = setImmediate(() => this.#goOn())
  }

  #goOn(): void {
    const { input, output } = this.#options.terminal
    if (!this.#stopped && !output.writableNeedDrain) input.resume()
  }
}
