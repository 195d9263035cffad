/** Python itself would not take this pattern. */
export class PatternError extends Error {
  override readonly name = 'PatternError'
  /** In characters. */
  readonly position: number

  constructor(message: string, position: number) {
    super(`${message} at position ${position}`)
    this.position = position
  }
}

/** A place in a pattern. */
export class Cursor {
  readonly #chars: readonly string[]
  at = 0

  constructor(pattern: string) {
    this.#chars = [...pattern]
  }

  /** `''` at the end. */
  get next(): string {
    return this.#chars[this.at] ?? ''
  }

  get done(): boolean {
    return this.at >= this.#chars.length
  }

  take(): string {
    const char = this.next
    this.at++
    return char
  }

  /** Takes `text` if it stands here. */
  eat(text: string): boolean {
    const found = this.#chars.slice(this.at, this.at + text.length).join('') === text
    if (found) this.at += text.length
    return found
  }

  /** Takes characters as long as they fit, at most `most`. */
  while(fits: RegExp, most = Number.POSITIVE_INFINITY): string {
    let text = ''
    while (text.length < most && !this.done && fits.test(this.next)) text += this.take()
    return text
  }

  /** Takes all up to `end`, and `end`. */
  until(end: string, what: string): string {
    const from = this.at
    let text = ''
    while (!this.done && this.next !== end) text += this.take()
    if (text === '') throw this.fault(`missing ${what}`)
    if (!this.eat(end)) throw new PatternError(`missing ${end}, unterminated name`, from)
    return text
  }

  fault(message: string, position = this.at): PatternError {
    return new PatternError(message, position)
  }
}
