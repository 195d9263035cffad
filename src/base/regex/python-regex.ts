import { backtrack } from './backtrack.ts'
import type { Node } from './node.ts'
import { parsePattern } from './parse.ts'
import { Program } from './program.ts'

/** Characters of text times steps of a pattern up to which a search is over in a few milliseconds. */
const MOST_WORK = 2_000_000

/**
 * A regular expression with the meaning it has in Python's `re` (Unicode classes and word boundaries, its syntax),
 * searched anywhere in a text. Most patterns take linear time; others must be searched where they can be ended.
 */
export class PythonRegex {
  readonly source: string
  readonly #node: Node
  readonly #program: Program | undefined

  /** Throws PatternError for what Python itself would reject. */
  constructor(source: string) {
    this.source = source
    this.#node = parsePattern(source)
    this.#program = Program.of(this.#node)
  }

  /** No text makes it slow. */
  get linear(): boolean {
    return this.#program !== undefined
  }

  /** Undefined when that could take long: then `searchSlowly` says, in a thread of its own. */
  search(text: string): boolean | undefined {
    const points = pointsOf(text)
    if (!this.#program || this.#program.size * points.length > MOST_WORK) return undefined
    return this.#program.search(points)
  }

  /** May take for ever, or throw RangeError when it runs out of stack. */
  searchSlowly(text: string): boolean {
    const points = pointsOf(text)
    return this.#program ? this.#program.search(points) : backtrack(this.#node, points)
  }
}

const pointsOf = (text: string): number[] => [...text].map((char) => char.codePointAt(0) ?? 0)
