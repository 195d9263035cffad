import { MOST_DEPTH, Nesting, TooManyParts } from './nesting.ts'
import { unquoted } from './unquote.ts'

/** More parts of one line than a person writes: it is not judged but refused. */
const MOST_PARTS = 500
/** Words that stand before a command and are none. */
const BEFORE =
  /^(?:(?:if|then|else|elif|do|while|until|time|!|\{|&|\d*[<>]{1,2}&?\s*[^\s<>&|;]+|[A-Za-z_]\w*\+?=\S*|(?:function\s+)?[\w-]+\s*\(\))(?:\s+|$))+/

/**
 * All that rules are tried on: the whole text, each of its lines, and each command in it on its own (`;`, `&&`, `||`,
 * pipes, `&`, `$(…)`, backquotes, subshells, and what stands behind `then`, `do` or an assignment), as it is written
 * and as a shell reads it when the quotes are gone. What is within quotes is not divided. Throws TooManyParts.
 */
export function partsOf(text: string): readonly string[] {
  const found = new Set<string>()
  add(found, text)
  // A backslash at the end of a line joins the next to it.
  for (const line of text.replaceAll('\\\n', '').split('\n')) add(found, line)
  commands(found, text.replaceAll('\\\n', ''), 0)
  return [...found]
}

function add(found: Set<string>, text: string): void {
  const part = text.trim()
  if (part === '') return
  if (found.size >= MOST_PARTS) throw new TooManyParts('too many parts')
  found.add(part)
  const plain = unquoted(part).trim()
  if (plain !== '') found.add(plain)
}

function commands(found: Set<string>, text: string, depth: number): void {
  if (depth > MOST_DEPTH) throw new TooManyParts('nested too deeply')
  for (const { part, inner } of divided(text)) {
    add(found, part)
    add(found, part.trim().replace(BEFORE, ''))
    for (const each of inner) commands(found, each, depth + 1)
  }
}

interface Division {
  readonly part: string
  /** What stands in its substitutions and subshells. */
  readonly inner: readonly string[]
}

function divided(text: string): Division[] {
  const parts: Division[] = []
  const nesting = new Nesting(text)
  let from = 0
  let inner: string[] = []
  const end = (at: number): void => {
    parts.push({ part: text.slice(from, at), inner })
    inner = []
  }
  let at = 0
  while (at < text.length) {
    const char = text.charAt(at)
    const separator = /^(?:&&|\|\||;;|\|&|[;\n|)]|&(?![>\d]))/.exec(text.slice(at, at + 2))?.[0]
    if (separator !== undefined && !(separator === '&' && /[<>]/.test(text.charAt(at - 1)))) {
      end(at)
      at += separator.length
      from = at
      continue
    }
    const nested = nesting.at(at)
    inner.push(...nested.inner)
    at += char === '\\' ? 2 : nested.length
  }
  end(text.length)
  return parts
}
