import type { ConnectDialogue, ConnectProgress, Question } from '../asset/dialogue.ts'
import type { Clock } from '../base/clock.ts'
import { escapeControls } from '../base/escape.ts'
import type { FaultFacts } from '../base/fault.ts'
import { unreachable } from '../base/unreachable.ts'
import type { Target } from '../core/model.ts'
import { say, type TextKey } from '../i18n/i18n.ts'
import { canMoveCursor, ERASE_BELOW } from '../terminal/ansi.ts'
import { readLine } from '../terminal/line-reader.ts'
import { print } from '../terminal/print.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { cutText } from '../terminal/width.ts'
import type { Principal } from './principal.ts'
import { SessionError } from './registry.ts'
import { TypeAhead } from './type-ahead.ts'

export interface ConnectingParts {
  readonly terminal: Terminal
  readonly principal: Principal
  readonly target: Target
  readonly clock: Clock
}

/** Until then a connection that is quick says nothing of its steps. */
const PATIENCE_MS = 500
const TICK_MS = 1000
/** From then on the way out is told. */
const HINT_MS = 3000
/** What an asset may show with a question, characters. */
const MOST_SHOWN = 1000

/**
 * The line a person sees while a connection is made, and their part in it: from half a second on it shows the step,
 * Ctrl-C cancels, and questions are answered below it. What is typed meanwhile is the session's.
 */
export class Connecting implements ConnectDialogue, Disposable {
  readonly #parts: ConnectingParts
  readonly #cancelled = new AbortController()
  readonly #keys: TypeAhead
  readonly #began: number
  readonly #facts: string[] = []
  #timer: Disposable
  #step = ''
  /** What stands on the line behind the cursor's first column; undefined: no line is open. */
  #shown: string | undefined

  constructor(parts: ConnectingParts) {
    this.#parts = parts
    this.#began = parts.clock.monotonic()
    this.#keys = new TypeAhead(parts.terminal, () => this.#cancel())
    this.#step = this.#say('connect.core')
    this.#draw('')
    this.#timer = parts.clock.after(PATIENCE_MS, () => this.#tick())
  }

  /** Fires when the person cancels, with what they are to be told. */
  get cancelled(): AbortSignal {
    return this.#cancelled.signal
  }

  progress(progress: ConnectProgress): void {
    const fact = this.#factOf(progress)
    if (fact !== undefined) this.#facts.push(fact)
    const step = this.#stepOf(progress)
    if (step === undefined) return
    this.#step = step
    if (this.#elapsed >= PATIENCE_MS) this.#drawStep()
  }

  async ask(question: Question, signal: AbortSignal): Promise<string> {
    const { terminal } = this.#parts
    this.#timer[Symbol.dispose]()
    this.#keys.rest()
    this.#end('')
    await print(terminal, this.#introduction(question))
    const prompt = { text: this.#promptOf(question), hidden: isHidden(question) }
    const input = await readLine({ terminal, prompt }, AbortSignal.any([signal, this.cancelled]))
    signal.throwIfAborted()
    if (input.kind !== 'line') this.#cancel()
    this.cancelled.throwIfAborted()
    if (terminal.gone.aborted) throw terminal.gone.reason
    this.#keys.listen()
    this.#timer = this.#parts.clock.after(PATIENCE_MS, () => this.#tick())
    return input.kind === 'line' ? input.text : ''
  }

  /** The connection is there: the line says what it was like. */
  done(): void {
    const seconds = (this.#elapsed / 1000).toFixed(this.#elapsed < 10_000 ? 2 : 0)
    this.#end([...this.#facts, this.#say('connect.seconds', { seconds })].join(', '))
  }

  /** Ends the line and gives the keys back. */
  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]()
    this.#keys[Symbol.dispose]()
    this.#end('')
  }

  #cancel(): void {
    const { asset } = this.#parts.target
    this.#cancelled.abort(
      new SessionError('SESSION_CANCELLED', {
        step: 'connect',
        message: `the person cancelled the connection to ${asset.hostname}`,
        next: 'nothing',
        facts: { asset: asset.hostname },
      }),
    )
  }

  get #elapsed(): number {
    return this.#parts.clock.monotonic() - this.#began
  }

  #say(key: TextKey, facts?: FaultFacts): string {
    return say(this.#parts.principal.language, key, facts)
  }

  #tick(): void {
    this.#drawStep()
    this.#timer = this.#parts.clock.after(TICK_MS, () => this.#tick())
  }

  #drawStep(): void {
    const seconds = Math.floor(this.#elapsed / 1000)
    const moves = canMoveCursor(this.#parts.terminal.pty)
    const time = moves && seconds > 0 ? [this.#say('connect.seconds', { seconds })] : []
    const hint = moves && this.#elapsed >= HINT_MS ? [this.#say('connect.cancel')] : []
    this.#draw([this.#step, ...time, ...hint].join(', '))
  }

  #end(tail: string): void {
    if (this.#shown === undefined) return
    this.#draw(tail, Number.POSITIVE_INFINITY)
    this.#write('\r\n')
    this.#shown = undefined
  }

  /** On a terminal that cannot move the cursor the line only grows, by steps that are new. */
  #draw(tail: string, width = Math.max(10, this.#parts.terminal.size.columns - 1)): void {
    const { terminal, target, principal } = this.#parts
    const { asset, systemUser } = target
    const facts = {
      account: systemUser.username || systemUser.name,
      asset: asset.hostname,
      address: asset.ip,
    }
    const head = say(principal.language, 'connect.line', facts)
    if (canMoveCursor(terminal.pty)) {
      const line = cutText(tail === '' ? head : `${head} ${tail}`, width)
      if (line !== this.#shown) this.#write(`\r${line}${ERASE_BELOW}`)
      this.#shown = line
    } else if (this.#shown === undefined) {
      this.#write(head)
      this.#shown = ''
    } else if (tail !== '' && tail !== this.#shown) {
      this.#write(` ${tail}`)
      this.#shown = tail
    }
  }

  #write(text: string): void {
    const { output } = this.#parts.terminal
    if (output.writable) output.write(Buffer.from(text))
  }

  #stepOf(progress: ConnectProgress): string | undefined {
    switch (progress.kind) {
      case 'resolved':
        return this.#say('connect.resolved', { address: progress.address })
      case 'gateway':
        return this.#say('connect.gateway', { name: progress.name })
      case 'gateway-failed':
        return this.#say('connect.gateway-failed', { name: progress.name })
      case 'connected':
        return this.#say('connect.connected')
      case 'host-key':
        return this.#say('connect.host-key')
      case 'logged-in':
      case 'by-hand':
      case 'reused':
        return undefined
      default:
        return unreachable(progress)
    }
  }

  #factOf(progress: ConnectProgress): string | undefined {
    if (progress.kind === 'reused') return this.#say('connect.reused')
    if (progress.kind === 'by-hand') return this.#say('connect.by-hand')
    if (progress.kind === 'connected' && progress.through.length > 0) {
      return this.#say('connect.through', { name: progress.through.join(' > ') })
    }
    if (progress.kind !== 'host-key') return undefined
    const { verdict } = progress
    if (verdict === 'new' || verdict === 'unchecked') return this.#say(`connect.key-${verdict}`)
    return this.#say('connect.key-known')
  }

  #introduction(question: Question): string {
    if (question.kind === 'password') return question.again ? `${this.#say('connect.ask.wrong')}\n` : ''
    if (question.kind !== 'asked') return ''
    const lines = question.instruction.trim().slice(0, MOST_SHOWN).split(/\r?\n/)
    return lines.map((line) => (line === '' ? '' : `(${question.asset}) ${escapeControls(line)}\n`)).join('')
  }

  #promptOf(question: Question): string {
    if (question.kind === 'asked') {
      const text = question.text.trim().slice(0, MOST_SHOWN)
      return this.#say('connect.ask.asked', { asset: question.asset, text })
    }
    const { asset } = question
    if (question.kind === 'account') return this.#say('connect.ask.account', { asset })
    return this.#say('connect.ask.password', { asset, account: question.account })
  }
}

const isHidden = (question: Question): boolean =>
  question.kind === 'password' || (question.kind === 'asked' && !question.echo)
