import type { Charset } from '../asset/encoding.ts'

export interface EncodingKeyParts {
  /** On towards the program. */
  readonly pass: (bytes: Buffer) => void
  /** The person wants to choose. */
  readonly ask: () => void
  /** Undefined: they left it as it was. */
  readonly choose: (charset: Charset | undefined) => void
}

/** Which key means which encoding. */
const CHOICES: Readonly<Record<string, Charset>> = {
  u: 'utf-8',
  g: 'gb18030',
  k: 'gbk',
  b: 'big5',
  j: 'shift_jis',
  l: 'latin1',
}

const LINE_ENDS = [0x0d, 0x0a]
const [TILDE, EQUALS] = [0x7e, 0x3d]

/**
 * The keys Enter, `~`, `=` in this order, as escapes of ssh are typed; OpenSSH's client knows none of this name and sends
 * it on. Only keys that come singly or as these two count, so that text that is pasted stays text.
 */
export class EncodingKey {
  readonly #parts: EncodingKeyParts
  #lineBegins = true
  #tilde = false
  #choosing = false

  constructor(parts: EncodingKeyParts) {
    this.#parts = parts
  }

  typed(bytes: Buffer): void {
    if (this.#choosing) this.#choose(bytes)
    else if (this.#isEscape(bytes)) this.#ask()
    else if (this.#lineBegins && !this.#tilde && bytes.length === 1 && bytes[0] === TILDE) this.#tilde = true
    else this.#pass(bytes)
  }

  /** No more keys come: one that was held goes on. */
  ended(): void {
    if (this.#tilde) this.#pass(Buffer.alloc(0))
  }

  #isEscape(bytes: Buffer): boolean {
    if (!this.#lineBegins) return false
    if (this.#tilde) return bytes.length === 1 && bytes[0] === EQUALS
    return bytes.length === 2 && bytes[0] === TILDE && bytes[1] === EQUALS
  }

  #ask(): void {
    this.#tilde = false
    this.#choosing = true
    this.#parts.ask()
  }

  #choose(bytes: Buffer): void {
    this.#choosing = false
    this.#parts.choose(CHOICES[bytes.subarray(0, 1).toString().toLowerCase()])
    if (bytes.length > 1) this.typed(bytes.subarray(1))
  }

  #pass(bytes: Buffer): void {
    const all = this.#tilde ? Buffer.concat([Buffer.from([TILDE]), bytes]) : bytes
    this.#tilde = false
    this.#lineBegins = LINE_ENDS.includes(all.at(-1) ?? 0)
    this.#parts.pass(all)
  }
}
