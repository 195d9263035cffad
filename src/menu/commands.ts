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
  | { readonly kind: 'next' }
  | { readonly kind: 'previous' }
  | { readonly kind: 'back' }
  | { readonly kind: 'help' }
  | { readonly kind: 'refresh' }
  | { readonly kind: 'language' }
  | { readonly kind: 'quit' }
  /** A command coco's users know and this version has not. */
  | { readonly kind: 'groups' }

const LETTERS: ReadonlyMap<string, MenuCommand> = new Map<string, MenuCommand>([
  ['', { kind: 'nothing' }],
  ['p', { kind: 'all' }],
  ['h', { kind: 'help' }],
  ['?', { kind: 'help' }],
  ['r', { kind: 'refresh' }],
  ['s', { kind: 'language' }],
  ['g', { kind: 'groups' }],
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
  if (/^g\d{1,9}$/.test(word)) return { kind: 'groups' }
  if (/^\d{1,9}$/.test(text)) return { kind: 'number', number: Number(text), text }
  if (text.startsWith('/')) return { kind: 'search', text: text.replace(/^\/+/, '').trim() }
  return { kind: 'find', text }
}
