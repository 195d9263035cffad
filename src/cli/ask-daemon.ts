import { z } from 'zod'
import { askControl } from '../base/control-socket.ts'
import { controlPath } from '../base/data-dir.ts'
import { Fault } from '../base/fault.ts'
import { Scope } from '../base/scope.ts'

/** The daemon did not do what it was asked. */
export class DaemonError extends Fault<'DAEMON'> {
  override readonly name = 'DaemonError'

  constructor(message: string, next: string, cause?: unknown) {
    super('DAEMON', { step: 'ask the daemon', message, next, cause })
  }
}

const Refusal = z.object({ error: z.object({ message: z.string(), next: z.string() }) })

/** Asks the daemon of this data directory. Throws DaemonError when there is none, or when it refuses. */
export async function askDaemon<S extends z.ZodType>(
  dataDir: string,
  request: { readonly command: string; readonly [key: string]: unknown },
  schema: S,
): Promise<z.output<S>> {
  await using scope = new Scope()
  const answer = await askControl(controlPath(dataDir), request, scope)
  return understood(dataDir, answer, schema)
}

/** What an answer says; throws DaemonError for a refusal, for none, and for one in another shape. */
export function understood<S extends z.ZodType>(dataDir: string, answer: unknown, schema: S): z.output<S> {
  if (answer === undefined) {
    throw new DaemonError(
      `no daemon answers in ${dataDir}`,
      'start it, or name its directory: --data-dir, or --config with the file it was started with',
    )
  }
  const refusal = Refusal.safeParse(answer)
  if (refusal.success) throw new DaemonError(refusal.data.error.message, refusal.data.error.next)
  const parsed = schema.safeParse(answer)
  if (parsed.success) return parsed.data
  throw new DaemonError(
    'the daemon answered in a way that is not understood',
    'use the cocod of the same version as the daemon',
    parsed.error,
  )
}
