import { parsePattern } from '../base/regex/parse.ts'

interface RuleValues {
  readonly commands?: string | undefined
  readonly regex?: string | undefined
}

type RuleContent =
  | { readonly kind: 'command' | 'regex'; readonly content: string }
  | { readonly key: string; readonly fault: string; readonly next: string }

/**
 * What a rule looks for, in core's form. Each of `commands` is a line of its own there, in which a blank stands for
 * any number of them and every other special character of regular expressions keeps its meaning.
 */
export function ruleContent({ commands, regex }: RuleValues): RuleContent {
  if (commands !== undefined && regex !== undefined) {
    return { key: 'regex', fault: 'stands beside commands', next: 'Keep one of them.' }
  }
  if (regex !== undefined) {
    return isRegex(regex) ? { kind: 'regex', content: regex } : badRegex('regex')
  }
  const entries = (commands ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
  if (entries.length === 0) {
    return { key: 'commands', fault: 'is missing', next: 'Add a line "commands = ..." or "regex = ...".' }
  }
  // Alone, too: two halves of a group must not complete each other.
  if (!entries.every((entry) => isRegex(entry.replaceAll(' ', '\\s+')))) return badRegex('commands')
  return { kind: 'command', content: entries.join('\r\n') }
}

const badRegex = (key: string): RuleContent => ({
  key,
  fault: 'is no regular expression',
  next: 'Put a backslash before a special character that is meant as itself; in double quotes, two.',
})

/** As the bastion reads it: Python's syntax, as in core. */
function isRegex(source: string): boolean {
  try {
    parsePattern(source)
    return true
  } catch {
    return false
  }
}
