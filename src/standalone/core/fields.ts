import { z } from 'zod'

// Field checks as Django REST framework 3.9 makes them, with its English texts: what a real core refuses is refused
// here too, with the same body. Unknown fields are ignored, as there.

const REQUIRED = 'This field is required.'

interface FieldOptions {
  /** Absent counts as this value. Without it the field is required. */
  readonly optional?: boolean
  /** null is a value. */
  readonly nullable?: boolean
}

/** A field of any kind: absent and null are judged here, anything else by `read`, which returns or complains. */
function field<T>(
  read: (value: unknown) => T | Complaint,
  { optional = false, nullable = false }: FieldOptions,
) {
  return z.unknown().transform((value, context): T | null | undefined => {
    if (value === undefined && optional) return undefined
    if (value === null && nullable) return null
    const result = judge(value, read)
    if (!(result instanceof Complaint)) return result
    context.addIssue(result.text)
    return z.NEVER
  })
}

class Complaint {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

function judge<T>(value: unknown, read: (value: unknown) => T | Complaint): T | Complaint {
  if (value === undefined) return new Complaint(REQUIRED)
  if (value === null) return new Complaint('This field may not be null.')
  return read(value)
}

const show = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** Text, trimmed before it is measured; lengths count characters, not UTF-16 units. Numbers become text. */
export const text = ({ max, blank = false, ...options }: FieldOptions & { max: number; blank?: boolean }) =>
  field((value) => {
    if (typeof value !== 'string' && typeof value !== 'number') return new Complaint('Not a valid string.')
    const trimmed = String(value).trim()
    if (trimmed === '' && !blank) return new Complaint('This field may not be blank.')
    if (trimmed.includes('\0')) return new Complaint('Null characters are not allowed.')
    if ([...trimmed].length <= max) return trimmed
    return new Complaint(`Ensure this field has no more than ${max} characters.`)
  }, options)

/** A UUID in any case, with or without hyphens; gives the lowercase hyphenated form. */
export const uuid = (options: FieldOptions = {}) =>
  field((value) => {
    const hex = typeof value === 'string' ? value.toLowerCase().replaceAll('-', '') : ''
    if (!/^[0-9a-f]{32}$/.test(hex)) return new Complaint(`"${show(value)}" is not a valid UUID.`)
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  }, options)

const TRUE = new Set<unknown>([true, 1, '1', 't', 'T', 'true', 'True', 'TRUE'])
const FALSE = new Set<unknown>([false, 0, '0', 'f', 'F', 'false', 'False', 'FALSE'])

export const bool = (options: FieldOptions = {}) =>
  field((value) => {
    if (TRUE.has(value)) return true
    if (FALSE.has(value)) return false
    return new Complaint(`"${show(value)}" is not a valid boolean.`)
  }, options)

export const choice = (values: readonly string[], options: FieldOptions = {}) =>
  field((value) => {
    if (typeof value === 'string' && values.includes(value)) return value
    return new Complaint(`"${show(value)}" is not a valid choice.`)
  }, options)

/** Whole numbers; `5.0` and `"5"` are whole too. */
export const integer = (options: FieldOptions = {}) =>
  field((value) => {
    const whole = typeof value === 'string' ? value.replace(/\.0*$/, '') : value
    const number = typeof whole === 'string' && /^-?\d{1,15}$/.test(whole) ? Number(whole) : whole
    if (typeof number === 'number' && Number.isSafeInteger(number)) return number
    return new Complaint('A valid integer is required.')
  }, options)

const MOMENT = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?) ?(Z|[+-]\d\d:?\d\d)?$/

/** ISO 8601 or `YYYY-MM-DD HH:MM:SS +0000`; gives ms since the epoch. Without an offset: UTC, the zone we tell. */
export const moment = (options: FieldOptions = {}) =>
  field((value) => {
    const [, day, time, zone = 'Z'] = MOMENT.exec(typeof value === 'string' ? value : '') ?? []
    const at =
      day === undefined
        ? Number.NaN
        : Date.parse(`${day}T${time}${zone.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2')}`)
    if (!Number.isNaN(at)) return at
    return new Complaint(
      'Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].',
    )
  }, options)

/** Faults of one object, as DRF tells them: texts by field. */
export type FieldFaults = Readonly<Record<string, readonly string[]>>

export type Parsed<T> =
  | { readonly ok: true; readonly data: T }
  | { readonly ok: false; readonly faults: FieldFaults }

/** Checks one object. Anything but an object is a fault of none of its fields. */
export function parseFields<T>(schema: z.ZodType<T> & Pick<z.ZodObject, 'shape'>, body: unknown): Parsed<T> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    const got = `Invalid data. Expected a dictionary, but got ${pythonType(body)}.`
    return { ok: false, faults: { non_field_errors: [got] } }
  }
  // zod judges a key that is not there by itself; the fields judge `undefined`.
  const absent = Object.fromEntries(Object.keys(schema.shape).map((name) => [name, undefined]))
  const parsed = schema.safeParse({ ...absent, ...body })
  if (parsed.success) return { ok: true, data: parsed.data }
  const faults: Record<string, string[]> = {}
  for (const { path, message } of parsed.error.issues) {
    const name = String(path[0] ?? 'non_field_errors')
    faults[name] = [...(faults[name] ?? []), message]
  }
  return { ok: false, faults: { ...faults } }
}

/** What Python calls the type of a JSON value. */
export function pythonType(value: unknown): string {
  if (value === null || value === undefined) return 'NoneType'
  if (Array.isArray(value)) return 'list'
  if (typeof value === 'object') return 'dict'
  if (typeof value === 'string') return 'str'
  if (typeof value === 'boolean') return 'bool'
  return Number.isInteger(value) ? 'int' : 'float'
}
