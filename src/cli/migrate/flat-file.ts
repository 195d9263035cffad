/** What stands in a line of coco's or koko's configuration. */
export type Literal = string | number | boolean | null

export interface FlatEntry {
  readonly key: string
  /** Undefined for what is no literal: an expression, a list, a mapping. */
  readonly value: Literal | undefined
  /** Counted from 1. */
  readonly line: number
}

/**
 * `KEY: value` at the left margin, as config.yml of coco and koko has it. Their files are flat, so this is no YAML parser:
 * what is more than a scalar on its own line comes back without a value, to be looked at by a person.
 */
export const readFlatYaml = (text: string): readonly FlatEntry[] => {
  const lines = text.split(/\r?\n/)
  return lines.flatMap((each, at) => {
    const found = /^([A-Za-z_][\w-]*)\s*:(?:\s+(.*))?$/.exec(each)
    if (!found) return []
    const [, key = '', rest = ''] = found
    const goesOn = /^\s+\S|^-\s/.test(lines[at + 1] ?? '') && withoutComment(rest) === ''
    return [{ key, value: goesOn ? undefined : yamlScalar(withoutComment(rest)), line: at + 1 }]
  })
}

/**
 * `KEY = literal` in the body of a class or at the margin, as conf.py of coco has it. Nothing is run: of
 * `os.environ.get("KEY") or 'x'` the literal behind `or` is taken, any other expression comes back without a value. A key
 * that is set twice has the last value, as in Python.
 */
export function readPythonLiterals(text: string): readonly FlatEntry[] {
  const found = new Map<string, FlatEntry>()
  text.split(/\r?\n/).forEach((each, at) => {
    const [, key, right = ''] = /^\s*([A-Z_][A-Z0-9_]*)\s*=(?!=)\s*(.*)$/.exec(each) ?? []
    if (key !== undefined) found.set(key, { key, value: pythonValue(right), line: at + 1 })
  })
  return [...found.values()]
}

function pythonValue(right: string): Literal | undefined {
  const text = withoutComment(right)
  const fallback = /^os\.(?:environ\.get|getenv)\(\s*(?:'[^']*'|"[^"]*")\s*\)\s+or\s+(.+)$/.exec(text)?.[1]
  const second = /^os\.(?:environ\.get|getenv)\(\s*(?:'[^']*'|"[^"]*")\s*,\s*(.+)\)$/.exec(text)?.[1]
  return pythonLiteral(fallback ?? second ?? text)
}

function pythonLiteral(text: string): Literal | undefined {
  const quoted = /^(?:[urUR]?)(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")$/.exec(text)
  if (quoted) return unescaped(quoted[1] ?? quoted[2] ?? '')
  if (text === 'None') return null
  if (text === 'True' || text === 'False') return text === 'True'
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined
}

function yamlScalar(text: string): Literal | undefined {
  if (text === '' || text === '~' || /^null$/i.test(text)) return null
  const single = /^'((?:[^']|'')*)'$/.exec(text)?.[1]
  if (single !== undefined) return single.replaceAll("''", "'")
  const double = /^"((?:[^"\\]|\\.)*)"$/.exec(text)?.[1]
  if (double !== undefined) return unescaped(double)
  if (/^(?:true|yes|on)$/i.test(text)) return true
  if (/^(?:false|no|off)$/i.test(text)) return false
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return Number(text)
  // The beginnings that YAML gives another meaning than a plain text.
  return /^[[{&*!|>%@`"']/.test(text) ? undefined : text
}

/** A `#` begins a comment at the start or behind a blank, outside of quotes. */
function withoutComment(text: string): string {
  let quote = ''
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at)
    if (quote !== '') {
      if (char === '\\' && quote === '"') at += 1
      else if (char === quote) quote = ''
    } else if (char === '"' || char === "'") quote = char
    else if (char === '#' && (at === 0 || /\s/.test(text.charAt(at - 1)))) return text.slice(0, at).trim()
  }
  return text.trim()
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }

const unescaped = (text: string): string => text.replace(/\\(.)/g, (_, char: string) => ESCAPES[char] ?? char)
