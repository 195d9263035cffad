import { anyOf, type Flags, negated, range, single, withCase } from './chars.ts'
import type { Cursor } from './cursor.ts'
import { charEscape } from './escapes.ts'
import type { CharTest, Node } from './node.ts'

/** `[…]`, after the opening bracket. A `]` that comes first is meant as itself. */
export function readSet(cursor: Cursor, flags: Flags): Node {
  const from = cursor.at - 1
  const not = cursor.eat('^')
  const tests: CharTest[] = []
  for (let first = true; first || cursor.next !== ']'; first = false) {
    if (cursor.done) throw cursor.fault('unterminated character set', from)
    tests.push(readItem(cursor, flags, from))
  }
  cursor.take()
  const test = withCase(anyOf(tests), flags)
  return { kind: 'char', test: not ? negated(test) : test }
}

/** A character, a class, or a range of characters. */
function readItem(cursor: Cursor, flags: Flags, set: number): CharTest {
  const from = cursor.at
  const low = readOne(cursor, flags)
  if (!cursor.eat('-')) return asTest(low)
  if (cursor.done) throw cursor.fault('unterminated character set', set)
  if (cursor.next === ']') return anyOf([asTest(low), single(0x2d)])
  const high = readOne(cursor, flags)
  if (typeof low !== 'number' || typeof high !== 'number' || high < low) {
    throw cursor.fault('bad character range', from)
  }
  return range(low, high)
}

function readOne(cursor: Cursor, flags: Flags): CharTest | number {
  const char = cursor.take()
  return char === '\\' ? charEscape(cursor, flags, true) : (char.codePointAt(0) ?? 0)
}

const asTest = (one: CharTest | number): CharTest => (typeof one === 'number' ? single(one) : one)
