import { IniError } from '../base/ini.ts'

/** A change of one section, or a new one. */
export interface SectionEdit {
  /** `user`. */
  readonly kind: string
  readonly name: string
  /** The key that is set; the first line with it, or with one of `instead`, becomes its line. */
  readonly key: string
  readonly value: string
  /** Other keys for the same: their lines go. */
  readonly instead?: readonly string[]
}

interface Line {
  /** With its end. */
  readonly bytes: Buffer
  /** Without, and without blanks around it. */
  readonly text: string
  readonly end: string
}

/** Cut at the line ends that the INI reader knows; put together again they are the same bytes. */
function linesOf(bytes: Buffer): readonly Line[] {
  // One character a byte: what is no UTF-8 stays as it is.
  return (bytes.toString('latin1').match(/[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$/g) ?? []).map((raw) => {
    const line = Buffer.from(raw, 'latin1')
    const end = /[\r\n]*$/.exec(raw)?.[0] ?? ''
    const text = line
      .toString('utf8')
      .replace(/^\ufeff/, '')
      .trim()
    return { bytes: line, text, end }
  })
}

/** The words between the brackets; undefined: no header. */
const headerOf = ({ text }: Line): string | undefined =>
  /^\[([^[\]]*)\]\s*(?:[#;].*)?$/.exec(text)?.[1]?.trim().split(/\s+/).join(' ')

const keyOf = ({ text }: Line): string | undefined =>
  /^[#;[]/.test(text) ? undefined : /^([^=]*)=/.exec(text)?.[1]?.trim()

interface Found {
  readonly lines: readonly Line[]
  /** Index of the header. */
  readonly from: number
  /** Index of the next header, or the number of lines. */
  readonly to: number
}

function find(bytes: Buffer, { kind, name }: Pick<SectionEdit, 'kind' | 'name'>): Found | undefined {
  const lines = linesOf(bytes)
  const from = lines.findIndex((line) => headerOf(line) === `${kind} ${name}`)
  if (from < 0) return undefined
  const next = lines.findIndex((line, index) => index > from && headerOf(line) !== undefined)
  return { lines, from, to: next < 0 ? lines.length : next }
}

/** Is there a section of this kind and name? */
export const hasSection = (bytes: Buffer, section: Pick<SectionEdit, 'kind' | 'name'>): boolean =>
  find(bytes, section) !== undefined

/**
 * Sets one key of a section; every other byte stays. The line keeps its place, its indent and its end; a new one
 * comes after the header.
 *
 * @throws IniError when there is no such section.
 */
export function setKey(bytes: Buffer, edit: SectionEdit, file: string): Buffer {
  const found = find(bytes, edit)
  if (!found) {
    const message = `there is no section [${edit.kind} ${edit.name}]`
    throw new IniError(file, [{ line: undefined, message, next: 'Correct the name, or add it first.' }])
  }
  const { lines, from, to } = found
  const keys = [edit.key, ...(edit.instead ?? [])]
  const own = lines.flatMap((line, index) =>
    index > from && index < to && keys.includes(keyOf(line) ?? '') ? [index] : [],
  )
  const [place] = own
  return Buffer.concat(
    lines.flatMap((line, index) => {
      if (index === place) return [entry(edit, indentOf(line), line.end)]
      if (own.includes(index)) return []
      if (index !== from || place !== undefined) return [line.bytes]
      const end = line.end === '' ? lineEnd(lines) : line.end
      return [line.bytes, ...(line.end === '' ? [Buffer.from(end)] : []), entry(edit, '', end)]
    }),
  )
}

/** Adds a section after all others, with the line ends the file has. */
export function addSection(
  bytes: Buffer,
  { kind, name }: Pick<SectionEdit, 'kind' | 'name'>,
  entries: ReadonlyArray<readonly [key: string, value: string]>,
): Buffer {
  const lines = linesOf(bytes)
  const end = lineEnd(lines)
  const last = lines.at(-1)
  const before = last === undefined ? '' : last.end === '' ? `${end}${end}` : last.text === '' ? '' : end
  const added = entries.map(([key, value]) => `${key} = ${written(value)}${end}`).join('')
  return Buffer.concat([bytes, Buffer.from(`${before}[${kind} ${name}]${end}${added}`)])
}

const lineEnd = (lines: readonly Line[]): string => lines.find(({ end }) => end !== '')?.end ?? '\n'
const indentOf = ({ bytes }: Line): string => /^[ \t]*/.exec(bytes.toString('latin1'))?.[0] ?? ''

const entry = ({ key, value }: SectionEdit, indent: string, end: string): Buffer =>
  Buffer.from(`${indent}${key} = ${written(value)}${end}`)

/** In double quotes where the plain text would be read as something else. */
const written = (value: string): string =>
  /[#;"'\\]/.test(value) || value !== value.trim() ? JSON.stringify(value) : value
