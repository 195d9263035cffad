/** What a character of a line stands within. */
export type Quote = 'none' | 'single' | 'double'

export interface HistoryReading {
  /** Something in the line is replaced by what only the shell knows. */
  readonly expands: boolean
  /** What the next line begins within. */
  readonly ends: Quote
}

/**
 * Looks for history expansion as bash and zsh do it when a line has been sent off: `!` unless it is escaped, stands
 * within single quotes or before a blank, `=`, `(`, the end or the double quote that closes its string; and `^` at the
 * beginning (bash manual, section 9.3; zshexpn, "History Expansion"). Within double quotes a single quote quotes nothing.
 */
export function readHistory(text: string, begins: Quote = 'none'): HistoryReading {
  if (/^\s*\^/.test(text)) return { expands: true, ends: 'none' }
  // Whether a backslash escapes within $'…' is not the same in all versions.
  const [plain, ansi] = [scan(text, begins, false), scan(text, begins, true)]
  return { expands: plain.expands || ansi.expands, ends: plain.ends }
}

function scan(text: string, begins: Quote, ansi: boolean): HistoryReading {
  let state: Quote = begins
  let escapes = false
  let expands = false
  let mayStayOpen = false
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at)
    if (char === '\\' && (state !== 'single' || escapes)) at++
    else if (char === "'" && state !== 'double') {
      escapes = ansi && text.charAt(at - 1) === '$'
      state = state === 'single' ? 'none' : 'single'
    } else if (char === '"' && state !== 'single') state = state === 'double' ? 'none' : 'double'
    else if (char === '!' && state !== 'single') {
      const next = text.charAt(at + 1)
      // In zsh this quote closes nothing.
      mayStayOpen ||= state === 'double' && next === '"'
      expands ||= isEvent(next, state)
    }
  }
  return { expands, ends: mayStayOpen ? 'double' : state }
}

const isEvent = (next: string, state: Quote): boolean =>
  !/^[\s=(]?$/.test(next) && !(state === 'double' && next === '"')
