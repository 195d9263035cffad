import { BELL } from './ansi.ts'
import { type Completer, complete, inColumns } from './completion.ts'
import { KeyReader } from './key-reader.ts'
import type { Key } from './keys.ts'
import type { Line, Step } from './line.ts'
import { type LineEcho, lineEcho, type Prompt } from './line-echo.ts'
import { emptyLine, pressKey } from './line-editor.ts'
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
  /** Earlier lines for the arrow keys and Ctrl-R, oldest first. */
  readonly history?: readonly string[]
  /** What Tab offers for the text before the cursor. */
  readonly complete?: Completer | undefined
  /** Called at every packet of keys. */
  readonly onKeys?: (() => void) | undefined
}

/** A line that is being asked for. */
export interface Reading {
  /** Never rejects. */
  readonly input: Promise<LineInput>
  /** Shows lines (without their ends) above the one that is being edited. */
  say(lines: readonly string[]): void
}

/**
 * Asks for one line, with an editor on a PTY and as plain lines elsewhere. Leaves the input paused and without
 * listeners; what was typed after the Enter is given back to it. Never rejects.
 */
export const readLine = (request: LineRequest, signal: AbortSignal): Promise<LineInput> =>
  startLine(request, signal).input

/** The same, for whoever may have something to say meanwhile. */
export function startLine(request: LineRequest, signal: AbortSignal): Reading {
  const reading = new LineReading(request, signal)
  reading.start()
  return reading
}

class LineReading implements Reading {
  readonly input: Promise<LineInput>
  readonly #request: LineRequest
  readonly #terminal: Terminal
  readonly #resolve: (input: LineInput) => void
  readonly #echo: LineEcho
  readonly #keys: KeyReader
  readonly #owned: Disposable[] = []
  #line: Line
  #bell = ''
  #settled = false
  #stale = false

  constructor(request: LineRequest, signal: AbortSignal) {
    const { terminal, prompt } = request
    const { promise, resolve } = withResolvers<LineInput>()
    this.input = promise
    this.#resolve = resolve
    this.#request = request
    this.#terminal = terminal
    this.#echo = lineEcho(terminal, prompt)
    this.#line = emptyLine(request.history)
    const listener = {
      onKey: (key: Key) => this.#pressed(key),
      onPause: () => this.#paused(),
      onDrain: () => this.#drained(),
      onEnd: (how: 'eof' | 'gone') => this.#ended(how),
    }
    this.#keys = new KeyReader({ terminal, listener, signal })
  }

  start(): void {
    const { gone, input } = this.#terminal
    if (!gone.aborted && !input.readableEnded && !input.destroyed) this.#begin()
    this.#keys.start()
  }

  say(lines: readonly string[]): void {
    if (!this.#settled) this.#send(this.#echo.aside(lines, this.#line))
  }

  #begin(): void {
    this.#owned.push(
      this.#terminal.onResize(() => this.#redraw()),
      this.#terminal.onSignal((name) => {
        if (name === 'INT') this.#interrupted()
      }),
    )
    this.#send(this.#echo.begin(this.#line))
  }

  #pressed(key: Key): boolean {
    if (key.kind === 'press' && key.name === 'tab') return this.#complete()
    const step = pressKey(this.#line, key)
    if (step.kind === 'editing') {
      this.#edit(step.line)
      if (step.bell) this.#bell = BELL
      return false
    }
    if (step.kind === 'clear') {
      this.#send(this.#echo.clear(step.line))
      return false
    }
    this.#finish(step)
    return true
  }

  #edit(line: Line): void {
    // Where the cursor cannot move there is nowhere to show what is searched for.
    this.#line = this.#echo.movesCursor ? line : { ...line, cursor: line.text.length, search: undefined }
  }

  #complete(): false {
    const { line, choices } = complete(this.#line, this.#request.complete)
    if (line === this.#line) this.#bell = BELL
    this.#edit(line)
    if (choices.length > 0 && this.#terminal.pty) this.say(inColumns(choices, this.#terminal.size.columns))
    return false
  }

  #paused(): void {
    this.#request.onKeys?.()
    this.#send(this.#echo.change(this.#line) + this.#bell)
    this.#bell = ''
  }

  #finish(step: Exclude<Step, { kind: 'editing' | 'clear' }>): void {
    this.#request.onKeys?.()
    const shown = { ...this.#line, search: undefined }
    this.#send(this.#echo.change(shown) + this.#echo.leave(step.kind === 'interrupt' ? '^C' : ''))
    this.#settle(step.kind === 'entered' ? { kind: 'line', text: step.text } : step)
  }

  #interrupted(): void {
    this.#send(this.#echo.leave('^C'))
    this.#keys.stop()
    this.#settle({ kind: 'interrupt' })
  }

  /** A last line without its line end counts, as a shell reading a file has it. */
  #ended(how: 'eof' | 'gone'): void {
    const { text } = this.#line
    if (how === 'eof' && this.#owned.length > 0) this.#send(this.#echo.leave(''))
    if (how === 'gone') this.#settle({ kind: 'gone' })
    else this.#settle(text === '' ? { kind: 'eof' } : { kind: 'line', text })
  }

  #drained(): void {
    if (this.#stale) this.#redraw()
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
    for (const each of this.#owned) each[Symbol.dispose]()
    this.#resolve(input)
  }
}

/** `Promise.withResolvers`, which Node 20 lacks. */
function withResolvers<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
