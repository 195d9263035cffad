import { join } from 'node:path'
import { escapeControls } from '../base/escape.ts'
import { type Fault, type FaultFacts, isFault } from '../base/fault.ts'
import { LANGUAGE_CODES } from '../base/language-codes.ts'
import { en } from './en.ts'

/** One of LANGUAGES, such as `en`. */
export type Language = string
export type TextKey = keyof typeof en

export const LANGUAGES: readonly Language[] = LANGUAGE_CODES

/**
 * The texts of each language. A language is a file `xx.ts` here that exports its texts as `xx`; what it leaves out is
 * said in English. Read once, when the program starts.
 */
const languages: ReadonlyMap<Language, Readonly<Partial<Record<string, string>>>> = new Map(
  await Promise.all(LANGUAGES.map(async (code) => [code, await textsOf(code)] as const)),
)

async function textsOf(code: Language): Promise<Readonly<Record<string, string>>> {
  const extension = import.meta.filename.slice(-3)
  const file: unknown = await import(join(import.meta.dirname, `${code}${extension}`))
  const own: unknown = typeof file === 'object' && file !== null ? Reflect.get(file, code) : undefined
  const texts: Array<[string, unknown]> = Object.entries(own ?? {})
  return Object.fromEntries(texts.filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}

/** The language for a locale name such as `zh_CN.UTF-8` or `en-US`; undefined for what we do not speak. */
export const languageOf = (locale: string | undefined): Language | undefined =>
  LANGUAGES.find((language) => new RegExp(`^${language}([_.@-]|$)`, 'i').test(locale ?? ''))

/** A text with its `{facts}` filled in. Facts come from users and assets: their control characters are escaped. */
export function say(language: Language, key: TextKey, facts: FaultFacts = {}): string {
  const text = languages.get(language)?.[key] ?? en[key]
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
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
