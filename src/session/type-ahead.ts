import type { Terminal } from '../terminal/terminal.ts'

/** Keys held before a session begins; more wait in the connection. */
const MOST_HELD = 64 * 1024
const CTRL_C = 0x03

/**
 * Listens to the keys while a person waits: Ctrl-C (or the signal INT) calls `onInterrupt` and drops what was typed;
 * everything else is held and given back to the terminal at the end, so that the session has it.
 */
export class TypeAhead implements Disposable {
  readonly #terminal: Terminal
  readonly #onInterrupt: () => void
  readonly #signals: Disposable
  #held: Buffer[] = []
  #size = 0
  #listening = false

  constructor(terminal: Terminal, onInterrupt: () => void) {
    this.#terminal = terminal
    this.#onInterrupt = onInterrupt
    this.#signals = terminal.onSignal((name) => {
      if (name === 'INT') onInterrupt()
    })
    this.listen()
  }

  listen(): void {
    const { input } = this.#terminal
    if (this.#listening || input.destroyed || input.readableEnded) return
    this.#listening = true
    input.on('data', this.#take)
    if (this.#size < MOST_HELD) input.resume()
  }

  /** Leaves the keys to somebody else until `listen`; what was typed before stays held. */
  rest(): void {
    if (!this.#listening) return
    this.#listening = false
    this.#terminal.input.off('data', this.#take)
    this.#terminal.input.pause()
  }

  [Symbol.dispose](): void {
    this.rest()
    this.#signals[Symbol.dispose]()
    const { input } = this.#terminal
    if (this.#size > 0 && !input.destroyed && !input.readableEnded) input.unshift(Buffer.concat(this.#held))
    this.#held = []
    this.#size = 0
  }

  readonly #take = (bytes: Buffer): void => {
    const at = bytes.indexOf(CTRL_C)
    if (at >= 0) {
      this.#held = []
      this.#size = 0
      this.#onInterrupt()
    }
    const rest = bytes.subarray(at + 1)
    this.#held.push(rest)
    this.#size += rest.length
    if (this.#size >= MOST_HELD) this.#terminal.input.pause()
  }
}
