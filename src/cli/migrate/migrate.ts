import { isSettingName, settingOf } from '../../config/settings.ts'
import type { FlatEntry, Literal } from './flat-file.ts'
import { FATES } from './keys.ts'

export interface Migrated {
  /** The text of a config.ini. */
  readonly ini: string
  /** What a person has to look at, a line each. */
  readonly notes: readonly string[]
}

interface Result {
  readonly settings?: readonly string[]
  readonly options?: readonly string[]
  readonly notes?: readonly string[]
}

/** The configuration that does here what these keys did in coco or koko, as far as there is one. */
export function migrate(entries: readonly FlatEntry[], file: string): Migrated {
  const results = entries.map((entry) => migrated(entry, `${file}:${entry.line}: ${entry.key}`))
  const options = results.flatMap((each) => each.options ?? [])
  const lines = [
    `# Made from ${file}.`,
    ...results.flatMap((each) => each.settings ?? []),
    ...(options.length > 0 ? ['', '[asset *]', ...options] : []),
    '',
  ]
  return { ini: lines.join('\n'), notes: results.flatMap((each) => each.notes ?? []) }
}

function migrated(entry: FlatEntry, where: string): Result {
  const { key, value } = entry
  if (key === 'LOG_DIR') return logDirectory(value, where)
  const fate = FATES[key] ?? (isSettingName(key) ? { kind: 'setting' as const, name: key } : undefined)
  if (!fate) return { notes: [`${where}: there is nothing like it here`] }
  if (fate.kind === 'note') return isUnset(value) ? {} : { notes: [`${where}: ${fate.note}`] }
  if (value === undefined) return { notes: [`${where}: is no plain value; look at it yourself`] }
  if (isUnset(value)) return {}
  if (fate.kind === 'option') return { options: [line(fate.name, value)] }
  return settingOrNote(fate.name, value, where)
}

/** coco's `ALL` for everybody, and what says nothing. */
const isUnset = (value: Literal | undefined): boolean => value === null || value === ''

function settingOrNote(name: string, value: Literal, where: string): Result {
  if (!isSettingName(name)) return { notes: [`${where}: there is nothing like it here`] }
  if (name === 'ALLOW_SSH_USER' && value === 'ALL') return {}
  const parsed = settingOf(name).schema.safeParse(textOf(value))
  const why = parsed.success ? undefined : (parsed.error.issues[0]?.message ?? 'not understood')
  if (why !== undefined) {
    return {
      settings: [`# ${line(name, value)}`],
      notes: [`${where}: ${name} is ${why}; look at it yourself`],
    }
  }
  return { settings: [line(name, value)] }
}

const logDirectory = (value: Literal | undefined, where: string): Result =>
  typeof value === 'string' && value !== ''
    ? {
        settings: [line('LOG_FILE', `${value.replace(/\/$/, '')}/cocod.log`)],
        notes: [`${where}: the log is one file there, LOG_FILE`],
      }
    : isUnset(value)
      ? {}
      : { notes: [`${where}: is no plain value; LOG_FILE is one file`] }

const textOf = (value: Literal): string =>
  typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value)

function line(name: string, value: Literal): string {
  const text = textOf(value)
  return `${name} = ${/[#;"'\\\n]|^\s|\s$/.test(text) ? JSON.stringify(text) : text}`
}
