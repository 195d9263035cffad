import { type Key, KeySplitter } from '../audit/commands/keys.ts'
import type { Clock } from '../base/clock.ts'

/** A sequence that is not whole by then is what was typed: the key Esc. */
const ESCAPE_MS = 30

/**
 * The keys of somebody who types into another one's session, without what their terminal answers by itself: the asset
 * asked the first terminal, and one answer is enough.
 */
export class GuestKeys implements Disposable {
  readonly #splitter = new KeySplitter()
  readonly #clock: Clock
  readonly #onKeys: (bytes: Buffer) => void
  #timer: Disposable | undefined

  constructor(clock: Clock, onKeys: (bytes: Buffer) => void) {
    this.#clock = clock
    this.#onKeys = onKeys
  }

  push(bytes: Buffer): void {
    this.#timer?.[Symbol.dispose]()
    this.#pass(this.#splitter.split(bytes).map(textOf).join(''))
    this.#timer = this.#clock.after(ESCAPE_MS, () => this.#pass(this.#splitter.takeRest()))
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]()
  }

  #pass(text: string): void {
    if (text !== '') this.#onKeys(Buffer.from(text))
  }
}

function textOf(key: Key): string {
  if (key.kind === 'paste') return key.on ? '\x1b[200~' : '\x1b[201~'
  return key.text
}
