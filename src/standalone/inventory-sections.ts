import type { z } from 'zod'
import { escapeControls } from '../base/escape.ts'
import type { IniFile, IniProblem, IniSection } from '../base/ini.ts'
import { nearest } from '../base/nearest.ts'
import { unreachable } from '../base/unreachable.ts'
import type { InventoryKind } from './inventory.ts'
import { PUBLIC_KEY, SECTIONS } from './inventory-schema.ts'

/** A section of the inventory whose keys are known and whose values have the right form. */
export interface Checked<Kind extends InventoryKind> {
  readonly name: string
  readonly section: IniSection
  readonly values: z.output<(typeof SECTIONS)[Kind]>
}

/** The sections of a file by kind, in the order of the file. */
export type CheckedSections = {
  readonly [Kind in InventoryKind]: {
    readonly good: Array<Checked<Kind>>
    /** Also of sections with a fault in them: whoever names one of these names nothing unknown. */
    readonly names: Set<string>
  }
}

const KINDS = Object.keys(SECTIONS)
const isKind = (word: string): word is InventoryKind => Object.hasOwn(SECTIONS, word)

/** Sorts the sections of an inventory by kind; what is wrong with one is added to `problems` and the rest goes on. */
export function checkSections(ini: IniFile, problems: IniProblem[]): CheckedSections {
  const checked: CheckedSections = {
    user: { good: [], names: new Set() },
    asset: { good: [], names: new Set() },
    account: { good: [], names: new Set() },
    gateway: { good: [], names: new Set() },
    permission: { good: [], names: new Set() },
    rule: { good: [], names: new Set() },
  }
  for (const section of ini.sections) {
    const [kind = '', ...rest] = section.name.split(/\s+/)
    const name = rest.join(' ')
    if (section.name === '') problems.push(...strayKeys(section))
    else if (!isKind(kind)) problems.push(unknownKind(section, kind))
    else if (!isUsable(name)) problems.push(unusableName(section, kind))
    else if (checked[kind].names.has(name)) {
      // The same words with the same blanks are told by the reader already.
      if (!problems.some(({ line }) => line === section.line)) problems.push(repeated(section))
    } else {
      checked[kind].names.add(name)
      take(checked, kind, { name, section }, problems)
    }
  }
  return checked
}

/** A comma separates names in lists, and `*` is all of them. */
const isUsable = (name: string): boolean =>
  name !== '' && name !== '*' && !name.includes(',') && [...name].length <= 128

const strayKeys = ({ entries }: IniSection): readonly IniProblem[] =>
  [...entries].map(([key, { line }]) => ({
    line,
    message: `${escapeControls(key)} stands before the first section`,
    next: 'Put it into a section such as [user NAME].',
  }))

const unusableName = ({ name, line }: IniSection, kind: InventoryKind): IniProblem => ({
  line,
  message: `[${escapeControls(name)}] has no usable name`,
  next: `Write it like [${kind} NAME]: at most 128 characters, no comma.`,
})

/** Blanks between the words of a name do not count, so two headers may mean one thing. */
const repeated = ({ name, line }: IniSection): IniProblem => ({
  line,
  message: `[${escapeControls(name)}] is there already`,
  next: 'Put both together or rename one.',
})

function unknownKind(section: IniSection, kind: string): IniProblem {
  const meant = nearest(kind, KINDS)
  return {
    line: section.line,
    message: `[${escapeControls(section.name)}]: there is no such kind of section`,
    next: meant ? `Did you mean [${meant} ...]?` : `Use one of ${KINDS.join(', ')}.`,
  }
}

interface Place {
  readonly name: string
  readonly section: IniSection
}

function take(checked: CheckedSections, kind: InventoryKind, place: Place, problems: IniProblem[]): void {
  switch (kind) {
    case 'user':
      problems.push(...keep(checked.user.good, SECTIONS.user, place, PUBLIC_KEY))
      break
    case 'asset':
      problems.push(...keep(checked.asset.good, SECTIONS.asset, place))
      break
    case 'account':
      problems.push(...keep(checked.account.good, SECTIONS.account, place))
      break
    case 'gateway':
      problems.push(...keep(checked.gateway.good, SECTIONS.gateway, place))
      break
    case 'permission':
      problems.push(...keep(checked.permission.good, SECTIONS.permission, place))
      break
    case 'rule':
      problems.push(...keep(checked.rule.good, SECTIONS.rule, place))
      break
    default:
      unreachable(kind)
  }
}

/** Adds a section to the good ones, or tells what is wrong with it. Keys that match `further` are judged elsewhere. */
function keep<Schema extends z.ZodObject>(
  good: Array<Place & { readonly values: z.output<Schema> }>,
  schema: Schema,
  { name, section }: Place,
  further?: RegExp,
): readonly IniProblem[] {
  const known = Object.keys(schema.shape)
  const keys = [...section.entries.keys()]
  const unknown = keys.filter((key) => !known.includes(key) && !further?.test(key))
  const values = keys.flatMap((key) => (known.includes(key) ? [[key, section.entries.get(key)?.value]] : []))
  const parsed = schema.safeParse(Object.fromEntries(values))
  if (parsed.success) good.push({ name, section, values: parsed.data })
  const offered = further ? [...known, 'public_key'] : known
  return [
    ...unknown.map((key) => unknownKey(section, key, offered)),
    ...(parsed.error?.issues ?? [])
      // A value that is not understood is told already; its key is not missing.
      .filter(({ path }) => !section.bad.has(String(path[0] ?? '')))
      .map((issue) => valueProblem(section, issue)),
  ]
}

function unknownKey(section: IniSection, key: string, keys: readonly string[]): IniProblem {
  const meant = nearest(key, keys)
  return {
    line: section.entries.get(key)?.line,
    message: `[${escapeControls(section.name)}] knows no key ${escapeControls(key)}`,
    next: meant ? `Did you mean ${meant}?` : `Keys are ${keys.join(', ')}.`,
  }
}

function valueProblem(section: IniSection, issue: z.core.$ZodIssue): IniProblem {
  const key = String(issue.path[0] ?? '')
  const entry = section.entries.get(key)
  const where = `[${escapeControls(section.name)}]`
  if (entry) return { line: entry.line, message: `${where} ${key} ${issue.message}`, next: `Correct ${key}.` }
  return { line: section.line, message: `${where} has no ${key}`, next: `Add a line "${key} = ...".` }
}
