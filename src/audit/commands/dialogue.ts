import type { IMarker } from '@xterm/headless'
import type { EditedLine } from '../command-detector.ts'
import { Acceptance } from './acceptance.ts'
import { AlternateLines } from './alternate-lines.ts'
import { lookAt } from './edited-line.ts'
import type { Tail } from './flood.ts'
import type { Key } from './keys.ts'
import { type Entered, LineQueue } from './line-queue.ts'
import { LineReader } from './line-reader.ts'
import type { Pending } from './pending.ts'
import { Prompts } from './prompts.ts'
import { decide } from './reading.ts'
import type { Place, Screen, ScreenEvents } from './screen.ts'
import { TypedLine } from './typed-line.ts'

/** When an input packet came, and whether it brought several lines at once. */
export interface Moment {
  /** Monotonic. */
  readonly at: number
  /** ms since the epoch. */
  readonly wall: number
  readonly burst: boolean
}

/**
 * Follows the talk between a person and a shell: which keys make a line, when the shell takes it, and what stood on
 * the screen then. The line editor's own announcement (bracketed paste mode on and off) is the best sign of that; a
 * shell without one is followed by its line feeds.
 */
export class Dialogue implements ScreenEvents {
  readonly #screen: Screen
  readonly #pending: Pending
  readonly #prompts = new Prompts()
  readonly #queue = new LineQueue()
  readonly #reader: LineReader
  readonly #acceptance: Acceptance
  readonly #alternate: AlternateLines
  #line = new TypedLine()
  #anchor: Place | undefined
  /** A line editor is active; `epoch` counts its runs. */
  #editing = false
  #everEdited = false
  #epoch = 0
  #prompted = 0
  #outputAt = 0
  #lastEdited: IMarker | undefined
  #pasting = false

  constructor(screen: Screen, pending: Pending) {
    this.#screen = screen
    this.#pending = pending
    this.#reader = new LineReader(screen, this.#prompts)
    this.#acceptance = new Acceptance({ screen, pending, prompts: this.#prompts, reader: this.#reader })
    this.#alternate = new AlternateLines(screen, this.#prompts)
  }

  /** The shell waits for more lines of the command that was entered last. */
  get unfinished(): boolean {
    return this.#acceptance.goesOn(this.#screen.before(this.#screen.row, this.#screen.column))
  }

  /** The line that is being edited now. */
  look(): EditedLine {
    if (this.#screen.alternate) return this.#alternate.look()
    const sight = { screen: this.#screen, prompts: this.#prompts, reader: this.#reader }
    const editor = this.#everEdited ? this.#editing : undefined
    return lookAt(sight, { line: this.#line, anchor: this.#anchor, editor })
  }

  key(key: Key, moment: Moment): void {
    if (this.#screen.alternate) this.#alternate.key(key, moment)
    else if (key.kind === 'paste') this.#pasting = key.on && this.#editing
    else if (this.#pasting && key.kind !== 'sequence') this.#paste(key.text, moment)
    else if (key.kind === 'control' && !this.#line.literal && this.#ends(key.text))
      this.#end(key.text, moment)
    else {
      this.#begin(moment)
      this.#line.apply(key)
    }
  }

  /** Keys were lost. */
  gap(): void {
    this.#line.doubt()
  }

  /** Output is about to be shown. */
  output(at: number): void {
    this.#outputAt = at
  }

  /** Output was shown. */
  settled(at: number): void {
    const line = this.#alternate.settle(at)
    if (line) this.#acceptance.command({ text: line.text, confidence: 'screen' }, line)
  }

  /** Output was left out: no place on the screen is what it was. */
  skipped(tail: Tail): void {
    this.#anchor = undefined
    this.#acceptance.marked(undefined)
    if (tail.editor === undefined) return
    this.#queue.clear()
    this.#editing = tail.editor
    this.#everEdited = true
    this.#epoch++
  }

  lineFeed(): void {
    if (this.#screen.alternate) return
    if (this.#editing) {
      this.#lastEdited?.dispose()
      this.#lastEdited = this.#screen.follow(-1)
    } else if (!this.#cooked()) this.#pending.row(() => this.#screen.logical(this.#screen.row - 1).text)
  }

  editor(on: boolean): void {
    this.#pasting = false
    if (on) this.#editorBegins()
    else {
      if (this.#editing && !this.#screen.alternate) this.#taken()
      this.#editing = false
    }
  }

  alternate(on: boolean): void {
    this.#alternate.clear()
    if (!on) this.#queue.clear()
  }

  mark(letter: string): void {
    if (letter === 'B') this.#acceptance.marked(this.#screen.here())
  }

  /** The session has ended: what was entered last has run as far as anyone can know. */
  end(): void {
    const head = this.#queue.head
    const anchor = head?.anchor
    const shown = anchor && this.#reader.atAnchor(anchor, this.#screen.lastOf(this.#screen.row))
    if (head && anchor && shown !== undefined && (this.#editing || this.#acceptance.runs(anchor.prompt))) {
      const line = { shown, prompt: anchor.prompt, anchored: true }
      const silent = this.#outputAt <= head.at
      if (!this.#acceptance.accept(head, line, false)) this.#acceptance.cut(head, line, silent)
    } else if (this.unfinished) this.#pending.drop()
    if (!this.#everEdited) this.#acceptance.typedAhead(this.#queue.takeAhead(), 0)
    this.#pending.flush()
  }

  #ends(key: string): boolean {
    return key === '\r' || key === '\n' || key === '\x03' || (key === '\x0f' && this.#editing)
  }

  #end(key: string, moment: Moment): void {
    if (key === '\x03') this.#interrupt()
    else this.#enter(moment)
    // ^O runs the line and puts the next one of the history there.
    if (key === '\x0f') this.#line.doubt()
  }

  #paste(text: string, moment: Moment): void {
    this.#begin(moment)
    this.#line.paste(text.replaceAll('\r', '\n'))
  }

  /** The first key of a line: the cursor stands where the prompt ends. */
  #begin({ at }: Moment): void {
    if (!this.#line.untouched) return
    if (this.#editing) this.#queue.discardBefore(this.#epoch, this.#prompted, at)
    else this.#queue.parkAnswered(this.#outputAt, at)
    if (this.#queue.waiting || (this.#editing && this.#queue.ahead.length > 0)) return
    this.#anchor = this.#screen.here()
    const { prompt } = this.#anchor
    if (!this.#editing && !this.#acceptance.runs(prompt)) return
    if (!this.#editing) this.#acceptance.typedAhead(this.#queue.takeAhead(), 1)
    if (!this.#acceptance.goesOn(prompt)) this.#pending.flush()
  }

  #enter({ at, wall, burst }: Moment): void {
    const line = this.#line
    const anchor = this.#anchor
    this.#line = new TypedLine()
    this.#anchor = undefined
    const text = line.text.trim()
    const shown = anchor && this.#reader.atAnchor(anchor, this.#screen.row)
    this.#queue.push({
      kind: 'line',
      text: line.text,
      sureWithEditor: line.sureIn(true),
      sureWithout: line.sureIn(false),
      pasted: line.pasted || burst,
      anchor,
      epoch: this.#epoch,
      at,
      wall,
      seen: shown !== undefined && text !== '' && shown.includes(text),
    })
  }

  #interrupt(): void {
    if (this.#acceptance.goesOn(this.#anchor?.prompt ?? '') || this.unfinished) this.#pending.drop()
    this.#line = new TypedLine()
    this.#anchor = undefined
    // A terminal in cooked mode throws away what was typed and not read.
    if (this.#editing) this.#queue.push({ kind: 'break', epoch: this.#epoch })
    else this.#queue.clear()
  }

  #editorBegins(): void {
    if (this.#editing) this.#queue.clear()
    this.#editing = true
    this.#everEdited = true
    this.#epoch++
    this.#prompted = this.#outputAt
    this.#anchor = undefined
    this.#lastEdited = undefined
    this.#queue.began()
    const left = this.#screen.before(this.#screen.row, this.#screen.column)
    // Output without a line end, unless this shell draws its prompt first.
    if (left !== '' && this.#prompts.judge(left) !== 'command') this.#pending.row(() => left)
    this.#pending.promptCame()
  }

  /** The line editor has ended: a line was taken. */
  #taken(): void {
    const { column, row } = this.#screen
    const edited = this.#lastEdited
    const end = column === 0 && edited && !edited.isDisposed ? edited.line : row
    const taken = this.#queue.taken(this.#epoch, (entry) => this.#reader.read(entry, end))
    // Typed ahead for a program before: only what is really shown again here was a command.
    if (taken) this.#acceptance.accept(taken.entry, taken.read, taken.entry.epoch === this.#epoch)
  }

  /** A line feed without a line editor. Returns whether it belongs to what was typed, and not to output. */
  #cooked(): boolean {
    for (let head = this.#queue.head; head; head = this.#queue.head) {
      if (head.text.trim() === '' && head.sureWithout) {
        this.#queue.shift()
        return true
      }
      const ended = this.#answered(head)
      if (ended !== undefined) return ended
    }
    return false
  }

  /** Whether this line feed ends `head`; `undefined`: `head` was not shown, and is out of the way now. */
  #answered(head: Entered): boolean | undefined {
    const found = this.#reader.find(head, this.#screen.row - 1)
    const runs = found !== undefined && this.#acceptance.runs(found.prompt)
    if (runs && this.#acceptance.accept(head, found, false)) {
      this.#queue.shift()
      return true
    }
    const typed = { text: head.text, sure: head.sureWithout }
    const reading = found && decide(typed, found.shown, false)
    if (!reading && !head.anchor) return false
    if (reading && this.#acceptance.perhaps(reading, { ...head, ...found })) this.#queue.shift()
    else this.#queue.park(reading !== undefined)
    return reading ? true : undefined
  }
}
