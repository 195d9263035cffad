import type { Clock } from '../../base/clock.ts'
import type { DetectedCommand } from '../command-detector.ts'
import { expanded } from './reading.ts'

/** Most of a command's output that is kept, in characters. */
const MOST_OUTPUT = 4096
const MOST_LINES = 200
/** A command that runs longer is handed out with what it has printed by then. */
const OUTPUT_WAIT_MS = 3000

export type Line = Omit<DetectedCommand, 'output'>

export interface PendingOptions {
  readonly clock: Clock
  readonly emit: (command: DetectedCommand) => void
  /** The shell shows its second prompt: the command is not complete. */
  readonly unfinished: () => boolean
}

/** The command that runs now: it waits for its output, or for its other lines. */
export class Pending implements Disposable {
  readonly #options: PendingOptions
  #lines: Line[] = []
  #prompt = ''
  #output = ''
  #collecting = false
  #timer: Disposable | undefined

  constructor(options: PendingOptions) {
    this.#options = options
  }

  /** The prompt of a command that has printed nothing yet, so that its lines may go on. */
  get mayGoOn(): string | undefined {
    return this.#lines.length > 0 && this.#output === '' ? this.#prompt : undefined
  }

  /** A command was run. The one before it is done with. */
  begin(lines: readonly Line[], prompt: string): void {
    this.flush()
    this.#lines = lines.slice(0, MOST_LINES)
    this.#prompt = prompt
    this.#collecting = true
    this.#wait()
  }

  /** More lines of the same command. */
  extend(lines: readonly Line[]): void {
    if (this.#lines.length + lines.length > MOST_LINES) this.begin(lines, this.#prompt)
    else {
      this.#lines.push(...lines)
      this.#collecting = true
    }
  }

  /** A row of output; `read` is asked only while there is room. */
  row(read: () => string): void {
    if (!this.#collecting) return
    this.#output += this.#output === '' ? read() : `\n${read()}`
    // An empty first row is output too.
    if (this.#output === '') this.#output = '\n'
    this.#collecting = this.#output.length < MOST_OUTPUT
  }

  /** The prompt is back; what comes now is no output. */
  promptCame(): void {
    this.#collecting = false
  }

  /** The lines were given up before they were complete. */
  drop(): void {
    this.#lines = []
    this.#collecting = false
  }

  flush(): void {
    this.#timer?.[Symbol.dispose]()
    const lines = this.#lines
    const output = this.#output
    this.drop()
    this.#output = ''
    lines.forEach((line, index) => {
      const last = index === lines.length - 1
      this.#options.emit(last ? withOutput(line, output) : { ...line, output: '' })
    })
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]()
  }

  #wait(): void {
    this.#timer?.[Symbol.dispose]()
    this.#timer = this.#options.clock.after(OUTPUT_WAIT_MS, () => {
      if (this.#options.unfinished()) this.#wait()
      else this.flush()
    })
  }
}

function withOutput(line: Line, printed: string): DetectedCommand {
  const [first = '', ...rest] = printed.split('\n')
  const ran = expanded(line.input, first)
  const output = ran === undefined ? printed : rest.join('\n')
  return { ...line, input: ran ?? line.input, output: cut(output.trimEnd()) }
}

/** Not in the middle of a surrogate pair. */
const cut = (text: string): string => text.slice(0, MOST_OUTPUT).replace(/[\ud800-\udbff]$/, '')
