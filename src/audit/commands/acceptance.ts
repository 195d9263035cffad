import type { IMarker } from '@xterm/headless'
import type { Entered } from './line-queue.ts'
import type { LineReader, Shown } from './line-reader.ts'
import type { Line, Pending } from './pending.ts'
import { isContinuation, type Prompts, samePrompt } from './prompts.ts'
import { decide, type Reading } from './reading.ts'
import type { Place, Screen } from './screen.ts'

interface Origin {
  readonly prompt: string
  readonly wall: number
  readonly pasted: boolean
}

/** Decides which of the lines that were found are commands, and hands them on. */
export class Acceptance {
  readonly #screen: Screen
  readonly #prompts: Prompts
  readonly #reader: LineReader
  readonly #pending: Pending
  /** Where the last command's output begins. */
  #since: IMarker | undefined
  /** Where the shell itself says that its prompt ends. */
  #marked: Place | undefined
  #doubtful: { reading: Reading; from: Origin } | undefined

  constructor({ screen, prompts, reader, pending }: AcceptanceParts) {
    this.#screen = screen
    this.#prompts = prompts
    this.#reader = reader
    this.#pending = pending
  }

  /** OSC 133;B: the prompt ends here. */
  marked(place: Place | undefined): void {
    this.#marked?.marker?.dispose()
    this.#marked = place
  }

  /** Without a line editor: whether lines after this prompt are run. */
  runs(prompt: string): boolean {
    const judged = this.#prompts.judge(prompt)
    return judged === 'command' || (judged === 'perhaps' && this.#prompts.none && this.#since === undefined)
  }

  /** Whether it is the second prompt of the command that was entered last. */
  goesOn(prompt: string): boolean {
    const first = this.#pending.mayGoOn
    return first !== undefined && isContinuation(prompt) && !samePrompt(prompt, first)
  }

  /** A line that was entered at a prompt. Returns whether anything of it was seen. */
  accept(entry: Entered, { shown, prompt, anchored }: Shown, editor: boolean): boolean {
    const sure = editor ? entry.sureWithEditor : entry.sureWithout
    const reading = decide({ text: entry.text, sure }, shown, editor) ?? fromKeys(entry, sure)
    if (!reading) return false
    const exact = this.#agreesWithMark(reading.text)
    this.command(exact ? { ...reading, confidence: 'exact' } : reading, { ...entry, prompt })
    if (anchored && !isContinuation(prompt)) this.#prompts.learn(prompt)
    this.marked(undefined)
    return true
  }

  /**
   * The session ended before the echo of this line came, or all of it. After a prompt where lines were echoed before, the
   * keys count; not where they were answered by something else (`silent`: by nothing at all), as a secret is.
   */
  cut(entry: Entered, { shown, prompt }: Shown, silent: boolean): void {
    const text = entry.text.trimEnd()
    const begun = shown.trim() === '' ? silent : text.startsWith(shown.trimEnd())
    if (begun && entry.sureWithEditor && this.#prompts.knows(prompt))
      this.command({ text, confidence: 'typed' }, { ...entry, prompt })
  }

  /** A line after an unknown prompt: a command once the same prompt has come again. */
  perhaps(reading: Reading, from: Origin): boolean {
    if (this.#prompts.judge(from.prompt) !== 'perhaps') return false
    const before = this.#doubtful
    this.#doubtful = { reading, from }
    if (!before || !samePrompt(before.from.prompt, from.prompt)) return false
    this.#doubtful = undefined
    this.command(before.reading, before.from)
    this.command(reading, from)
    this.#prompts.learn(from.prompt)
    return true
  }

  /**
   * Lines that a terminal in cooked mode echoed while a program ran. Those the shell took have left it a prompt each
   * without a key between; the others were the program's. `open`: prompts of these that still wait for a key.
   */
  typedAhead(lines: readonly Entered[], open: number): void {
    const seen = lines.filter((line) => line.seen && line.text.trim() !== '')
    if (seen.length === 0) return
    let prompts = -open
    const from = this.#since && !this.#since.isDisposed ? this.#since.line : this.#screen.window.first
    for (let row = from; row <= this.#screen.row; row++)
      prompts += this.#prompts.timesIn(this.#screen.logical(row).text)
    for (const line of seen.slice(-Math.max(0, prompts))) {
      if (prompts > 0)
        this.command({ text: line.text.trimEnd(), confidence: 'screen' }, { ...line, prompt: '' })
    }
  }

  command(reading: Reading, from: Origin): void {
    const lines = linesOf(reading, from)
    if (lines.length === 0) return
    if (this.goesOn(from.prompt)) this.#pending.extend(lines)
    else this.#pending.begin(lines, from.prompt)
    this.#since?.dispose()
    this.#since = this.#screen.follow(0)
  }

  #agreesWithMark(text: string): boolean {
    const shown = this.#marked && this.#reader.atAnchor(this.#marked, this.#screen.row - 1)
    return shown !== undefined && shown.replaceAll(/\s/g, '') === text.replaceAll(/\s/g, '')
  }
}

export interface AcceptanceParts {
  readonly screen: Screen
  readonly prompts: Prompts
  readonly reader: LineReader
  readonly pending: Pending
}

/** It was on the screen at Enter and is gone since. */
function fromKeys({ text, seen }: Entered, sure: boolean): Reading | undefined {
  return seen && sure ? { text: text.trimEnd(), confidence: 'typed' } : undefined
}

/** Each line on its own: of a paste, too. */
function linesOf({ text, confidence }: Reading, { wall, pasted }: Origin): Line[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return lines.map((line) => ({ input: line.trimEnd(), at: wall, confidence, pasted }))
}
