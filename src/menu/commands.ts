/** What a person asks the menu for. */
export type MenuCommand =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'all' }
  /** A number as shown in a list; `text` is what was typed, for when there is no such row. */
  | { readonly kind: 'number'; readonly number: number; readonly text: string }
  /** Connects when only one asset matches. */
  | { readonly kind: 'find'; readonly text: string }
  /** Lists what matches all words. */
  | { readonly kind: 'search'; readonly text: string }
  /** The same within the list shown last. */
  | { readonly kind: 'narrow'; readonly text: string }
  | { readonly kind: 'nodes' }
  /** The assets of a node, by its number in the tree. */
  | { readonly kind: 'node'; readonly number: number }
  | { readonly kind: 'favourites' }
  /** Makes an asset a favourite or none any more: a row, or as `find` has it. */
  | { readonly kind: 'favourite'; readonly text: string }
  /** The asset of the last connection. */
  | { readonly kind: 'last' }
  /** The full-screen list. */
  | { readonly kind: 'pick' }
  | { readonly kind: 'next' }
  | { readonly kind: 'previous' }
  | { readonly kind: 'back' }
  /** The sessions that run, as far as this person may see them. */
  | { readonly kind: 'sessions' }
  /** One of them, by its number in that list; `types`: with keys of one's own. */
  | { readonly kind: 'watch'; readonly number: number; readonly types: boolean }
  | { readonly kind: 'help' }
  | { readonly kind: 'refresh' }
  | { readonly kind: 'language' }
  | { readonly kind: 'quit' }

type ListKind =
  | 'all'
  | 'search'
  | 'narrow'
  | 'nodes'
  | 'node'
  | 'favourites'
  | 'next'
  | 'previous'
  | 'back'
  | 'refresh'

/** Those that only show lists. */
export type ListCommand = Extract<
  MenuCommand,
  {
    kind: ListKind
  }
>

const LETTERS: ReadonlyMap<string, MenuCommand> = new Map<string, MenuCommand>([
  ['', { kind: 'nothing' }],
  ['p', { kind: 'all' }],
  ['g', { kind: 'nodes' }],
  ['f', { kind: 'pick' }],
  ['l', { kind: 'last' }],
  ['!!', { kind: 'last' }],
  ['*', { kind: 'favourites' }],
  ['w', { kind: 'sessions' }],
  ['h', { kind: 'help' }],
  ['?', { kind: 'help' }],
  ['r', { kind: 'refresh' }],
  ['s', { kind: 'language' }],
  ['q', { kind: 'quit' }],
  ['exit', { kind: 'quit' }],
  ['quit', { kind: 'quit' }],
])

/** While a list of several pages is shown these mean its pages; `p` is then the previous page, as in coco. */
const PAGING: ReadonlyMap<string, MenuCommand> = new Map<string, MenuCommand>([
  ['n', { kind: 'next' }],
  ['p', { kind: 'previous' }],
  ['b', { kind: 'back' }],
])

/** Reads a line of the menu. `paging`: a list of several pages is shown. */
export function parseCommand(line: string, paging: boolean): MenuCommand {
  const text = line.trim()
  const word = text.toLowerCase()
  const letter = (paging ? PAGING.get(word) : undefined) ?? LETTERS.get(word)
  if (letter) return letter
  if (/^g\d{1,9}$/.test(word)) return { kind: 'node', number: Number(word.slice(1)) }
  const watched = /^w +(\d{1,9})( *\+)?$/.exec(word)
  if (watched) return { kind: 'watch', number: Number(watched[1]), types: watched[2] !== undefined }
  if (/^\d{1,9}$/.test(text)) return { kind: 'number', number: Number(text), text }
  if (text.startsWith('//')) return { kind: 'narrow', text: text.replace(/^\/+/, '').trim() }
  if (text.startsWith('/')) return { kind: 'search', text: text.slice(1).trim() }
  if (text.startsWith('*')) return { kind: 'favourite', text: text.slice(1).trim() }
  return { kind: 'find', text }
}
