import type { Key } from './keys.ts'
import type { Line, LineSearch, Step } from './line.ts'

const LONGEST_QUERY = 200

/** Begins to look for an earlier line. */
export const beginSearch = (line: Line): Step => ({
  kind: 'editing',
  line: { ...line, search: { query: '', at: line.history.length, failing: false, before: line } },
})

/** What a key does while an earlier line is looked for; undefined: it ends the search and means what it always does. */
export function searchKey(line: Line, search: LineSearch, key: Key): Step | undefined {
  if (key.kind === 'text') return found(line, { ...search, query: search.query + key.text }, search.at)
  switch (key.name) {
    case 'ctrl-r':
      return found(line, search, search.at - 1)
    case 'backspace':
      return found(line, { ...search, query: [...search.query].slice(0, -1).join('') }, line.history.length)
    case 'ctrl-g':
      return { kind: 'editing', line: search.before }
    default:
      return undefined
  }
}

/** The newest line at `from` or before it that has the query in it. */
function found(line: Line, search: LineSearch, from: number): Step {
  if (search.query.length > LONGEST_QUERY) return { kind: 'editing', line, bell: true }
  const query = search.query.toLowerCase()
  if (query === '') return { kind: 'editing', line: { ...line, search: { ...search, failing: false } } }
  for (let at = Math.min(from, line.history.length - 1); at >= 0; at--) {
    const text = line.history[at]
    const index = text?.toLowerCase().indexOf(query) ?? -1
    if (text === undefined || index < 0) continue
    const place = { ...search, at, failing: false }
    return { kind: 'editing', line: { ...line, text, cursor: text.length, place: at, search: place } }
  }
  return { kind: 'editing', line: { ...line, search: { ...search, failing: true } }, bell: true }
}
