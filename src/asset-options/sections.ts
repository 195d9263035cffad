import { z } from 'zod'
import { escapeControls } from '../base/escape.ts'
import type { IniProblem, IniSection } from '../base/ini.ts'
import { nearest } from '../base/nearest.ts'
import { unreachable } from '../base/unreachable.ts'
import type { OptionSection } from './asset-options.ts'
import { type OptionKind, optionShape } from './keys.ts'
import { type Pattern, parsePatterns } from './pattern.ts'

const SCHEMAS = {
  asset: z.strictObject(optionShape('asset')),
  account: z.strictObject(optionShape('account')),
  gateway: z.strictObject(optionShape('gateway')),
} as const

const KINDS: readonly OptionKind[] = ['asset', 'account', 'gateway']

/** Reads the sections of a configuration file; every fault is told with its line, and the rest goes on. */
export function readOptionSections(sections: readonly IniSection[]): {
  readonly sections: readonly OptionSection[]
  readonly problems: readonly IniProblem[]
} {
  const problems: IniProblem[] = []
  const read = sections.flatMap((section) => readSection(section, problems))
  return { sections: read, problems: problems.toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0)) }
}

function readSection(section: IniSection, problems: IniProblem[]): readonly OptionSection[] {
  const [word = '', ...rest] = section.name.split(/\s+/)
  const kind = KINDS.find((each) => each === word)
  if (kind === undefined) {
    problems.push(unknownKind(section, word))
    return []
  }
  const patterns = parsePatterns(rest.join(' '))
  if (!patterns) problems.push(badPattern(section, kind))
  const read = withValues(kind, { section, patterns: patterns ?? [], problems })
  return patterns ? read : []
}

interface Reading {
  readonly section: IniSection
  readonly patterns: readonly Pattern[]
  readonly problems: IniProblem[]
}

function withValues(kind: OptionKind, reading: Reading): readonly OptionSection[] {
  const { patterns } = reading
  switch (kind) {
    case 'asset':
      return check(SCHEMAS.asset, reading).map((values) => ({ kind, patterns, values }))
    case 'account':
      return check(SCHEMAS.account, reading).map((values) => ({ kind, patterns, values }))
    case 'gateway':
      return check(SCHEMAS.gateway, reading).map((values) => ({ kind, patterns, values }))
    default:
      return unreachable(kind)
  }
}

/** The values of a good section; none, and what is wrong, of another. */
function check<Schema extends z.ZodObject>(
  schema: Schema,
  { section, problems }: Reading,
): ReadonlyArray<z.output<Schema>> {
  const texts = [...section.entries].map(([key, { value }]) => [key, value])
  const parsed = schema.safeParse(Object.fromEntries(texts))
  if (parsed.success) return [parsed.data]
  const known = Object.keys(schema.shape)
  problems.push(...parsed.error.issues.flatMap((issue) => problemsOf(section, known, issue)))
  return []
}

function unknownKind({ name, line }: IniSection, word: string): IniProblem {
  const meant = nearest(word, KINDS)
  return {
    line,
    message: `[${escapeControls(name)}]: there is no such kind of section`,
    next: meant
      ? `did you mean [${meant} PATTERN]?`
      : 'sections are [asset PATTERN], [account PATTERN] and [gateway PATTERN]; all settings stand before the first',
  }
}

const badPattern = ({ name, line }: IniSection, kind: OptionKind): IniProblem => ({
  line,
  message: `[${escapeControls(name)}] does not say for which ${kind}s it is`,
  next: `write it like [${kind} web-*, 10.1.0.0/16], or [${kind} *] for all`,
})

function problemsOf(
  section: IniSection,
  known: readonly string[],
  issue: z.core.$ZodIssue,
): readonly IniProblem[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(section, known, key))
  const key = String(issue.path[0] ?? '')
  return [problem(section, key, `${key} ${issue.message}`, SEE)]
}

function unknownKey(section: IniSection, known: readonly string[], key: string): IniProblem {
  const meant = nearest(key, known)
  return problem(
    section,
    key,
    `knows no option ${escapeControls(key)}`,
    meant ? `did you mean ${meant}?` : SEE,
  )
}

const SEE = 'docs/asset-options.md lists all options'

const problem = (section: IniSection, key: string, what: string, next: string): IniProblem => ({
  line: section.entries.get(key)?.line ?? section.line,
  message: `[${escapeControls(section.name)}] ${what}`,
  next,
})
