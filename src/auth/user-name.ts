import { escapeControls } from '../base/escape.ts'

/** Code points; core keeps 128 characters. */
const LONGEST = 128
const CONTROLS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u

/**
 * A name from a stranger in the one form that core is asked for (NFC), or undefined for what can be nobody's name.
 * Names may hold any script, blanks, `@` and backslashes.
 */
export function cleanName(raw: string): string | undefined {
  if (raw.length > 4 * LONGEST) return undefined
  const name = raw.normalize('NFC')
  if (name.trim() === '' || CONTROLS.test(name)) return undefined
  return [...name].length <= LONGEST ? name : undefined
}

/** What a stranger called themselves, for the log: on one line, and cut to the length of a name. */
export const loggedName = (raw: string): string =>
  escapeControls(raw.length > LONGEST ? `${raw.slice(0, LONGEST)}…` : raw)
