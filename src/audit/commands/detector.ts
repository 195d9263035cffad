import { systemClock } from '../../base/clock.ts'
import type { Size } from '../../terminal/terminal.ts'
import type { CommandDetector, CommandDetectorOptions, EditedLine } from '../command-detector.ts'
import { Dialogue } from './dialogue.ts'
import type { Tail } from './flood.ts'
import { Intake, type Item } from './intake.ts'
import { KeySplitter } from './keys.ts'
import { Pending } from './pending.ts'
import { Screen, type ScreenEvents } from './screen.ts'

/** Finds commands by the screen the person saw. The emulator is made when the first key comes. */
export class ScreenCommandDetector implements CommandDetector {
  readonly #options: CommandDetectorOptions
  readonly #intake: Intake
  #reader: Reader | undefined
  #size: Size
  #broken = false
  #closing: Promise<void> | undefined

  constructor(options: CommandDetectorOptions) {
    this.#options = options
    this.#size = options.size
    this.#intake = new Intake(options.clock ?? systemClock, {
      parse: (items, done) => this.#parse(items, done),
    })
  }

  output(bytes: Uint8Array): void {
    if (!this.#closing && !this.#broken) this.#intake.output(bytes)
  }

  input(bytes: Uint8Array): void {
    if (!this.#closing && !this.#broken) this.#intake.input(bytes)
  }

  resize(size: Size): void {
    if (!this.#closing && !this.#broken) this.#intake.resize(size)
  }

  line(): Promise<EditedLine | undefined> {
    if (this.#closing || this.#broken) return Promise.resolve(undefined)
    return new Promise((resolve) => {
      this.#intake.look(() => resolve(this.#look()))
    })
  }

  #look(): EditedLine | undefined {
    let line: EditedLine | undefined
    this.#guard(() => {
      line = this.#reader?.dialogue.look()
    })
    return line
  }

  close(): Promise<void> {
    this.#closing ??= this.#intake.drained().then(() => {
      this.#guard(() => this.#reader?.dialogue.end())
      this.#release()
    })
    return this.#closing
  }

  #release(): void {
    this.#reader?.pending[Symbol.dispose]()
    this.#reader?.screen[Symbol.dispose]()
    this.#reader = undefined
  }

  #parse(items: readonly Item[], done: () => void): void {
    this.#guard(() => {
      this.#reader ??= this.#open()
      this.#feed(this.#reader, items, done)
    })
    if (this.#broken) {
      for (const item of items) if (item.kind === 'look') item.done()
      setImmediate(done)
    }
  }

  #feed(reader: Reader, items: readonly Item[], done: () => void): void {
    const { screen } = reader
    for (const [index, item] of items.entries()) {
      if (item.kind === 'tail') {
        const rest = items.slice(index + 1)
        screen.whenShown(() => {
          this.#guard(() => refill(reader, item))
          this.#feed(reader, rest, done)
        })
        return
      }
      if (item.kind === 'output') this.#show(reader, item)
      else if (item.kind === 'look') screen.whenShown(item.done)
      else screen.whenShown(() => this.#guard(() => this.#apply(reader, item)))
    }
    screen.whenShown(() => done())
  }

  #show({ screen, dialogue }: Reader, { at, bytes }: Item & { kind: 'output' }): void {
    screen.whenShown(() => dialogue.output(at))
    screen.write(bytes)
    screen.whenShown(() => this.#guard(() => dialogue.settled(at)))
  }

  #apply(
    { screen, dialogue, keys }: Reader,
    item: Exclude<Item, { kind: 'output' | 'tail' | 'look' }>,
  ): void {
    if (item.kind === 'gap') dialogue.gap()
    else if (item.kind === 'resize') screen.resize(item.size)
    else {
      const moment = { at: item.at, wall: item.wall, burst: lineEnds(item.bytes) > 1 }
      for (const key of keys.split(item.bytes)) dialogue.key(key, moment)
    }
  }

  #open(): Reader {
    const { clock = systemClock, onCommand } = this.#options
    const pending: Pending = new Pending({
      clock,
      emit: (command) => this.#guard(() => onCommand(command)),
      unfinished: (): boolean => dialogue.unfinished,
    })
    const guarded: ScreenEvents = {
      lineFeed: () => this.#guard(() => dialogue.lineFeed()),
      editor: (on) => this.#guard(() => dialogue.editor(on)),
      alternate: (on) => this.#guard(() => dialogue.alternate(on)),
      mark: (letter) => this.#guard(() => dialogue.mark(letter)),
    }
    const screen = new Screen(this.#size, guarded)
    const dialogue: Dialogue = new Dialogue(screen, pending)
    return { screen, dialogue, pending, keys: new KeySplitter() }
  }

  /** A fault here ends the detection and nothing else. */
  #guard(task: () => void): void {
    if (this.#broken) return
    try {
      task()
    } catch (error) {
      this.#broken = true
      this.#options.onError?.(error)
    }
  }
}

interface Reader {
  readonly screen: Screen
  readonly dialogue: Dialogue
  readonly pending: Pending
  readonly keys: KeySplitter
}

/** After output that was left out: an empty screen in the right mode, and the end of that output. */
function refill({ screen, dialogue }: Reader, { at, tail }: { at: number; tail: Tail }): void {
  const alternate = tail.alternate ?? screen.alternate
  dialogue.skipped(tail)
  dialogue.output(at)
  screen.reset()
  if (alternate) screen.write('\x1b[?1049h')
  screen.write(tail.bytes)
}

function lineEnds(bytes: Uint8Array): number {
  let count = 0
  for (const byte of bytes) if (byte === 13 || byte === 10) count++
  return count
}
