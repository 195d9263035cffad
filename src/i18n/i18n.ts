import { escapeControls } from '../base/escape.ts'
import { type Fault, type FaultFacts, isFault } from '../base/fault.ts'
import { en } from './en.ts'
import { zh } from './zh.ts'

const languages = { en, zh }

export type Language = keyof typeof languages
export type TextKey = keyof typeof en

const isLanguage = (name: string): name is Language => Object.hasOwn(languages, name)
export const LANGUAGES: readonly Language[] = Object.keys(languages).filter(isLanguage)

/** The language for a locale name such as `zh_CN.UTF-8` or `en-US`; undefined for what we do not speak. */
export const languageOf = (locale: string | undefined): Language | undefined =>
  LANGUAGES.find((language) => new RegExp(`^${language}([_.@-]|$)`, 'i').test(locale ?? ''))

/** A text with its `{facts}` filled in. Facts come from users and assets: their control characters are escaped. */
export function say(language: Language, key: TextKey, facts: FaultFacts = {}): string {
  return languages[language][key].replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = facts[name]
    return value === undefined ? whole : escapeControls(String(value))
  })
}

/** What a person is told of an error: a sentence and the id that finds the log line. */
export function sayFault(language: Language, error: unknown): string {
  if (!isFault(error)) return say(language, 'fault.unknown')
  const key = `fault.${error.code}`
  const facts = { ...error.facts, parts: partsText(language, error) }
  const sentence = isTextKey(key) ? say(language, key, facts) : say(language, 'fault.unknown')
  return `${sentence}   [${error.id}]`
}

/** Several causes in one sentence: `gw-1: no answer (8 s); gw-2: refused`. */
const partsText = (language: Language, { parts }: Fault): string =>
  parts
    .map(({ name, fault }) => {
      const key = `cause.${fault.code}`
      return `${name}: ${isTextKey(key) ? say(language, key, fault.facts) : fault.message}`
    })
    .join('; ')

const isTextKey = (key: string): key is TextKey => Object.hasOwn(en, key)
