import { escapeControls } from '../base/escape.ts'
import { CoreError } from './core-error.ts'

/** Longest name core takes, in characters. */
const NAME_LENGTH = 32

/** Registration ends here: waiting does not mend it. */
export const giveUp = (message: string, next: string): CoreError =>
  new CoreError('CORE_REGISTRATION', 'refused', { step: 'register', message, next })

export interface RefusedName {
  readonly name: string
  /** Our own earlier try may have taken it. */
  readonly lost: boolean
  /** Core's words. */
  readonly said: string
}

/** Core took the request and not the name: because of its form, or because somebody has it. */
export function nameRefused({ name, lost, said }: RefusedName): CoreError {
  const length = [...name.trim()].length
  if (length === 0 || length > NAME_LENGTH)
    return giveUp(
      `core does not accept the name "${escapeControls(name)}" (1 to ${NAME_LENGTH} characters)`,
      `set NAME, for example to "${legalName(name)}"`,
    )
  const own = lost ? ' (perhaps by our own try a moment ago, whose answer was lost)' : ''
  return giveUp(
    `the name "${escapeControls(name)}" is taken in core${own}: by another terminal, by a user, or by this host before it lost its key (core says: ${said})`,
    `delete that terminal in Jumpserver (Sessions / Terminals) and start again, or set NAME, for example to "${legalName(name, '-2')}"`,
  )
}

/** A name near `name` that core takes: letters and digits of any script, `.`, `_` and `-`; at most 32 characters. */
export function legalName(name: string, suffix = ''): string {
  const plain = name
    .trim()
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^-+|-+$/g, '')
  return [...(plain || 'cocod')].slice(0, NAME_LENGTH - suffix.length).join('') + suffix
}
