import { BELL } from './ansi.ts'
import { KeyDecoder } from './keys.ts'
import { type LineEcho, lineEcho, type Prompt } from './line-echo.ts'
import { emptyLine, type Line, pressKey, type Step } from './line-editor.ts'
import type { Terminal } from './terminal.ts'

/**
 * What came of asking for a line. `eof`: Ctrl-D on an empty line, or the end of the input. `interrupt`: Ctrl-C, or
 * the signal INT. `gone`: the person left, or the reading was cancelled.
 */
export type LineInput =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'eof' }
  | { readonly kind: 'interrupt' }
  | { readonly kind: 'gone' }

export interface LineRequest {
  readonly terminal: Terminal
  readonly prompt: Prompt
  /** Earlier lines for the arrow keys, oldest first. */
  readonly history?: readonly string[]
}

/** Bytes taken in one turn of the event loop: a flood of keys must not hold up everybody else. */
const MOST_AT_ONCE = 256

const GONE: LineInput = { kind: 'gone' }
const EOF: LineInput = { kind: 'eof' }

/**
 * Asks for one line, with an editor on a PTY and as plain lines elsewhere. Leaves the input paused and without
 * listeners; what was typed after the Enter is given back to it. Never rejects.
 */
export function readLine(request: LineRequest, signal: AbortSignal): Promise<LineInput> {
  const { input, gone } = request.terminal
  if (signal.aborted || gone.aborted) return Promise.resolve(GONE)
  if (input.readableEnded) return Promise.resolve(EOF)
  if (input.destroyed) return Promise.resolve(GONE)
  return new Promise((resolve) => {
    const reading = new LineReading(request, AbortSignal.any([signal, gone]), resolve)
    reading.start()
  })
}

class LineReading {
  readonly #terminal: Terminal
  readonly #signal: AbortSignal
  readonly #resolve: (input: LineInput) => void
  readonly #echo: LineEcho
  readonly #keys = new KeyDecoder()
  readonly #closers: Array<() => void> = []
  #line: Line
  #settled = false
  #turn: NodeJS.Immediate | undefined
  #stale = false

  constructor(request: LineRequest, signal: AbortSignal, resolve: (input: LineInput) => void) {
    this.#terminal = request.terminal
    this.#signal = signal
    this.#resolve = resolve
    this.#echo = lineEcho(request.terminal, request.prompt)
    this.#line = emptyLine(request.history)
  }

  start(): void {
    const { input, output } = this.#terminal
    this.#on(input, 'data', (bytes: Buffer) => this.#take(bytes))
    this.#on(input, 'end', () => this.#ended())
    this.#on(input, 'close', () => this.#settle(GONE))
    this.#on(output, 'drain', () => this.#drained())
    const onAbort = (): void => this.#settle(GONE)
    this.#signal.addEventListener('abort', onAbort, { once: true })
    this.#closers.push(() => this.#signal.removeEventListener('abort', onAbort))
    this.#own(this.#terminal.onResize(() => this.#redraw()))
    this.#own(
      this.#terminal.onSignal((name) => {
        if (name === 'INT') this.#interrupted()
      }),
    )
    this.#send(this.#echo.begin(this.#line))
    this.#goOn()
  }

  #on<Args extends unknown[]>(
    emitter: NodeJS.EventEmitter,
    event: string,
    listener: (...args: Args) => void,
  ): void {
    emitter.on(event, listener)
    this.#closers.push(() => emitter.off(event, listener))
  }

  #own(thing: Disposable): void {
    this.#closers.push(() => thing[Symbol.dispose]())
  }

  #take(packet: Buffer): void {
    const bytes = packet.subarray(0, MOST_AT_ONCE)
    if (packet.length > MOST_AT_ONCE) this.#later(packet.subarray(MOST_AT_ONCE))
    let bell = ''
    for (const [index, byte] of bytes.entries()) {
      const key = this.#keys.push(byte)
      if (!key) continue
      const step = pressKey(this.#line, key)
      if (step.kind === 'editing') {
        this.#edit(step.line)
        if (step.bell) bell = BELL
      } else if (step.kind === 'clear') {
        this.#send(this.#echo.clear(step.line))
      } else {
        this.#finish(step, bytes.subarray(index + 1))
        return
      }
    }
    this.#send(this.#echo.change(this.#line) + bell)
    if (this.#terminal.output.writableNeedDrain) this.#terminal.input.pause()
  }

  #later(bytes: Buffer): void {
    const { input } = this.#terminal
    input.pause()
    input.unshift(bytes)
    this.#turn = setImmediate(() => this.#goOn())
  }

  #goOn(): void {
    if (!this.#terminal.output.writableNeedDrain) this.#terminal.input.resume()
  }

  #edit(line: Line): void {
    this.#line = this.#echo.movesCursor ? line : { ...line, cursor: line.text.length }
  }

  #finish(step: Exclude<Step, { kind: 'editing' | 'clear' }>, rest: Buffer): void {
    const { input } = this.#terminal
    this.#send(this.#echo.change(this.#line) + this.#echo.leave(step.kind === 'interrupt' ? '^C' : ''))
    this.#settle(step.kind === 'entered' ? { kind: 'line', text: step.text } : step)
    if (rest.length > 0) input.unshift(rest)
  }

  #interrupted(): void {
    this.#send(this.#echo.leave('^C'))
    this.#settle({ kind: 'interrupt' })
  }

  /** A last line without its line end counts, as a shell reading a file has it. */
  #ended(): void {
    const { text } = this.#line
    this.#send(this.#echo.leave(''))
    this.#settle(text === '' ? EOF : { kind: 'line', text })
  }

  #drained(): void {
    if (this.#stale) this.#redraw()
    this.#goOn()
  }

  #redraw(): void {
    this.#stale = this.#terminal.output.writableNeedDrain
    if (!this.#stale) this.#send(this.#echo.change(this.#line))
  }

  #send(text: string): void {
    const { output } = this.#terminal
    if (text !== '' && !this.#settled && output.writable) output.write(Buffer.from(text))
  }

  #settle(input: LineInput): void {
    if (this.#settled) return
    this.#settled = true
    clearImmediate(this.#turn)
    this.#terminal.input.pause()
    for (const close of this.#closers) close()
    this.#resolve(input)
  }
}
