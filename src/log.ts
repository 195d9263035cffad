import { AsyncLocalStorage } from 'node:async_hooks'
import { type DestinationStream, type Logger, pino } from 'pino'
import { escapeControls } from './base/escape.ts'
import { isFault } from './base/fault.ts'

export type Log = Logger

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

export interface LogOptions {
  level: string
  /** Where lines go. */
  destination: DestinationStream
}

/** One line an event: a fixed message, facts in fields. */
export function createLog({ level, destination }: LogOptions): Log {
  return pino(
    {
      level,
      redact: { paths: redact, censor: '***' },
      serializers: { err: errorFields, error: errorFields },
      mixin: () => ({ ...context.getStore() }),
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    destination,
  )
}

/** A log that says nothing, for tests and one-shot commands. */
export const silentLog = (): Log => pino({ level: 'silent' })
