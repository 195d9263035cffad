import { PatternError } from '../../base/regex/cursor.ts'
import { PythonRegex } from '../../base/regex/python-regex.ts'
import type { CommandRule } from '../../core/model.ts'
import { compileRule, wordsOf } from './rule.ts'

/** Something an administrator should know of a rule before people meet it. */
export interface Advice {
  /** It refuses what nobody meant to refuse. */
  readonly grave: boolean
  readonly text: string
}

/** What is wrong with a rule, or may not be what was meant. */
export function adviceOn(rule: CommandRule): readonly Advice[] {
  const compiled = compileRule(rule)
  switch (compiled.kind) {
    case 'empty':
      return [{ grave: false, text: 'It is blank and never used; core’s own rule would match every line.' }]
    case 'broken':
      return [
        {
          grave: true,
          text: `It is no regular expression of Python (${compiled.reason}): every line that comes as far as this rule is refused.${which(rule)}`,
        },
      ]
    case 'good':
      return [...speed(compiled.regex), ...reach(rule, compiled.forAll), ...words(rule)]
  }
}

function speed({ linear }: PythonRegex): Advice[] {
  if (linear) return []
  const text =
    'It needs look-around, back-references or very many steps: a line for which it takes over 50 ms is refused.'
  return [{ grave: false, text }]
}

function reach({ kind, action }: CommandRule, forAll: boolean): Advice[] {
  if (!forAll || kind !== 'regex') return []
  const what = action === 'deny' ? 'denied' : 'allowed'
  return [{ grave: false, text: `It matches every line: all that no earlier rule decides is ${what}.` }]
}

/** Entries of command words that core's `\b…\b` around them keeps from matching what they seem to. */
function words({ kind, content }: CommandRule): Advice[] {
  if (kind !== 'command') return []
  return wordsOf(content)
    .filter((entry) => /^[^\p{L}\p{N}_\\[(.^]|[^\p{L}\p{N}_\\\])*+?.$}]$/u.test(entry))
    .map((entry) => ({
      grave: false,
      text: `“${entry}” begins or ends with a character that is part of no word: core looks for a word boundary there, so a letter has to touch it.`,
    }))
}

/** The entry of command words that spoils the rule. */
function which({ kind, content }: CommandRule): string {
  if (kind !== 'command') return ''
  const bad = wordsOf(content).find((entry) => {
    try {
      new PythonRegex(entry.replaceAll(' ', '\\s+'))
      return false
    } catch (error) {
      return error instanceof PatternError
    }
  })
  return bad === undefined
    ? ''
    : ` The entry is “${bad}”; a backslash before a special character makes it mean itself.`
}
