import { AsyncLocalStorage } from 'node:async_hooks'
import { type DestinationStream, type Logger, pino } from 'pino'
import { escapeControls } from './base/escape.ts'
import { isFault } from './base/fault.ts'

export type Log = Logger

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Ids that every line logged inside `withLogContext` carries. */
export interface LogContext {
  login?: string
  session?: string
}

const context = new AsyncLocalStorage<LogContext>()

/** Runs `body` so that all it logs, also later and in its callbacks, carries these ids. */
export function withLogContext<T>(ids: LogContext, body: () => T): T {
  return context.run({ ...context.getStore(), ...ids }, body)
}

/** Field names whose value is never written, at any depth up to three. */
const SECRET_FIELDS = [
  'password',
  'secret',
  'privateKey',
  'private_key',
  'passphrase',
  'token',
  'authorization',
  'Authorization',
  'cookie',
  'otp_code',
  'otpCode',
  'seed',
]
const redact = SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`])

/** A fault keeps its code, step, id and next action in the log; a cause keeps its message. No request bodies. */
function errorFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: escapeControls(String(error)) }
  const cause = error.cause === undefined ? {} : { cause: errorFields(error.cause) }
  const base = { type: error.name, message: escapeControls(error.message), ...cause }
  if (!isFault(error)) return { ...base, stack: error.stack }
  const { code, step, next, facts, id } = error
  return { ...base, code, step, next, facts, id }
}

// What JSON leaves as it is (C1, DEL, bidirectional controls), and what it writes as an escape that a reader turns
// back into a control character: both become visible text, also in what pretty printers make of the line.
const IN_JSON = /\\(?:u00([01][\da-f])|[^u])|[\u007f-\uffff]/gi
const SHORT = new Map([
  ['\\b', '\\\\x08'],
  ['\\t', '\\\\x09'],
  ['\\f', '\\\\x0c'],
  ['\\r', '\\\\x0d'],
])

/** Makes every control character of a line visible, whatever field it stands in; line ends stay escaped as `\\n`. */
const withoutControls = (line: string): string =>
  line.replace(IN_JSON, (found, code: string | undefined) => {
    if (code !== undefined) return `\\\\x${code}`
    if (found.startsWith('\\')) return SHORT.get(found) ?? found
    return escapeControls(found).replace('\\', '\\\\')
  })

export interface LogOptions {
  level: string
  /** Where lines go. */
  destination: DestinationStream
}

/** Logs that were made from others, to be reached by `setLogLevel`; they go when nobody else holds them. */
const derived = new Set<WeakRef<Log>>()
const forgotten = new FinalizationRegistry<WeakRef<Log>>((reference) => derived.delete(reference))

/** Sets the level of a log and of all that were made from logs of its level, while they are in use. */
export function setLogLevel(log: Log, level: LogLevel): void {
  const before = log.level
  for (const reference of derived) {
    const each = reference.deref()
    if (each?.level === before) each.level = level
  }
  log.level = level
}

/** One line an event: a fixed message, facts in fields. */
export function createLog({ level, destination }: LogOptions): Log {
  return pino(
    {
      level,
      onChild: (child) => {
        const reference = new WeakRef<Log>(child)
        derived.add(reference)
        forgotten.register(child, reference)
      },
      redact: { paths: redact, censor: '***' },
      serializers: { err: errorFields, error: errorFields },
      hooks: { streamWrite: withoutControls },
      mixin: () => ({ ...context.getStore() }),
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    destination,
  )
}

/**
 * What happened that an auditor wants to know, a line of the log each with the field `event` (docs/events.md). They are
 * written whatever LOG_LEVEL says.
 */
export type AuditEvent =
  | 'login'
  | 'login-refused'
  | 'session-begin'
  | 'session-end'
  | 'session-kill'
  | 'session-watch'
  | 'session-lock'
  | 'session-share'
  | 'rule-hit'
  | 'transfer'
  | 'forward'
  | 'replay-read'
  | 'hostkey-change'
  | 'user-change'
  | 'data-copy'
  | 'storage-failing'
  | 'storage-back'
  | 'disk-low'
  | 'disk-full'
  | 'disk-ok'
  | 'record-lost'

/** Logs an audit event with its facts. Facts are flat: names, numbers, times in ms since the epoch. */
export function auditEvent(
  log: Log,
  event: AuditEvent,
  facts: Readonly<Record<string, string | number | boolean | null | undefined>>,
  message: string,
): void {
  log.child({}, { level: 'info' }).info({ event, ...facts }, message)
}

/** Hands every line that is an audit event to `onEvent`, and all lines to `destination`. */
export const teeEvents = (
  destination: DestinationStream,
  onEvent: (line: string) => void,
): DestinationStream => ({
  write(line: string) {
    destination.write(line)
    if (line.includes('"event":"')) onEvent(line.trimEnd())
  },
})

/** A log that says nothing: for tests of what is given one. */
export const silentLog = (): Log => pino({ level: 'silent' }, { write: () => {} })
