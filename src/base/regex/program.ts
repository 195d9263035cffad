import type { CharTest, Node, Place } from './node.ts'
import { holdsAt } from './places.ts'

type Step =
  | { readonly kind: 'char'; readonly test: CharTest }
  | { readonly kind: 'at'; readonly place: Place; readonly word: CharTest }
  | { readonly kind: 'fork'; first: number; second: number }
  | { readonly kind: 'jump'; to: number }
  | { readonly kind: 'found' }

/** More steps than these are not tried: counted repeats of counted repeats multiply. */
const MOST_STEPS = 20_000

class TooLarge extends Error {}

/**
 * An automaton that looks at each character once: its time is the product of text and pattern, whatever they are.
 * Undefined for patterns that no such automaton knows (look-around, back-references), or that are too large.
 */
export class Program {
  readonly #steps: Step[] = []

  static of(node: Node): Program | undefined {
    const program = new Program()
    try {
      if (!program.#add(node)) return undefined
    } catch (error) {
      if (error instanceof TooLarge) return undefined
      throw error
    }
    program.#steps.push({ kind: 'found' })
    return program
  }

  get size(): number {
    return this.#steps.length
  }

  /** Whether the pattern is found anywhere in the text, given as code points. */
  search(text: readonly number[]): boolean {
    const seen = new Int32Array(this.#steps.length).fill(-1)
    let threads: number[] = []
    for (let at = 0; at <= text.length; at++) {
      const stack = [...threads.toReversed()]
      stack.unshift(0)
      const here = this.#closure(stack, seen, text, at)
      if (here === 'found') return true
      const char = text[at]
      threads = char === undefined ? [] : this.#advance(here, char)
    }
    return false
  }

  /** All steps at which a character is to be taken here, from those on the stack. */
  #closure(stack: number[], seen: Int32Array, text: readonly number[], at: number): 'found' | number[] {
    const takers: number[] = []
    for (let index = stack.pop(); index !== undefined; index = stack.pop()) {
      if (seen[index] === at) continue
      seen[index] = at
      const step = this.#steps[index]
      if (step?.kind === 'found') return 'found'
      if (step?.kind === 'char') takers.push(index)
      else if (step?.kind === 'jump') stack.push(step.to)
      else if (step?.kind === 'fork') stack.push(step.second, step.first)
      else if (step && holdsAt(step, text, at)) stack.push(index + 1)
    }
    return takers
  }

  #advance(takers: readonly number[], char: number): number[] {
    const next: number[] = []
    for (const index of takers) {
      const step = this.#steps[index]
      if (step?.kind === 'char' && step.test(char)) next.push(index + 1)
    }
    return next
  }

  #push(step: Step): number {
    if (this.#steps.length >= MOST_STEPS) throw new TooLarge()
    return this.#steps.push(step) - 1
  }

  /** Returns false for what it does not know. */
  #add(node: Node): boolean {
    switch (node.kind) {
      case 'char':
        this.#push({ kind: 'char', test: node.test })
        return true
      case 'at':
        this.#push({ kind: 'at', place: node.place, word: node.word })
        return true
      case 'seq':
        return node.items.every((item) => this.#add(item))
      case 'alt':
        return this.#alternatives(node.items)
      case 'group':
        return this.#add(node.item)
      case 'repeat':
        return this.#repeat(node.item, node.least, node.most)
      case 'atomic':
      case 'back':
      case 'if':
      case 'look':
        return false
    }
  }

  #alternatives(items: readonly Node[]): boolean {
    const [first, ...rest] = items
    if (!first) return true
    if (rest.length === 0) return this.#add(first)
    const fork = { kind: 'fork', first: this.#steps.length + 1, second: 0 } as const satisfies Step
    const place = this.#push({ ...fork })
    if (!this.#add(first)) return false
    const jump = this.#push({ kind: 'jump', to: 0 })
    this.#steps[place] = { ...fork, second: this.#steps.length }
    if (!this.#alternatives(rest)) return false
    this.#steps[jump] = { kind: 'jump', to: this.#steps.length }
    return true
  }

  /** Greedy or not makes no difference to whether something is found. */
  #repeat(item: Node, least: number, most: number): boolean {
    for (let count = 0; count < least; count++) if (!this.#add(item)) return false
    if (most === Number.POSITIVE_INFINITY) return this.#loop(item)
    const forks: number[] = []
    for (let count = least; count < most; count++) {
      forks.push(this.#push({ kind: 'fork', first: this.#steps.length + 1, second: 0 }))
      if (!this.#add(item)) return false
    }
    for (const fork of forks) {
      this.#steps[fork] = { kind: 'fork', first: fork + 1, second: this.#steps.length }
    }
    return true
  }

  #loop(item: Node): boolean {
    const fork = this.#push({ kind: 'fork', first: this.#steps.length + 1, second: 0 })
    if (!this.#add(item)) return false
    this.#push({ kind: 'jump', to: fork })
    this.#steps[fork] = { kind: 'fork', first: fork + 1, second: this.#steps.length }
    return true
  }
}
