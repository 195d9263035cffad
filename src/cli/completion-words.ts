import { flagOf, type SettingName, settingOf } from '../config/settings.ts'
import { type CommandForm, commandForms } from './command-table.ts'
import { FLAG_SETTINGS } from './options.ts'

/** What may stand behind a flag or as the next word. */
export type Value =
  | { readonly kind: 'none' }
  | { readonly kind: 'file' }
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'any' }

export interface FlagWord {
  /** With its dashes. */
  readonly name: string
  readonly about: string
  readonly value: Value
}

export interface VerbWord {
  readonly name: string
  readonly about: string
}

/** One command as a shell completes it. */
export interface CommandWord {
  readonly name: string
  readonly about: string
  readonly verbs: readonly VerbWord[]
  /** What it takes where it has no verbs. */
  readonly subject: Value
  readonly flags: readonly FlagWord[]
  /** It takes the flags of the settings, too. */
  readonly settings: boolean
}

/** The commands of the table, each once. */
export function commandWords(): readonly CommandWord[] {
  const names = new Set(commandForms().map(({ usage }) => firstWord(usage)))
  return [...names].map((name) =>
    commandWord(
      name,
      commandForms().filter(({ usage }) => firstWord(usage) === name),
    ),
  )
}

/** `--config` and the settings that may be flags. */
export const settingFlags = (): readonly FlagWord[] => [
  { name: '--config', about: 'The configuration file.', value: { kind: 'file' } },
  ...FLAG_SETTINGS.map((name) => ({
    name: `--${flagOf(name)}`,
    about: settingOf(name).about,
    value: settingValue(name),
  })),
]

const settingValue = (name: SettingName): Value => ({ kind: settingOf(name).path ? 'file' : 'any' })

function commandWord(name: string, forms: readonly CommandForm[]): CommandWord {
  const verbs = forms.flatMap(({ usage, about }) => {
    const verb = wordsOf(usage)[1]
    return verb !== undefined && /^[a-z]+$/.test(verb) ? [{ name: verb, about }] : []
  })
  const subject = forms.map(({ usage }) => wordsOf(usage)[1]).find((word) => word !== undefined)
  const flags = forms.flatMap(flagWords)
  return {
    name,
    about: forms[0]?.about ?? '',
    verbs,
    subject: verbs.length > 0 || subject?.startsWith('--') ? { kind: 'none' } : placeValue(subject),
    flags: flags.filter((flag, at) => flags.findIndex((each) => each.name === flag.name) === at),
    settings: forms.every(({ bare }) => !bare),
  }
}

function flagWords({ usage, about, flags = [] }: CommandForm): readonly FlagWord[] {
  const inUsage = wordsOf(usage)
    .filter((word) => word.startsWith('--'))
    .map((name) => ({ name, about, value: { kind: 'none' } as const }))
  const own = flags.map((flag) => {
    const [name = '', value] = wordsOf(flag.usage)
    return { name, about: flag.about ?? '', value: placeValue(value) }
  })
  return [...inUsage, ...own]
}

function placeValue(place: string | undefined): Value {
  if (place === undefined) return { kind: 'none' }
  const word = place.replace(/^\[|\]$/g, '')
  if (word === 'FILE') return { kind: 'file' }
  return word.includes('|') ? { kind: 'words', words: word.split('|') } : { kind: 'any' }
}

const wordsOf = (usage: string): readonly string[] => usage.split(' ')
const firstWord = (usage: string): string => wordsOf(usage)[0] ?? ''
