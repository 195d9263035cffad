import type { EditedLine, JudgedLine } from '../../audit/command-detector.ts'
import { type Clock, sleep } from '../../base/clock.ts'
import { nameOf } from '../../policy/rules/rule.ts'
import type { RuleSet } from '../../policy/rules/rule-set.ts'
import type { Stage, StageMaker, StageOutlets } from '../stage.ts'
import { AcceptKeys, isEndOfFile, runsUnseen, type Token, uncomments } from './accept-keys.ts'
import { clearing, INTERRUPT } from './clearing.ts'
import { Echo } from './echo.ts'
import { type Quote, readHistory } from './history.ts'
import { type Decision, decide, isBlank, type Refusal } from './judge.ts'
import { Paste } from './paste.ts'

/** What a gate needs of a session's recorder: it is what sees the screen. */
export interface GateSight {
  line(): Promise<EditedLine | undefined>
  judged(line: JudgedLine): void
  input(bytes: Uint8Array): void
}

export interface GateOptions {
  readonly rules: RuleSet
  readonly sight: GateSight
  readonly clock: Clock
  /** Refusals are only noted: the line is sent off all the same. */
  readonly dryRun: boolean
  /** The bytes that tell the person why a line was not run. */
  readonly sentence: (why: Refusal) => Buffer
  readonly onRefusal: (why: Refusal, echoed: boolean) => void
}

/** Keys that wait while a line is judged; then the person's side is stopped. */
const MOST_WAITING = 256 * 1024
/** How long further lines of the same packet wait for the prompt after one. */
const NEXT_PROMPT_MS = 250
/** What follows a refused line this soon was sent together with it. */
const PASTE_REST_MS = 100
const CLEAR_REST_MS = 1_000
/** After a key that may be unknown: it is over when nothing follows. */
const KEY_REST_MS = 100
const HIDDEN = '(typed without echo)'

/**
 * Holds back each key that may run a line until the screen has come to rest and the rules allow what stands there.
 * Everything else passes at once. A line that is refused is taken off the shell's line, and what came after it is
 * dropped. In doubt nothing runs.
 */
export const gate =
  (options: GateOptions): StageMaker =>
  (outlets) =>
    new Gate(options, outlets)

class Gate implements Stage {
  readonly #options: GateOptions
  readonly #out: StageOutlets
  readonly #over = new AbortController()
  readonly #keys = new AcceptKeys()
  readonly #echo: Echo
  #waiting: Token[] = []
  #bytes = 0
  #working: Promise<void> | undefined
  /** The line before ended with a backslash: it goes on in the next. */
  #before = ''
  /** It did so within a paste. */
  #alone = false
  /** The quote that the lines before may have left open. */
  #quote: Quote = 'none'
  /** Within a bracketed paste, as far as the keys tell. */
  #paste: Paste | undefined
  /** The text that was refused last: it must not be there any more. */
  #left = ''
  #lastByte: number | undefined
  #droppedUntil = Number.NEGATIVE_INFINITY

  constructor(options: GateOptions, outlets: StageOutlets) {
    this.#options = options
    this.#out = outlets
    this.#echo = new Echo(options.clock, this.#over.signal)
  }

  keys(bytes: Buffer): boolean {
    if (this.#options.clock.monotonic() < this.#droppedUntil) return true
    const tokens = this.#keys.split(bytes)
    const idle = this.#working === undefined
    if (idle && tokens.length === 1 && tokens[0]?.kind === 'plain' && !this.#paste) {
      this.#send(bytes)
      return true
    }
    this.#waiting.push(...tokens)
    this.#bytes += bytes.length
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined
    })
    return this.#bytes < MOST_WAITING
  }

  output(bytes: Buffer): boolean {
    this.#echo.outputCame(bytes)
    this.#out.toPerson(bytes)
    return true
  }

  async keysEnded(): Promise<void> {
    await this.#working
  }

  [Symbol.dispose](): void {
    this.#over.abort()
  }

  async #work(): Promise<void> {
    try {
      for (let token = this.#take(); token && !this.#over.signal.aborted; token = this.#take()) {
        await this.#pass(token)
      }
    } catch {
      // A fault here must neither let a line through nor end the daemon.
      const why: Refusal = { kind: 'unreadable' }
      this.#drop()
      this.#note(why, true, 'denied')
      this.#out.toPerson(this.#options.sentence(why))
    }
  }

  #take(): Token | undefined {
    const token = this.#waiting.shift()
    if (!token) return undefined
    this.#bytes -= token.bytes.length
    if (this.#bytes < MOST_WAITING / 2) this.#out.more()
    return token
  }

  async #pass({ kind, bytes }: Token): Promise<void> {
    switch (kind) {
      case 'plain':
        this.#paste?.add(bytes)
        return this.#send(bytes)
      case 'paste':
        if (this.#paste) this.#paste.add(bytes)
        else this.#paste = new Paste(await this.#options.sight.line())
        return this.#send(bytes)
      case 'pasted':
        this.#paste = undefined
        return this.#send(bytes)
      case 'accept':
        return this.#paste ? await this.#pastedLine(bytes, this.#paste) : await this.#accept(bytes)
    }
  }

  #send(bytes: Buffer): void {
    this.#lastByte = bytes.at(-1)
    this.#echo.keySent()
    this.#out.toProgram(bytes)
  }

  /**
   * A line end within a paste. Whether the shell takes it as one is not known for sure: the line is judged now, by what
   * was pasted, and by the screen too unless a line editor is active and the paste reads the same without brackets.
   */
  async #pastedLine(key: Buffer, paste: Paste): Promise<void> {
    const { text, plain } = paste.cut()
    const editor = (await this.#options.sight.line())?.editor
    const pasted = await this.#decidePasted(text, editor)
    const decision = pasted.kind === 'pass' && !(plain && editor === true) ? await this.#look(key) : pasted
    if (decision.kind === 'refuse' && !this.#goesOnDry(decision.why, true)) {
      await this.#refuse(decision.why, { echoed: true })
      this.#paste = undefined
      return
    }
    this.#let(key, pasted.kind === 'pass' ? pasted : { kind: 'pass', text })
  }

  async #decidePasted(text: string, editor: boolean | undefined): Promise<Decision> {
    const verdict = await this.#options.rules.judge(this.#before + text)
    if (verdict.kind === 'denied') return { kind: 'refuse', why: { ...verdict, kind: 'rule', text } }
    if (editor !== false && readHistory(text, this.#quote).expands)
      return { kind: 'refuse', why: { kind: 'unknown', text, why: 'history' } }
    return { kind: 'pass', text, ...(verdict.rule && { rule: verdict.rule }) }
  }

  /** Decides by the screen, when it has come to rest. */
  async #look(key: Buffer): Promise<Decision> {
    const rest = await this.#echo.settled()
    return await this.#decide(key, await this.#options.sight.line(), rest === 'quiet')
  }

  async #accept(key: Buffer): Promise<void> {
    const rest = await this.#echo.settled()
    const line = await this.#options.sight.line()
    if (this.#over.signal.aborted) return
    if (isEndOfFile(key) && line && handsOverNothing(line)) return this.#send(key)
    const decision = await this.#decide(key, line, rest === 'quiet')
    const echoed = line?.echoed ?? true
    if (decision.kind === 'pass') this.#let(key, decision)
    else if (this.#goesOnDry(decision.why, echoed)) this.#let(key, { kind: 'pass', text: '' })
    else return await this.#refuse(decision.why, { echoed, line })
    const { prompts } = this.#echo
    if (this.#waiting.length > 0) await this.#echo.prompted(prompts, NEXT_PROMPT_MS)
  }

  async #decide(key: Buffer, line: EditedLine | undefined, quiet: boolean): Promise<Decision> {
    const { rules } = this.#options
    if (!line) return { kind: 'refuse', why: { kind: 'unreadable' } }
    const unseen = runsUnseen(key, this.#lastByte)
    if (unseen && !line.alternate) return { kind: 'refuse', why: { kind: 'unknown', text: '', why: unseen } }
    const how = { before: this.#before, alone: this.#alone, quote: this.#quote, uncomments: uncomments(key) }
    const decision = await decide(rules, line, how)
    const left = this.#left
    if (decision.kind === 'pass' && left !== '' && bare(line.row).includes(bare(left))) {
      return { kind: 'refuse', why: { kind: 'rule', text: left } }
    }
    if (decision.kind === 'pass') this.#left = ''
    const shown = line.sure || line.alternate || line.editor === false
    return quiet || shown || decision.kind === 'refuse'
      ? decision
      : { kind: 'refuse', why: { kind: 'unreadable' } }
  }

  #let(key: Buffer, { text, rule }: Decision & { kind: 'pass' }): void {
    const goesOn = /(?<!\\)(?:\\\\)*\\$/.test(text)
    if (goesOn) {
      this.#alone = this.#paste !== undefined || (this.#alone && this.#before !== '')
      this.#before += `${text}\n`
    }
    // Where another key may be none, what was begun is not over.
    else if (/^[\r\n]$/.test(key.toString('latin1'))) this.#before = ''
    this.#quote = readHistory(text, this.#quote).ends
    if (rule) this.#options.sight.judged({ text, rule: nameOf(rule), verdict: 'allowed' })
    this.#send(key)
  }

  /** In a dry run a refusal is noted and nothing more. */
  #goesOnDry(why: Refusal, echoed: boolean): boolean {
    if (!this.#options.dryRun) return false
    this.#note(why, echoed, 'would-deny')
    return true
  }

  #note(why: Refusal, echoed: boolean, verdict: JudgedLine['verdict']): void {
    const { sight, onRefusal } = this.#options
    const text = why.kind === 'unreadable' ? '' : why.text
    const rule = why.kind === 'rule' && why.rule ? nameOf(why.rule) : `(${why.kind})`
    onRefusal(why, echoed)
    if (text !== '') sight.judged({ text: echoed ? text : HIDDEN, rule, verdict })
  }

  async #refuse(
    why: Refusal,
    { echoed, line }: { echoed: boolean; line?: EditedLine | undefined },
  ): Promise<void> {
    const { sentence, sight } = this.#options
    this.#before = ''
    this.#quote = 'none'
    this.#drop()
    const inPaste = this.#paste !== undefined
    this.#note(why, echoed, 'denied')
    const now = line ?? (await sight.line())
    if (inPaste) await this.#endPaste()
    // A line editor draws its prompt again below the sentence; elsewhere that is done here.
    const redraws = now?.editor === true && why.kind !== 'unreadable'
    if (redraws) this.#out.toPerson(sentence(why))
    const after = why.kind === 'unreadable' ? now : await this.#clear(why.text, now)
    const left = this.#droppedUntil - this.#options.clock.monotonic()
    if (left > 0) await sleep(this.#options.clock, left, this.#over.signal)
    this.#droppedUntil = Number.NEGATIVE_INFINITY
    if (!redraws) this.#out.toPerson(Buffer.concat([sentence(why), Buffer.from(after?.before ?? '')]))
  }

  /** Fish takes the mark without ever asking for it; busybox takes what follows at once for the rest of the key. */
  async #endPaste(): Promise<void> {
    this.#send(Buffer.from('\x1b[201~'))
    await sleep(this.#options.clock, KEY_REST_MS, this.#over.signal)
  }

  /** Returns how it looks then. */
  async #clear(text: string, line: EditedLine | undefined): Promise<EditedLine | undefined> {
    const { sight, clock } = this.#options
    for (const { keys, restMs } of clearing(line)) {
      this.#send(Buffer.from(keys))
      await sleep(clock, restMs, this.#over.signal)
    }
    await this.#echo.settled(CLEAR_REST_MS)
    const after = await sight.line()
    // Whether it is gone shows when the next line is sent off: what is drawn may be late.
    this.#left = text
    // Who follows the keys begins anew: where that line began is no place any more.
    if (line?.editor !== true) sight.input(Buffer.from(INTERRUPT))
    return after
  }

  /** What came after a refused line was meant to follow it: the rest of a paste is still on its way. */
  #drop(): void {
    this.#droppedUntil = this.#options.clock.monotonic() + PASTE_REST_MS
    this.#waiting = []
    this.#bytes = 0
    this.#out.more()
  }
}

/** ^D is the end of input on a blank line, and a key like others in a line editor and in a full-screen program. */
const handsOverNothing = (line: EditedLine): boolean =>
  line.editor === true || line.alternate || isBlank(line)

const bare = (text: string): string => text.replaceAll(/\s/g, '')
