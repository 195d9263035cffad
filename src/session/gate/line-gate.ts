import type { CommandRule } from '../../core/model.ts'
import type { RuleSet } from '../../policy/rules/rule-set.ts'
import type { Stage, StageMaker, StageOutlets } from '../stage.ts'
import type { Refusal } from './judge.ts'

export interface LineGateOptions {
  readonly rules: RuleSet
  /** Refusals are only noted. */
  readonly dryRun: boolean
  /** `rule`: the one that spoke of it, also where it denies. */
  readonly onJudged: (text: string, rule: CommandRule | undefined, refusal: Refusal | undefined) => void
  /** A line was refused: nothing after it is run either. */
  readonly onRefused: (why: Refusal) => void
}

/** A longer line is not judged but refused. */
const MOST_LINE = 65_536
/** Of such a line this much is kept. */
const MOST_KEPT = 1024
const LF = 0x0a

interface Judged {
  readonly rule?: CommandRule | undefined
  readonly refusal: Refusal | undefined
}

/**
 * The gate of a shell without a terminal (`ssh host <script`): each line is judged when it is complete, and goes on
 * then. A refused one ends the input: what follows it was written for a script in which it ran.
 */
export const lineGate =
  (options: LineGateOptions): StageMaker =>
  (outlets) =>
    new LineGate(options, outlets)

class LineGate implements Stage {
  readonly #options: LineGateOptions
  readonly #out: StageOutlets
  #rest: Buffer = Buffer.alloc(0)
  #before = ''
  #refused = false
  #working: Promise<void> = Promise.resolve()

  constructor(options: LineGateOptions, outlets: StageOutlets) {
    this.#options = options
    this.#out = outlets
  }

  keys(bytes: Buffer): boolean {
    this.#working = this.#working
      .then(() => this.#lines(Buffer.concat([this.#rest, bytes])))
      .catch(() => this.#refuse({ kind: 'unreadable' })) // a fault must neither let a line through nor end the daemon
      .finally(() => this.#out.more())
    return false
  }

  output(bytes: Buffer): boolean {
    this.#out.toPerson(bytes)
    return true
  }

  async keysEnded(): Promise<void> {
    await this.#working
    if (this.#rest.length > 0) await this.#line(this.#rest)
    this.#rest = Buffer.alloc(0)
  }

  [Symbol.dispose](): void {
    this.#refused = true
  }

  async #lines(bytes: Buffer): Promise<void> {
    let from = 0
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, from)) {
      await this.#line(bytes.subarray(from, end + 1))
      from = end + 1
    }
    const rest = Buffer.from(bytes.subarray(from))
    const long = rest.length > MOST_LINE
    this.#rest = long ? Buffer.alloc(0) : rest
    if (long) this.#tooLong(rest)
  }

  /** The beginning of a line says nothing of the line. */
  #tooLong(bytes: Buffer): void {
    if (this.#refused) return
    const text = bytes.toString('utf8', 0, MOST_KEPT)
    this.#settle(bytes, text, { refusal: { kind: 'rule', text, trouble: 'too-long' } })
  }

  async #line(bytes: Buffer): Promise<void> {
    if (this.#refused) return
    const text = bytes.toString().replace(/\r?\n$/, '')
    if (text.includes('\0')) {
      this.#settle(bytes, text, { refusal: { kind: 'unknown', text, why: 'nul' } })
      return
    }
    const verdict = await this.#options.rules.judge(this.#before + text)
    const refusal: Refusal | undefined =
      verdict.kind === 'denied' ? { ...verdict, kind: 'rule', text } : undefined
    this.#settle(bytes, text, { rule: verdict.rule, refusal })
  }

  #settle(bytes: Buffer, text: string, { rule, refusal }: Judged): void {
    const { dryRun, onJudged } = this.#options
    onJudged(text, rule, refusal)
    const goesOn = /(?<!\\)(?:\\\\)*\\$/.test(text) && this.#before.length < MOST_LINE
    this.#before = goesOn ? `${this.#before}${text}\n` : ''
    if (refusal && !dryRun) this.#refuse(refusal)
    else this.#out.toProgram(bytes)
  }

  #refuse(why: Refusal): void {
    this.#refused = true
    this.#options.onRefused(why)
  }
}
