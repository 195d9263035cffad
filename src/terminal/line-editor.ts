import type { Key } from './keys.ts'
import type { Line, Step } from './line.ts'
import { beginSearch, searchKey } from './line-search.ts'
import { clusters } from './width.ts'

/** Most UTF-16 units a line may hold. */
export const LONGEST_LINE = 1024

type Act = (line: Line) => Step

/** A new empty line. */
export const emptyLine = (history: readonly string[] = []): Line => ({
  text: '',
  cursor: 0,
  killed: '',
  history,
  place: history.length,
  draft: '',
})

/** What a key does to a line. Keys without a meaning change nothing. */
export function pressKey(shown: Line, key: Key): Step {
  const searched = shown.search && searchKey(shown, shown.search, key)
  if (searched) return searched
  const line = shown.search ? { ...shown, search: undefined } : shown
  if (key.kind === 'text') return insert(line, key.text)
  return ACTS.get(key.name)?.(line) ?? editing(line)
}

const editing = (line: Line): Step => ({ kind: 'editing', line })
const refused = (line: Line): Step => ({ kind: 'editing', line, bell: true })

function insert(line: Line, text: string): Step {
  if (text === '') return editing(line)
  if (line.text.length + text.length > LONGEST_LINE) return refused(line)
  const before = line.text.slice(0, line.cursor) + text
  const whole = before + line.text.slice(line.cursor)
  // A joiner or a mark may tie the new text to what follows: the cursor goes behind the whole cluster.
  return editing({ ...line, text: whole, cursor: boundaryFrom(whole, before.length) })
}

/** UTF-16 units looked at for the edges of one cluster: a key's cost must not grow with the line. */
const NEAR = 64

/** The first cluster edge at or after `index`. */
function boundaryFrom(text: string, index: number): number {
  if (index === text.length) return index
  let edge = Math.max(0, index - NEAR)
  for (const cluster of clusters(text.slice(edge, index + NEAR))) {
    if (edge >= index) break
    edge += cluster.length
  }
  return edge
}

const previous = ({ text, cursor }: Line): number =>
  cursor - (clusters(text.slice(Math.max(0, cursor - NEAR), cursor)).at(-1)?.length ?? 0)
const next = ({ text, cursor }: Line): number =>
  cursor + (clusters(text.slice(cursor, cursor + NEAR))[0]?.length ?? 0)

// Scans, not expressions that end in `$`: those try every start and are quadratic.
const isWord = (char: string | undefined): boolean =>
  char !== undefined && /[\p{L}\p{N}\p{M}\p{Cs}\p{Cf}]/u.test(char)
const isBlank = (char: string | undefined): boolean => char === ' '

/** Back over what is no word, then over the word. */
function startOf({ text, cursor }: Line, isPart: (char: string | undefined) => boolean): number {
  let at = cursor
  while (at > 0 && !isPart(text[at - 1])) at--
  while (at > 0 && isPart(text[at - 1])) at--
  return at
}

const wordStart = (line: Line): number => startOf(line, isWord)
const blankWordStart = (line: Line): number => startOf(line, (char) => !isBlank(char))

function wordEnd({ text, cursor }: Line): number {
  let at = cursor
  while (at < text.length && !isWord(text[at])) at++
  while (at < text.length && isWord(text[at])) at++
  return at
}

type Place = (line: Line) => number

const move =
  (to: Place): Act =>
  (line) =>
    editing({ ...line, cursor: to(line) })

/** Takes out what lies between the cursor and a place. */
function cut(line: Line, to: Place): { readonly line: Line; readonly taken: string } {
  const [from, until] = [line.cursor, to(line)].sort((a, b) => a - b)
  const text = line.text.slice(0, from) + line.text.slice(until)
  return { line: { ...line, text, cursor: from ?? 0 }, taken: line.text.slice(from, until) }
}

const erase =
  (to: Place): Act =>
  (line) =>
    editing(cut(line, to).line)

const kill =
  (to: Place): Act =>
  (line) => {
    const { line: rest, taken } = cut(line, to)
    return editing(taken === '' ? rest : { ...rest, killed: taken })
  }

const recall =
  (by: 1 | -1): Act =>
  (line) => {
    const place = line.place + by
    if (place < 0 || place > line.history.length) return refused(line)
    const draft = line.place === line.history.length ? line.text : line.draft
    const text = line.history[place] ?? draft
    return editing({ ...line, place, draft, text, cursor: text.length })
  }

const start: Place = () => 0
const end: Place = ({ text }) => text.length
const deleteOrLeave: Act = (line) => (line.text === '' ? { kind: 'eof' } : erase(next)(line))

// The names readline's users know.
const ACTS: ReadonlyMap<string, Act> = new Map<string, Act>([
  ['enter', ({ text }) => ({ kind: 'entered', text })],
  ['ctrl-c', () => ({ kind: 'interrupt' })],
  ['ctrl-d', deleteOrLeave],
  ['ctrl-l', (line) => ({ kind: 'clear', line })],
  ['backspace', erase(previous)],
  ['delete', erase(next)],
  ['left', move(previous)],
  ['ctrl-b', move(previous)],
  ['right', move(next)],
  ['ctrl-f', move(next)],
  ['home', move(start)],
  ['ctrl-a', move(start)],
  ['end', move(end)],
  ['ctrl-e', move(end)],
  ['alt-b', move(wordStart)],
  ['ctrl-left', move(wordStart)],
  ['alt-left', move(wordStart)],
  ['alt-f', move(wordEnd)],
  ['ctrl-right', move(wordEnd)],
  ['alt-right', move(wordEnd)],
  ['ctrl-u', kill(start)],
  ['ctrl-k', kill(end)],
  ['ctrl-w', kill(blankWordStart)],
  ['alt-backspace', kill(wordStart)],
  ['alt-d', kill(wordEnd)],
  ['ctrl-y', (line) => insert(line, line.killed)],
  ['up', recall(-1)],
  ['ctrl-p', recall(-1)],
  ['ctrl-r', beginSearch],
  ['down', recall(1)],
  ['ctrl-n', recall(1)],
])
