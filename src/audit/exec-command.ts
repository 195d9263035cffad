import type { DetectedCommand } from './command-detector.ts'
import { ControlStripper } from './strip-controls.ts'

/** Characters of output an exec's command record keeps: what core takes. */
const MOST_OUTPUT = 1024
/** Bytes that are looked at for them: a stream of control characters must not be decoded for ever. */
const MOST_BYTES = 64 * 1024

/** Gathers the one command record of an exec request: its command, and the beginning of what it printed. */
export class ExecCommand {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  readonly #stripper = new ControlStripper()
  readonly #command: string
  readonly #at: number
  #text = ''
  #seen = 0
  #full = false

  constructor(command: string, at: number) {
    this.#command = command
    this.#at = at
  }

  /** All the record has room for is there. */
  get full(): boolean {
    return this.#full
  }

  output(bytes: Uint8Array): void {
    if (this.#full) return
    this.#text += this.#stripper.strip(this.#decoder.decode(bytes, { stream: true }))
    this.#seen += bytes.length
    this.#full =
      this.#seen >= MOST_BYTES ||
      this.#text.length >= 2 * MOST_OUTPUT ||
      [...this.#text].length >= MOST_OUTPUT
  }

  /** The record; undefined for a blank command, which core does not take. */
  record(): DetectedCommand | undefined {
    if (this.#command.trim() === '') return undefined
    const output = [...this.#text].slice(0, MOST_OUTPUT).join('')
    return { input: this.#command, output, at: this.#at, confidence: 'exact', pasted: false }
  }
}
