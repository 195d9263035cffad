import { z } from 'zod'
import { type BytePath, isUnsafe, pathFromText } from '../../files/byte-path.ts'
import { malformed } from '../malformed.ts'
import { WebError } from '../web-error.ts'

const MOST_TARGETS = 2_000
const Text = z.string().max(16_384)

/** What elFinder's client sends, in a query or in a form; lists come as `name[]` or as `name[0]`. */
export class Params {
  readonly #values: ReadonlyMap<string, readonly string[]>

  private constructor(values: ReadonlyMap<string, readonly string[]>) {
    this.#values = values
  }

  /** Pairs in the order they came. Throws WEB_REQUEST. */
  static of(pairs: Iterable<readonly [string, string]>): Params {
    const values = new Map<string, string[]>()
    for (const [name, value] of pairs) {
      const key = name.replace(/\[\w*\]$/, '')
      const known = values.get(key) ?? []
      if (known.length >= MOST_TARGETS || !Text.safeParse(value).success) throw malformed()
      known.push(value)
      values.set(key, known)
    }
    return new Params(values)
  }

  get(name: string): string | undefined {
    return this.#values.get(name)?.[0]
  }

  all(name: string): readonly string[] {
    return this.#values.get(name) ?? []
  }

  /** Throws WEB_REQUEST where it is missing. */
  need(name: string): string {
    const value = this.get(name)
    if (value === undefined || value === '') throw malformed()
    return value
  }

  is(name: string): boolean {
    const value = this.get(name)
    return value !== undefined && value !== '' && value !== '0'
  }
}

const LONGEST_NAME = 255

/** The name of one thing in a directory, as somebody typed it. Throws WEB_NAME. */
export function fileNameOf(text: string): BytePath {
  const name = pathFromText(text)
  const bad = name === '' || name === '.' || name === '..' || name.includes('/') || name.length > LONGEST_NAME
  if (!bad && !isUnsafe(name)) return name
  throw new WebError('WEB_NAME', {
    step: 'name a file',
    message: 'a name that no file can have',
    next: 'choose another one: not empty, without a slash or line break, at most 255 bytes',
    facts: { name: text.slice(0, LONGEST_NAME) },
  })
}
