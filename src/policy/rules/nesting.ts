/** Deeper than a person writes. */
export const MOST_DEPTH = 20
/** Characters looked at for each one of the text; what is in order takes two or three. */
const MOST_LOOKS = 64

/** The line cannot be taken apart. */
export class TooManyParts extends Error {
  override readonly name = 'TooManyParts'
}

/** What begins at some place of a text. */
export interface Nested {
  readonly length: number
  /** The commands in it. */
  readonly inner: readonly string[]
}

const CHARACTER: Nested = { length: 1, inner: [] }

/**
 * The quotes, substitutions and subshells of a text. What is not closed is read again as if its opening character were
 * none, so each place is remembered, and the whole is given up with TooManyParts when it takes too many looks: a hostile
 * text must not take longer than its length.
 */
export class Nesting {
  readonly #text: string
  readonly #known = new Map<number, Nested>()
  #looks: number

  constructor(text: string) {
    this.#text = text
    this.#looks = MOST_LOOKS * (text.length + 64)
  }

  /** A quote, a substitution or a subshell that begins at this place; otherwise one character. */
  at(place: number, depth = 0): Nested {
    const known = this.#known.get(place)
    if (known) return known
    if (depth > MOST_DEPTH) throw new TooManyParts('nested too deeply')
    const found = this.#read(place, depth)
    this.#known.set(place, found)
    return found
  }

  #read(at: number, depth: number): Nested {
    const text = this.#text
    const char = text.charAt(at)
    if (char === "'") return { length: this.#closing(at, "'"), inner: [] }
    if (char === '"') return this.#doubleQuoted(at, depth)
    if (char === '`') {
      const length = this.#closing(at, '`')
      return { length, inner: [text.slice(at + 1, at + length - 1).replaceAll('\\`', '`')] }
    }
    const open = /^[$<>]?\(/.exec(text.slice(at, at + 2))?.[0]
    if (open === undefined) return CHARACTER
    const length = this.#balanced(at + open.length, depth) - at
    return { length, inner: [text.slice(at + open.length, at + length - 1)] }
  }

  #look(): void {
    this.#looks -= 1
    if (this.#looks < 0) throw new TooManyParts('too many open quotes')
  }

  /** Length of what `quote` opens here. One that is not closed quotes nothing: what follows it is divided all the same. */
  #closing(at: number, quote: string): number {
    const text = this.#text
    const escapes = quote === '`' || text.charAt(at - 1) === '$'
    for (let end = at + 1; end < text.length; end++) {
      this.#look()
      if (escapes && text.charAt(end) === '\\') end++
      else if (text.charAt(end) === quote) return end + 1 - at
    }
    return 1
  }

  #doubleQuoted(at: number, depth: number): Nested {
    const text = this.#text
    const inner: string[] = []
    for (let end = at + 1; end < text.length; ) {
      this.#look()
      const char = text.charAt(end)
      if (char === '"') return { length: end + 1 - at, inner }
      if (char === '\\') end += 2
      else if (char === '`' || text.startsWith('$(', end)) {
        const nested = this.at(end, depth + 1)
        inner.push(...nested.inner)
        end += nested.length
      } else end++
    }
    return CHARACTER
  }

  /** The place behind the parenthesis that closes one; the end of the text (and one) if none does. */
  #balanced(from: number, depth: number): number {
    const text = this.#text
    let at = from
    while (at < text.length) {
      this.#look()
      if (text.charAt(at) === ')') return at + 1
      at += text.charAt(at) === '\\' ? 2 : this.at(at, depth + 1).length
    }
    return text.length + 1
  }
}
