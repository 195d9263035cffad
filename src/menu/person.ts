import { z } from 'zod'
import type { Target } from '../core/model.ts'

/** What this node remembers of a person between logins. */
export interface Person {
  /** Chosen with `s`; undefined: never. */
  readonly language?: string | undefined
  readonly lastLogin?: LastLogin | undefined
  /** Lines of the menu, oldest first. */
  readonly history: readonly string[]
  /** Ids of assets, the newest last. */
  readonly favourites: readonly string[]
  /** Where they connected to, the newest first, an asset once. */
  readonly recent: readonly Recent[]
}

export interface LastLogin {
  /** ms since the epoch. */
  readonly at: number
  /** Address of the client. */
  readonly from: string
}

export interface Recent {
  readonly asset: string
  /** Id of the account. */
  readonly account: string
}

export const MOST_HISTORY = 200
/** UTF-16 units of all lines together. */
export const LONGEST_HISTORY = 20_000
export const MOST_FAVOURITES = 200
export const MOST_RECENT = 20

export const NOBODY: Person = { history: [], favourites: [], recent: [] }

const VERSION = 1
const Id = z.string().min(1).max(128)
const PersonFile = z.object({
  version: z.literal(VERSION),
  user: Id,
  language: z.string().max(16).optional(),
  lastLogin: z.object({ at: z.int(), from: z.string().max(64) }).optional(),
  history: z.array(z.string().max(1024)).max(MOST_HISTORY),
  favourites: z.array(Id).max(MOST_FAVOURITES),
  recent: z.array(z.object({ asset: Id, account: Id })).max(MOST_RECENT),
})
const AnyVersion = z.looseObject({ version: z.int() })

/** `newer`: of a later version of this program, not to be touched. */
export type PersonRead =
  | { readonly kind: 'read'; readonly person: Person }
  | { readonly kind: 'newer' }
  | { readonly kind: 'unusable'; readonly reason: string }

/** Reads the text of a person's file; one of another user counts as unusable. */
export function readPerson(text: string, userId: string): PersonRead {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return { kind: 'unusable', reason: 'no JSON' }
  }
  const version = AnyVersion.safeParse(json)
  if (version.success && version.data.version > VERSION) return { kind: 'newer' }
  const file = PersonFile.safeParse(json)
  if (!file.success) return { kind: 'unusable', reason: z.prettifyError(file.error) }
  const { user, version: _version, ...person } = file.data
  return user === userId ? { kind: 'read', person } : { kind: 'unusable', reason: 'another user’s' }
}

/** The text of a person's file. */
export const writePerson = (person: Person, userId: string): string =>
  `${JSON.stringify({ version: VERSION, user: userId, ...person })}\n`

/** Remembers a line of the menu: no blanks, nothing twice in a row. */
export function withLine(person: Person, line: string): Person {
  if (line.trim() === '' || line === person.history.at(-1)) return person
  const history = [...person.history, line].slice(-MOST_HISTORY)
  let length = history.reduce((sum, each) => sum + each.length, 0)
  while (length > LONGEST_HISTORY) length -= history.shift()?.length ?? length
  return { ...person, history }
}

/** How a target is remembered. */
export const recentOf = ({ asset, systemUser }: Target): Recent => ({
  asset: asset.id,
  account: systemUser.id,
})

/** Remembers a connection. */
export function withRecent(person: Person, recent: Recent): Person {
  const others = person.recent.filter(({ asset }) => asset !== recent.asset)
  return { ...person, recent: [recent, ...others].slice(0, MOST_RECENT) }
}

/** Makes an asset a favourite, or none any more. */
export function withFavourite(person: Person, asset: string): Person {
  const others = person.favourites.filter((each) => each !== asset)
  const favourites = others.length < person.favourites.length ? others : [...others, asset]
  return { ...person, favourites: favourites.slice(-MOST_FAVOURITES) }
}
