import { PatternError } from '../../base/regex/cursor.ts'
import { PythonRegex } from '../../base/regex/python-regex.ts'
import type { CommandRule } from '../../core/model.ts'

/** A rule that can be tried, or why it cannot. */
export type CompiledRule =
  | {
      readonly kind: 'good'
      readonly rule: CommandRule
      readonly regex: PythonRegex
      readonly forAll: boolean
    }
  | { readonly kind: 'broken'; readonly rule: CommandRule; readonly reason: string }
  /** Blank: core's rule would match everything, and nobody means that. */
  | { readonly kind: 'empty'; readonly rule: CommandRule }

/** Texts that have nothing in common with each other or with any command. */
const PROBES = ['\u0001\u0002', 'zqxj', '7']

export function compileRule(rule: CommandRule): CompiledRule {
  const pattern = patternOf(rule)
  if (pattern === undefined) return { kind: 'empty', rule }
  try {
    const regex = new PythonRegex(pattern)
    return { kind: 'good', rule, regex, forAll: PROBES.every((probe) => regex.search(probe) === true) }
  } catch (error) {
    if (!(error instanceof PatternError)) throw error
    return { kind: 'broken', rule, reason: error.message }
  }
}

/**
 * The regular expression of a rule, as core makes it: command words stand between word boundaries, a blank in them for
 * any white space, and their special characters keep their meaning.
 */
export function patternOf({ kind, content }: CommandRule): string | undefined {
  if (kind === 'regex') return content === '' ? undefined : content
  const entries = wordsOf(content)
  if (entries.length === 0) return undefined
  return entries.map((entry) => `\\b${entry.replaceAll(' ', '\\s+')}\\b`).join('|')
}

/** The entries of a rule of command words. */
export const wordsOf = (content: string): string[] =>
  content.split(/\r\n|\r|\n/).filter((entry) => entry.trim() !== '')

/** How a person finds it: its comment, or what it looks for, and the beginning of its id. */
export function nameOf({ id, comment, content }: CommandRule): string {
  const [first = ''] = content.split(/[\r\n]/)
  const text = comment.trim() === '' ? first : comment
  return `“${clean(text).slice(0, 60)}” #${clean(id).slice(0, 8)}`
}

const clean = (text: string): string => text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
