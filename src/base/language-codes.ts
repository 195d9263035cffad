import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const FILE = /^([a-z]{2,3})\.[jt]s$/

/** The languages there are, English first: each a file of its own in the i18n room. */
export const LANGUAGE_CODES: readonly string[] = readdirSync(join(import.meta.dirname, '../i18n'))
  .flatMap((name) => FILE.exec(name)?.[1] ?? [])
  .sort((a, b) => Number(b === 'en') - Number(a === 'en') || (a < b ? -1 : 1))
