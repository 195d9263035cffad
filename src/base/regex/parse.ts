import { type Flags, wordTest } from './chars.ts'
import { Cursor } from './cursor.ts'
import { charEscape, charNode, numberEscape, placeEscape } from './escapes.ts'
import { Groups, groupName, readFlags } from './groups.ts'
import { EMPTY, type Node, type Repeat, widthOf } from './node.ts'
import { readSet } from './set.ts'

const NO_FLAGS: Flags = { ignoreCase: false, multiline: false, dotAll: false, verbose: false, ascii: false }
const MOST_REPEAT = 4_294_967_295
/** Python's own parser gives up in its recursion near here. */
const MOST_DEPTH = 200

/**
 * Parses a regular expression as Python's `re.compile(pattern)` does, without flags. What any Python from 3.6 to 3.13
 * takes is taken, with its newest meaning, but for `\N{…}`. Throws PatternError.
 */
export function parsePattern(pattern: string): Node {
  const global = globalFlags(pattern)
  const parser = new Parser(pattern, global)
  return parser.whole()
}

/** Flags that stand for the whole pattern, wherever they do (up to Python 3.10). */
function globalFlags(pattern: string): Flags {
  const finder = new Parser(pattern, NO_FLAGS)
  try {
    finder.whole()
  } catch (error) {
    // With the verbose flag the rest may be good.
    if (!finder.global.verbose) throw error
  }
  return finder.global
}

class Parser {
  readonly #cursor: Cursor
  readonly #groups = new Groups()
  readonly #flags: Flags
  global: Flags
  #depth = 0

  constructor(pattern: string, flags: Flags) {
    this.#cursor = new Cursor(pattern)
    this.#flags = flags
    this.global = flags
  }

  whole(): Node {
    const node = this.#alternatives(this.#flags)
    if (!this.#cursor.done) throw this.#cursor.fault('unbalanced parenthesis')
    return node
  }

  #alternatives(flags: Flags): Node {
    if (++this.#depth > MOST_DEPTH) throw this.#cursor.fault('too deeply nested')
    const items = [this.#sequence(flags)]
    while (this.#cursor.eat('|')) items.push(this.#sequence(flags))
    this.#depth--
    return items.length === 1 ? (items[0] ?? EMPTY) : { kind: 'alt', items }
  }

  #sequence(flags: Flags): Node {
    const items: Node[] = []
    for (;;) {
      if (flags.verbose && this.#blank()) continue
      if (this.#cursor.done || this.#cursor.next === '|' || this.#cursor.next === ')') break
      const from = this.#cursor.at
      const item = this.#atom(flags)
      if (item) items.push(this.#repeated(item, flags, from))
    }
    return { kind: 'seq', items }
  }

  /** White space and comments of a verbose pattern. */
  #blank(): boolean {
    if (this.#cursor.while(/[ \t\n\r\f\v]/) !== '') return true
    if (!this.#cursor.eat('#')) return false
    this.#cursor.while(/[^\n]/)
    return true
  }

  #atom(flags: Flags): Node | undefined {
    const cursor = this.#cursor
    const char = cursor.take()
    switch (char) {
      case '.':
        return { kind: 'char', test: flags.dotAll ? () => true : (one) => one !== 10 }
      case '^':
        return { kind: 'at', place: flags.multiline ? 'lineStart' : 'start', word: wordTest(flags) }
      case '$':
        return { kind: 'at', place: flags.multiline ? 'lineEnd' : 'endOrLastLf', word: wordTest(flags) }
      case '[':
        return readSet(cursor, flags)
      case '(':
        return this.#group(flags)
      case '\\':
        return this.#escape(flags)
      case '*':
      case '+':
      case '?':
        throw cursor.fault('nothing to repeat', cursor.at - 1)
      case '{':
        cursor.at--
        if (this.#bounds()) throw cursor.fault('nothing to repeat')
        cursor.at++
        return charNode(0x7b, flags)
      default:
        return charNode(char.codePointAt(0) ?? 0, flags)
    }
  }

  #escape(flags: Flags): Node {
    const cursor = this.#cursor
    const place = placeEscape(cursor, flags)
    if (place) return place
    const number = numberEscape(cursor)
    if (number && 'group' in number) {
      return {
        kind: 'back',
        number: this.#groups.closed(cursor, number.group),
        ignoreCase: flags.ignoreCase,
      }
    }
    return charNode(number ? number.char : charEscape(cursor, flags, false), flags)
  }

  #repeated(item: Node, flags: Flags, from: number): Node {
    const cursor = this.#cursor
    if (flags.verbose) while (this.#blank());
    const bounds = this.#bounds()
    if (!bounds) return item
    if (item.kind === 'at') throw cursor.fault('nothing to repeat', from)
    const [least, most] = bounds
    const possessive = cursor.eat('+')
    const greedy = possessive || !cursor.eat('?')
    const repeat: Repeat = { kind: 'repeat', item, least, most, greedy }
    if (flags.verbose) while (this.#blank());
    if (this.#isRepeat()) throw cursor.fault('multiple repeat')
    return possessive ? { kind: 'atomic', item: repeat } : repeat
  }

  #isRepeat(): boolean {
    const before = this.#cursor.at
    const found = this.#bounds() !== undefined
    this.#cursor.at = before
    return found
  }

  /** `*`, `+`, `?`, `{2}`, `{2,}`, `{,3}`, `{2,3}`; undefined, and nothing taken, for all else. */
  #bounds(): [number, number] | undefined {
    const cursor = this.#cursor
    if (cursor.eat('*')) return [0, Number.POSITIVE_INFINITY]
    if (cursor.eat('+')) return [1, Number.POSITIVE_INFINITY]
    if (cursor.eat('?')) return [0, 1]
    const from = cursor.at
    if (!cursor.eat('{')) return undefined
    const least = cursor.while(/[0-9]/)
    const comma = cursor.eat(',')
    const most = comma ? cursor.while(/[0-9]/) : least
    if (!cursor.eat('}') || (least === '' && !comma)) {
      cursor.at = from
      return undefined
    }
    return this.#checked(Number(least), most === '' ? Number.POSITIVE_INFINITY : Number(most), from)
  }

  #checked(least: number, most: number, from: number): [number, number] {
    const tooLarge = least >= MOST_REPEAT || (most !== Number.POSITIVE_INFINITY && most >= MOST_REPEAT)
    if (tooLarge) throw this.#cursor.fault('the repetition number is too large', from)
    if (most < least) throw this.#cursor.fault('min repeat greater than max repeat', from)
    return [least, most]
  }

  #group(flags: Flags): Node | undefined {
    const cursor = this.#cursor
    const from = cursor.at - 1
    if (!cursor.eat('?')) return this.#captured(flags, from)
    if (cursor.eat(':')) return this.#closed(this.#alternatives(flags), from)
    if (cursor.eat('P<')) return this.#captured(flags, from, groupName(cursor, '>'))
    if (cursor.eat('P=')) {
      const number = this.#groups.byName(cursor, groupName(cursor, ')'))
      return { kind: 'back', number, ignoreCase: flags.ignoreCase }
    }
    if (cursor.eat('#')) return this.#comment(from)
    if (cursor.eat('>')) return { kind: 'atomic', item: this.#closed(this.#alternatives(flags), from) }
    if (cursor.eat('(')) return this.#conditional(flags, from)
    return this.#look(flags, from) ?? this.#flagged(flags, from)
  }

  #captured(flags: Flags, from: number, name?: string): Node {
    const number = this.#groups.begin(this.#cursor, name)
    const item = this.#closed(this.#alternatives(flags), from)
    this.#groups.end(number)
    return { kind: 'group', number, item }
  }

  #comment(from: number): undefined {
    this.#cursor.while(/[^)]/)
    if (!this.#cursor.eat(')')) throw this.#cursor.fault('missing ), unterminated comment', from)
    return undefined
  }

  #look(flags: Flags, from: number): Node | undefined {
    const cursor = this.#cursor
    const kind = ['<=', '<!', '=', '!'].find((text) => cursor.eat(text))
    if (kind === undefined) return undefined
    const item = this.#closed(this.#alternatives(flags), from)
    const ahead = !kind.startsWith('<')
    const [least, most] = widthOf(item)
    if (!ahead && least !== most) throw cursor.fault('look-behind requires fixed-width pattern', from)
    return { kind: 'look', ahead, negated: kind.endsWith('!'), item }
  }

  #conditional(flags: Flags, from: number): Node {
    const cursor = this.#cursor
    const name = cursor.until(')', 'group name')
    // A number may be that of a group that comes later.
    const number = /^\d+$/.test(name) ? Number(name) : this.#groups.byName(cursor, name)
    if (number === 0) throw cursor.fault('bad group number')
    if (number > this.#groups.count) throw cursor.fault(`invalid group reference ${number}`)
    const yes = this.#sequence(flags)
    const no = cursor.eat('|') ? this.#sequence(flags) : EMPTY
    if (cursor.next === '|') throw cursor.fault('conditional backref with more than two branches')
    return this.#closed({ kind: 'if', number, yes, no }, from)
  }

  #flagged(flags: Flags, from: number): Node | undefined {
    const { flags: changed, global } = readFlags(this.#cursor, flags)
    if (!global) return this.#closed(this.#alternatives(changed), from)
    this.global = { ...this.global, ...onlyOn(changed) }
    return undefined
  }

  #closed(node: Node, from: number): Node {
    if (!this.#cursor.eat(')')) throw this.#cursor.fault('missing ), unterminated subpattern', from)
    return node
  }
}

const onlyOn = (flags: Flags): Partial<Flags> =>
  Object.fromEntries(Object.entries(flags).filter(([, on]) => on))
