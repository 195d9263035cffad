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

/** The checked sections of a file by kind, in the order of the file. */
export type CheckedSections = { readonly [Kind in InventoryKind]: Array<Checked<Kind>> }

const KINDS = Object.keys(SECTIONS)
const isKind = (word: string): word is InventoryKind => Object.hasOwn(SECTIONS, word)

/** Sorts the sections of an inventory by kind; what is wrong with one is added to `problems` and the rest goes on. */
export function checkSections(ini: IniFile, problems: IniProblem[]): CheckedSections {
  const checked: CheckedSections = { user: [], asset: [], account: [], permission: [] }
  for (const section of ini.sections) {
    if (section.name === '') {
      for (const [key, { line }] of section.entries) {
        problems.push({
          line,
          message: `${escapeControls(key)} stands before the first section`,
          next: 'Put it into a section such as [user NAME].',
        })
      }
      continue
    }
    const [kind = '', ...rest] = section.name.split(/\s+/)
    const name = rest.join(' ')
    if (!isKind(kind)) problems.push(unknownKind(section, kind))
    else if (name === '' || [...name].length > 128 || name.includes(',') || name === '*') {
      problems.push({
        line: section.line,
        message: `[${escapeControls(section.name)}] has no usable name`,
        next: `Write it like [${kind} NAME]: at most 128 characters, no comma.`,
      })
    } else take(checked, kind, { name, section }, problems)
  }
  return checked
}

function unknownKind(section: IniSection, kind: string): IniProblem {
  const meant = nearest(kind, KINDS)
  return {
    line: section.line,
    message: `[${escapeControls(section.name)}]: there is no such kind of section`,
    next: meant ? `Did you mean [${meant} ...]?` : `Use one of ${KINDS.join(', ')}.`,
  }
}

function take(
  checked: CheckedSections,
  kind: InventoryKind,
  place: { readonly name: string; readonly section: IniSection },
  problems: IniProblem[],
): void {
  switch (kind) {
    case 'user':
      keep(checked.user, 'user', place, problems)
      break
    case 'asset':
      keep(checked.asset, 'asset', place, problems)
      break
    case 'account':
      keep(checked.account, 'account', place, problems)
      break
    case 'permission':
      keep(checked.permission, 'permission', place, problems)
      break
    default:
      unreachable(kind)
  }
}

function keep<Kind extends InventoryKind>(
  list: Array<Checked<Kind>>,
  kind: Kind,
  { name, section }: { readonly name: string; readonly section: IniSection },
  problems: IniProblem[],
): void {
  // Blanks between the words of a name do not count, so two headers may mean one thing.
  if (list.some((earlier) => earlier.name === name)) {
    const message = `[${escapeControls(section.name)}] is there already`
    problems.push({ line: section.line, message, next: 'Put both together or rename one.' })
    return
  }
  const schema: (typeof SECTIONS)[Kind] = SECTIONS[kind]
  const known = Object.keys(schema.shape)
  const values: Record<string, string> = Object.create(null)
  for (const [key, { value, line }] of section.entries) {
    if (known.includes(key)) values[key] = value
    else if (kind !== 'user' || !PUBLIC_KEY.test(key)) problems.push(unknownKey(section, key, line, known))
  }
  const parsed = schema.safeParse({ ...values })
  if (parsed.success) list.push({ name, section, values: parsed.data as z.output<(typeof SECTIONS)[Kind]> })
  else problems.push(...parsed.error.issues.map((issue) => valueProblem(section, issue)))
}

function unknownKey(section: IniSection, key: string, line: number, known: readonly string[]): IniProblem {
  const keys = section.name.startsWith('user') ? [...known, 'public_key'] : known
  const meant = nearest(key, keys)
  return {
    line,
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
