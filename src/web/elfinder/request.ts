import type { BytePath } from '../../files/byte-path.ts'
import type { Language } from '../../i18n/i18n.ts'
import { pathOfHash } from './hash.ts'
import type { Params } from './params.ts'
import type { Root, Volume } from './volume.ts'

/** One command of a file manager. */
export interface CommandRequest {
  readonly volume: Volume
  readonly root: Root
  /** Where the page begins, when it names no place. */
  readonly start: BytePath
  readonly params: Params
  readonly language: Language
  /** Fires when the browser is gone. */
  readonly signal: AbortSignal
}

/** The answer's JSON. */
export type Answer = Readonly<Record<string, unknown>>
export type Command = (request: CommandRequest) => Promise<Answer>

/** The path of the one thing a command is about. Throws WEB_REQUEST. */
export const targetOf = ({ params }: CommandRequest): BytePath => pathOfHash(params.need('target'))

export const targetsOf = ({ params }: CommandRequest): readonly BytePath[] =>
  params.all('targets').map(pathOfHash)
