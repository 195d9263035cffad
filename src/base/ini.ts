import { unsafe } from 'ini'
import { escapeControls } from './escape.ts'
import { Fault } from './fault.ts'

/** A parsed INI file, in the order of its lines. The section named `''` holds the keys before the first header. */
export interface IniFile {
  readonly file: string
  readonly sections: readonly IniSection[]
}

export interface IniSection {
  /** The text between the brackets, trimmed; dots are part of it. `''`: before the first header. */
  readonly name: string
  readonly line: number
  readonly entries: ReadonlyMap<string, IniEntry>
  /** Keys that are there with a value that is not understood. */
  readonly bad: ReadonlySet<string>
}

export interface IniEntry {
  /** Always text: `true` and `007` are what they look like. */
  readonly value: string
  /** Counted from 1. */
  readonly line: number
}

/** One thing wrong with a file. `line` is undefined where the fault is that something is missing altogether. */
export interface IniProblem {
  readonly line: number | undefined
  readonly message: string
  /** What to do about it. */
  readonly next: string
}

/** A file that cannot be understood; all that is wrong with it is told at once. */
export class IniError extends Fault<'INI'> {
  override readonly name = 'IniError'
  readonly file: string
  readonly problems: readonly IniProblem[]

  constructor(file: string, problems: readonly IniProblem[], step = 'read ini file') {
    const told = problems.map(
      ({ line, message }) => `${file}${line === undefined ? '' : `:${line}`}: ${message}`,
    )
    const first = problems[0]
    super('INI', {
      step,
      message: told.join('\n'),
      next: problems.map(({ next }) => next).join('\n'),
      facts: { file, line: first?.line ?? 0 },
    })
    this.file = file
    this.problems = problems
  }
}

/**
 * Reads INI text strictly: `[section]`, `key = value`, `#` and `;` comments on lines of their own, and quotes around
 * what holds them. The `ini` package alone would cut `ab#cd` to `ab`, split sections at dots, turn `true` into a
 * boolean, drop `__proto__` and forget the lines; here it only decodes a value in double quotes.
 *
 * @throws IniError naming every line that is not understood; nothing is guessed or cut.
 */
export function parseIni(text: string, file: string): IniFile {
  const { ini, problems } = readIni(text, file)
  if (problems.length > 0) throw new IniError(file, problems)
  return ini
}

/** The same, for who has more to find fault with: what is understood, and what is wrong with the rest. */
export function readIni(text: string, file: string): { ini: IniFile; problems: IniProblem[] } {
  const reader = new Reader()
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/)
  for (const [index, line] of lines.entries()) reader.take(line.trim(), index + 1)
  return { ini: { file, sections: reader.sections }, problems: reader.problems }
}

const MOST_PROBLEMS = 20

class Reader {
  readonly problems: IniProblem[] = []
  readonly sections: Array<IniSection & { readonly entries: Map<string, IniEntry> }> = []
  #entries = new Map<string, IniEntry>()
  #bad = new Set<string>()

  constructor() {
    this.sections.push({ name: '', line: 1, entries: this.#entries, bad: this.#bad })
  }

  take(text: string, line: number): void {
    if (this.problems.length >= MOST_PROBLEMS || text === '' || /^[#;]/.test(text)) return
    const fault =
      this.#controls(text) ?? (text.startsWith('[') ? this.#header(text, line) : this.#entry(text, line))
    if (fault) this.problems.push({ line, ...fault })
  }

  #controls(text: string): Complaint | undefined {
    // A tab between words is harmless; anything else would let a name or a secret differ from what is seen.
    if (!/[\u0000-\u0008\u000a-\u001f\u007f]/.test(text)) return undefined
    return { message: 'the line holds a control character', next: 'Remove the control character.' }
  }

  #header(text: string, line: number): Complaint | undefined {
    const name = /^\[([^[\]]*)\]\s*(?:[#;].*)?$/.exec(text)?.[1]?.trim()
    if (!name) {
      return {
        message: 'this is no section header',
        next: 'Write it like [section name], without other brackets.',
      }
    }
    const earlier = this.sections.find((section) => section.name === name)
    // Keys of a section that is refused still belong to a section: they must not be told as duplicates.
    this.#entries = new Map()
    this.#bad = new Set()
    this.sections.push({ name, line, entries: this.#entries, bad: this.#bad })
    if (!earlier) return undefined
    return {
      message: `section [${escapeControls(name)}] is there already, in line ${earlier.line}`,
      next: 'Put both together or rename one.',
    }
  }

  #entry(text: string, line: number): Complaint | undefined {
    const equals = text.indexOf('=')
    const key = (equals < 0 ? text : text.slice(0, equals)).trim()
    // Not the line itself: it may be the second half of a secret.
    if (equals < 0) return { message: 'the line has no "="', next: 'Write it like key = value.' }
    if (!/^[^\s"'#;]+$/.test(key)) {
      return {
        message: 'what stands before "=" is no key',
        next: 'A key is one word, without quotes, # or ;.',
      }
    }
    const earlier = this.#entries.get(key)
    if (earlier) {
      return {
        message: `${escapeControls(key)} is given already, in line ${earlier.line}`,
        next: 'Keep one of them.',
      }
    }
    const value = decodeValue(text.slice(equals + 1).trim())
    if (typeof value !== 'string') {
      this.#bad.add(key)
      return { message: `${escapeControls(key)}: ${value.message}`, next: value.next }
    }
    this.#entries.set(key, { value, line })
    return undefined
  }
}

interface Complaint {
  readonly message: string
  readonly next: string
}

/** The text a raw value stands for, or what is wrong with it; never names the value, which may be a secret. */
function decodeValue(raw: string): string | Complaint {
  const quote = raw[0]
  if (quote === '"' || quote === "'") return unquote(raw, quote)
  const special = /[#;]/.exec(raw)?.[0]
  if (special === undefined) return raw
  return {
    message: `the value holds a "${special}" outside quotes`,
    next: 'Put the value in double quotes; put a comment on a line of its own.',
  }
}

function unquote(raw: string, quote: '"' | "'"): string | Complaint {
  const pattern = quote === '"' ? /^("(?:[^"\\]|\\.)*")\s*(?:[#;].*)?$/ : /^('[^']*')\s*(?:[#;].*)?$/
  const quoted = pattern.exec(raw)?.[1]
  if (quoted === undefined) {
    return {
      message: 'the quotes do not end where the value ends',
      next: `Put the whole value between ${quote}, or in the other kind of quotes.`,
    }
  }
  if (quote === "'") return quoted.slice(1, -1)
  return decodeDouble(quoted)
}

/** A value in double quotes has JSON's escapes, as the `ini` package writes it. */
function decodeDouble(quoted: string): string | Complaint {
  const decoded: unknown = unsafe(quoted)
  // The package hands back what it cannot decode as it came.
  const failed = typeof decoded !== 'string' || (decoded === quoted && !isJson(quoted))
  if (!failed) return decoded
  return {
    message: 'a backslash in the double quotes starts no known escape',
    next: 'Write \\\\ for a backslash, or use single quotes, in which it means itself.',
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
