import type { Clock } from '../base/clock.ts'
import type { FaultFacts } from '../base/fault.ts'
import { type Language, say, type TextKey } from '../i18n/i18n.ts'
import { IdleClock } from '../session/idle.ts'
import { type Style, styleFor } from '../terminal/ansi.ts'
import type { Completer } from '../terminal/completion.ts'
import { type LineInput, startLine } from '../terminal/line-reader.ts'
import { print } from '../terminal/print.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { type Look, lookOf, type PageRows, sentence } from './look.ts'

export interface DeskDeps {
  readonly terminal: Terminal
  readonly language: Language
  readonly clock: Clock
  /** Minutes without a key that end a login at the menu; 0: never. */
  readonly idleMinutes: () => number
  /** ASSET_LIST_PAGE_SIZE. */
  readonly pageRows: () => PageRows
}

export interface Question {
  readonly prompt: string
  readonly history?: readonly string[]
  readonly complete?: Completer
}

/** Warned this long before the end. */
const IDLE_WARNING_MS = 2 * 60_000

/** A person's terminal as the menu uses it: what is said there, in which language, and for how long it waits. */
export class Desk {
  language: Language
  /** Minutes without a key after which the person was given up; undefined: they were not. */
  idledOut: number | undefined
  readonly terminal: Terminal
  readonly style: Style
  readonly #deps: DeskDeps

  constructor(deps: DeskDeps) {
    this.#deps = deps
    this.terminal = deps.terminal
    this.style = styleFor(deps.terminal.pty)
    this.language = deps.language
  }

  get clock(): Clock {
    return this.#deps.clock
  }

  get look(): Look {
    return lookOf(this.terminal, {
      language: this.language,
      style: this.style,
      pageRows: this.#deps.pageRows(),
    })
  }

  async print(lines: readonly string[]): Promise<undefined> {
    await print(this.terminal, lines.map((line) => `${line}\n`).join(''))
  }

  say(key: TextKey, facts?: FaultFacts): Promise<undefined> {
    return this.print(sentence(this.look, key, facts))
  }

  /** Asks for a line. `gone` also when nobody pressed a key for too long. */
  async ask({ prompt, history = [], complete }: Question, signal: AbortSignal): Promise<LineInput> {
    const stop = new AbortController()
    const styled = this.style.bold(prompt)
    const label = say(this.language, 'menu.history.search')
    const { terminal } = this
    using idle = this.idleClock({
      onWarning: (text) => reading.say(text.map(this.style.dim)),
      onIdle: () => stop.abort(),
    })
    const reading = startLine(
      {
        terminal,
        prompt: { text: prompt, styled, search: label },
        history,
        complete,
        onKeys: () => idle.touch(),
      },
      AbortSignal.any([signal, stop.signal]),
    )
    return await reading.input
  }

  /** Watches a time of waiting for keys; touched at each, and disposed when the wait is over. */
  idleClock(told: {
    readonly onWarning: (text: readonly string[]) => void
    readonly onIdle: () => void
  }): IdleClock {
    const minutes = this.#deps.idleMinutes()
    const limitMs = minutes * 60_000
    return new IdleClock({
      clock: this.clock,
      limitMs,
      warningMs: Math.min(IDLE_WARNING_MS, limitMs / 2),
      onWarning: () =>
        told.onWarning(sentence(this.look, 'menu.idle-near', { minutes: Math.min(2, minutes / 2) })),
      onIdle: () => {
        this.idledOut = minutes
        told.onIdle()
      },
    })
  }
}
