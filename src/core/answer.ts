import type { z } from 'zod'
import { escapeControls } from '../base/escape.ts'
import { CoreError } from './core-error.ts'

/** What core answered, once it is known to be an answer of core: JSON, or a 404 of whatever kind. */
export interface CoreAnswer {
  readonly status: number
  readonly body: unknown
  /** On a 404: whether the address exists and only the object is missing. Always true otherwise. */
  readonly knownUrl: boolean
  /** What was being done, for errors. */
  readonly step: string
  /** Core's ETag with its quotes; empty without one. */
  readonly etag: string
}

export interface RawAnswer {
  status: number
  contentType: string
  text: string
  /** In place of `text`: parsed as it came in. */
  body?: { readonly value: unknown }
  etag?: string
}

export const isJson = (contentType: string): boolean =>
  /^application\/(?:[\w.-]+\+)?json\b/i.test(contentType)

/** Tells an answer of core from a page of something else, and from a failure. Throws CoreError `unavailable`. */
export function readAnswer(step: string, raw: RawAnswer): CoreAnswer {
  const { status, contentType, text, etag = '' } = raw
  if (status >= 500 || status === 408 || status === 429)
    throw unusable(step, { status, message: `core answered ${status}${excerpt(contentType, text)}` })
  if (status === 304) return { status, body: undefined, knownUrl: true, step, etag }
  const json = isJson(contentType)
  if (!json && status === 404) return { status, body: undefined, knownUrl: false, step, etag }
  // A proxy's own page for a body over its limit.
  if (!json && status === 413) return { status, body: undefined, knownUrl: true, step, etag }
  if (!json) throw unusable(step, { status, message: `core answered ${status} with a page instead of JSON` })
  const body = raw.body ? raw.body.value : parseJson(step, status, text)
  return { status, body, knownUrl: status !== 404 || isMissingObject(body), step, etag }
}

/** The body by its schema. Throws CoreError CORE_REPLY where it has another shape; the body itself is not quoted. */
export function parseBody<S extends z.ZodType>(schema: S, answer: CoreAnswer): z.output<S> {
  const parsed = schema.safeParse(answer.body)
  if (parsed.success) return parsed.data
  const where = parsed.error.issues
    .map(({ path, code }) => `${path.join('.') || 'body'}: ${code}`)
    .slice(0, 5)
  throw new CoreError('CORE_REPLY', 'unavailable', {
    step: answer.step,
    status: answer.status,
    message: `core answered in an unknown shape (${where.join(', ')})`,
    next: 'check that CORE_HOST is a Jumpserver core 1.4.9 - 1.5.x',
  })
}

/** What an answer that is not the hoped-for one means (kinds of CoreError). */
export function refusal({ status, body, knownUrl, step }: CoreAnswer): CoreError {
  const said = reasonIn(body)
  if (status === 403 && hasField(body, 'detail'))
    return new CoreError('CORE_CREDENTIALS', 'credentials', {
      step,
      status,
      message: `core refuses this bastion's access key: ${said}`,
      next: 'check in Jumpserver that the terminal exists and is active, and compare the clocks',
      facts: { said },
    })
  if (status === 404 && !knownUrl)
    return unusable(step, { status, message: 'core does not know this address' })
  if (status === 404)
    return new CoreError('CORE_MISSING', 'missing', {
      step,
      status,
      message: `core does not know this object: ${said}`,
      next: 'nothing: it was deleted in core',
    })
  if (status >= 400)
    return new CoreError('CORE_REFUSED', 'refused', {
      step,
      status,
      message: `core answered ${status}: ${said}`,
      next: 'look at the fields core names',
    })
  return unusable(step, { status, message: `core answered ${status}, which is not expected here` })
}

/** Core gave no usable answer. */
export function unusable(
  step: string,
  { status, message, cause }: { status?: number; message: string; cause?: unknown },
): CoreError {
  return new CoreError('CORE_UNAVAILABLE', 'unavailable', {
    step,
    status,
    message,
    next: 'check that Jumpserver core runs and that CORE_HOST points at it',
    cause,
  })
}

/** Core's own words, for the log: `detail`, `msg`, or the fields it names. Short, on one line. */
export function reasonIn(body: unknown): string {
  if (typeof body === 'string') return short(body)
  if (!isObject(body)) return 'no reason given'
  for (const field of ['detail', 'msg', 'error']) {
    const value = body[field]
    if (typeof value === 'string') return short(value)
  }
  return (
    short(
      Object.entries(body)
        .map(([field, said]) => `${field}: ${JSON.stringify(said)}`)
        .join(', '),
    ) || 'no reason given'
  )
}

export const hasField = (body: unknown, field: string): boolean =>
  isObject(body) && Object.hasOwn(body, field)

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** `{"error": "Not found"}` is the answer to an unknown address; an endpoint that exists says `detail`, `msg` or `""`. */
const isMissingObject = (body: unknown): boolean =>
  body === '' || hasField(body, 'detail') || hasField(body, 'msg')

const short = (text: string): string => escapeControls([...text.slice(0, 400)].slice(0, 200).join(''))

const excerpt = (contentType: string, text: string): string =>
  contentType.includes('json') && text.length < 200 ? `: ${escapeControls(text)}` : ''

function parseJson(step: string, status: number, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw unusable(step, {
      status,
      message: `core answered ${status} with broken JSON (${text.length} characters)`,
    })
  }
}
