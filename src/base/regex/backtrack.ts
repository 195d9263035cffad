import { sameLetters } from './chars.ts'
import { type Node, type Repeat, widthOf } from './node.ts'
import { holdsAt } from './places.ts'

type Then = (at: number) => boolean
/** Tries to match from a place; calls `then` for each end until it says yes. */
type Matcher = (at: number, then: Then) => boolean

/**
 * Searches by trying, as Python does: knows everything, but may take for ever (`(a+)+$`). Only for a thread that can be
 * ended.
 */
export function backtrack(node: Node, text: readonly number[]): boolean {
  const run = new Backtracking(text).matcher(node)
  for (let at = 0; at <= text.length; at++) if (run(at, () => true)) return true
  return false
}

class Backtracking {
  readonly #text: readonly number[]
  #groups = new Map<number, readonly [from: number, to: number]>()

  constructor(text: readonly number[]) {
    this.#text = text
  }

  matcher(node: Node): Matcher {
    const text = this.#text
    switch (node.kind) {
      case 'char':
        return (at, then) => {
          const char = text[at]
          return char !== undefined && node.test(char) && then(at + 1)
        }
      case 'at':
        return (at, then) => holdsAt(node, text, at) && then(at)
      case 'seq':
        return this.#sequence(node.items)
      case 'alt':
        return this.#alternatives(node.items)
      case 'repeat':
        return node.item.kind === 'char' ? this.#run(node, node.item.test) : this.#repeat(node)
      case 'group':
        return this.#group(node)
      case 'atomic':
        return this.#atomic(node.item)
      case 'look':
        return this.#look(node)
      case 'back':
        return this.#back(node)
      case 'if': {
        const [yes, no] = [this.matcher(node.yes), this.matcher(node.no)]
        return (at, then) => (this.#groups.has(node.number) ? yes : no)(at, then)
      }
    }
  }

  #sequence(items: readonly Node[]): Matcher {
    return items
      .map((item) => this.matcher(item))
      .reduceRight<Matcher>(
        (rest, first) => (at, then) => first(at, (end) => rest(end, then)),
        (at, then) => then(at),
      )
  }

  #alternatives(items: readonly Node[]): Matcher {
    const matchers = items.map((item) => this.matcher(item))
    return (at, then) => matchers.some((each) => each(at, then))
  }

  /** A run of single characters, without a call for each. */
  #run({ least, most, greedy }: Repeat, test: (char: number) => boolean): Matcher {
    return (at, then) => {
      const reach = (limit: number): number => {
        let end = at
        for (let char = this.#text[end]; char !== undefined && end - at < limit && test(char); )
          char = this.#text[++end]
        return end
      }
      if (greedy) {
        for (let end = reach(most); end >= at + least; end--) if (then(end)) return true
        return false
      }
      const last = reach(most)
      for (let end = at + least; end <= last; end++) if (then(end)) return true
      return false
    }
  }

  #repeat({ item, least, most, greedy }: Repeat): Matcher {
    const once = this.matcher(item)
    const from = (count: number, at: number, then: Then): boolean => {
      const more = (): boolean =>
        count < most && once(at, (end) => (end !== at || count < least) && from(count + 1, end, then))
      if (count < least) return more()
      return greedy ? more() || then(at) : then(at) || more()
    }
    return (at, then) => from(0, at, then)
  }

  #group({ number, item }: Extract<Node, { kind: 'group' }>): Matcher {
    const inner = this.matcher(item)
    return (at, then) => {
      const before = this.#groups.get(number)
      const found = inner(at, (end) => {
        const inside = this.#groups.get(number)
        this.#groups.set(number, [at, end])
        if (then(end)) return true
        this.#restore(number, inside)
        return false
      })
      if (!found) this.#restore(number, before)
      return found
    }
  }

  #restore(number: number, before: readonly [number, number] | undefined): void {
    if (before) this.#groups.set(number, before)
    else this.#groups.delete(number)
  }

  /** The first way in which it matches is the only one. */
  #atomic(item: Node): Matcher {
    const inner = this.matcher(item)
    return (at, then) => {
      let end = -1
      const before = new Map(this.#groups)
      const found = inner(at, (reached) => {
        end = reached
        return true
      })
      if (found && then(end)) return true
      this.#groups = before
      return false
    }
  }

  #look({ ahead, negated, item }: Extract<Node, { kind: 'look' }>): Matcher {
    const inner = this.matcher(item)
    const [width] = widthOf(item)
    return (at, then) => {
      const from = ahead ? at : at - width
      const before = new Map(this.#groups)
      const found = from >= 0 && inner(from, (end) => ahead || end === at)
      if (negated) this.#groups = before
      if (found !== negated && then(at)) return true
      this.#groups = before
      return false
    }
  }

  #back({ number, ignoreCase }: Extract<Node, { kind: 'back' }>): Matcher {
    const same = (one: number, other: number): boolean =>
      one === other || (ignoreCase && sameLetters(one).some((form) => sameLetters(other).includes(form)))
    return (at, then) => {
      const group = this.#groups.get(number)
      if (!group) return false
      const wanted = this.#text.slice(...group)
      const fits = wanted.every((char, index) => {
        const found = this.#text[at + index]
        return found !== undefined && same(char, found)
      })
      return fits && then(at + wanted.length)
    }
  }
}
