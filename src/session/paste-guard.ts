import type { Clock } from '../base/clock.ts'
import { escapeControls } from '../base/escape.ts'
import { say } from '../i18n/i18n.ts'
import { type NoticeContext, noticeBytes } from './notices.ts'
import type { Stage, StageMaker, StageOutlets } from './stage.ts'

export interface PasteGuardOptions {
  readonly clock: Clock
  /** A full-screen program is on: what is pasted there is text. */
  readonly alternate: () => boolean
  /** The bytes that show what is about to be pasted, and ask. */
  readonly question: (lines: readonly string[]) => Buffer
  /** The bytes that say that nothing was pasted. */
  readonly dropped: (why: 'answer' | 'too-long') => Buffer
}

const BEGIN = Buffer.from('\x1b[200~')
const END = Buffer.from('\x1b[201~')
/** A longer paste is dropped: nobody looks it through. */
const MOST_BYTES = 262_144
/** A paste without marks is over when nothing more comes. */
const RAW_REST_MS = 100
/** One whose end mark never comes is over then. */
const MARKED_REST_MS = 1000

const MOST_SHOWN = { lines: 5, characters: 80 }

/** Binds a guard to a person's screen. */
export function pasteGuardParts(context: NoticeContext, clock: Clock): PasteGuardOptions {
  const { language } = context.principal
  return {
    clock,
    alternate: () => context.screen.on,
    question: (lines) =>
      noticeBytes(
        context,
        say(language, 'session.paste.ask', { count: lines.length, lines: preview(lines) }),
      ),
    dropped: (why) => noticeBytes(context, say(language, `session.paste.${why}`)),
  }
}

function preview(lines: readonly string[]): string {
  const shown = lines
    .slice(0, MOST_SHOWN.lines)
    .map((line) => escapeControls(line).slice(0, MOST_SHOWN.characters))
  return `${shown.join(' ⏎ ')}${lines.length > shown.length ? ' ⏎ …' : ''}`
}

type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'collecting'; readonly marked: boolean; bytes: Buffer; rest: Disposable }
  | { readonly kind: 'asking'; readonly bytes: Buffer }
  /** What still comes of a paste that is too long. */
  | { readonly kind: 'dropping'; readonly marked: boolean; tail: Buffer; rest: Disposable }

/**
 * Holds a paste of several lines at a prompt until the person has seen it and said yes. It is known by its marks, or,
 * where there are none, by several lines in one packet. A guard against mistakes: whoever types line by line is not asked.
 */
export const pasteGuard =
  (options: PasteGuardOptions): StageMaker =>
  (outlets) =>
    new PasteGuard(options, outlets)

class PasteGuard implements Stage {
  readonly #options: PasteGuardOptions
  readonly #out: StageOutlets
  #state: State = { kind: 'idle' }

  constructor(options: PasteGuardOptions, outlets: StageOutlets) {
    this.#options = options
    this.#out = outlets
  }

  keys(bytes: Buffer): boolean {
    const state = this.#state
    switch (state.kind) {
      case 'idle':
        this.#look(bytes)
        break
      case 'asking':
        this.#answer(state.bytes, bytes)
        break
      case 'collecting':
        state.rest[Symbol.dispose]()
        this.#collect(Buffer.concat([state.bytes, bytes]), state.marked)
        break
      case 'dropping':
        state.rest[Symbol.dispose]()
        this.#drop(Buffer.concat([state.tail, bytes]), state.marked)
        break
    }
    return true
  }

  output(bytes: Buffer): boolean {
    this.#out.toPerson(bytes)
    return true
  }

  [Symbol.dispose](): void {
    const state = this.#state
    if (state.kind === 'collecting' || state.kind === 'dropping') state.rest[Symbol.dispose]()
    this.#state = { kind: 'idle' }
  }

  #look(bytes: Buffer): void {
    const marked = bytes.includes(BEGIN)
    if (this.#options.alternate() || (!marked && linesIn(bytes).length < 2)) this.#out.toProgram(bytes)
    else this.#collect(bytes, marked)
  }

  #collect(bytes: Buffer, marked: boolean): void {
    if (bytes.length > MOST_BYTES) {
      this.#out.toPerson(this.#options.dropped('too-long'))
      this.#drop(bytes, marked)
    } else if (marked && bytes.includes(END)) this.#ask(bytes)
    else {
      const rest = this.#after(marked, () => this.#ask(bytes))
      this.#state = { kind: 'collecting', marked, bytes, rest }
    }
  }

  #drop(bytes: Buffer, marked: boolean): void {
    this.#state = { kind: 'idle' }
    if (marked && bytes.includes(END)) return
    const rest = this.#after(marked, () => {
      this.#state = { kind: 'idle' }
    })
    this.#state = { kind: 'dropping', marked, tail: Buffer.from(bytes.subarray(-END.length)), rest }
  }

  #ask(bytes: Buffer): void {
    const lines = linesIn(bytes)
    if (lines.length < 2) {
      this.#state = { kind: 'idle' }
      this.#out.toProgram(bytes)
      return
    }
    this.#state = { kind: 'asking', bytes }
    this.#out.toPerson(this.#options.question(lines))
  }

  /** One key answers; what came with a no was meant for something else. */
  #answer(held: Buffer, keys: Buffer): void {
    this.#state = { kind: 'idle' }
    if (keys[0] === 0x79 || keys[0] === 0x59) {
      this.#out.toProgram(held)
      if (keys.length > 1) this.keys(keys.subarray(1))
    } else this.#out.toPerson(this.#options.dropped('answer'))
  }

  #after(marked: boolean, task: () => void): Disposable {
    return this.#options.clock.after(marked ? MARKED_REST_MS : RAW_REST_MS, task)
  }
}

/** The lines of a paste that are not blank, without its marks. */
const linesIn = (bytes: Buffer): string[] =>
  bytes
    .toString()
    .replaceAll(/\x1b\[20[01]~/g, '')
    .split(/[\r\n]+/)
    .filter((line) => line.trim() !== '')
