import { z } from 'zod'
import type { ControlAnswer, ControlHandler } from '../base/control-socket.ts'
import { Fault, isFault, reasonOf } from '../base/fault.ts'
import type { Log } from '../log.ts'

/** What a command of the control socket is given: the request as it came. */
export type ControlCommand = (request: unknown) => Promise<ControlAnswer>
export type ControlCommands = Readonly<Record<string, ControlCommand>>

const Request = z.looseObject({ command: z.string().max(64) })

/** A request that cannot be carried out; told to whoever asked, with what to do. */
export class ControlError extends Fault<'CONTROL'> {
  override readonly name = 'ControlError'

  constructor(message: string, next: string) {
    super('CONTROL', { step: 'carry out an order', message, next })
  }
}

/** An answer of one JSON value. */
export const answerOf = (value: unknown): ControlAnswer => ({ kind: 'value', value })

/** Parses a request, or refuses it with its first mistake. */
export function asked<S extends z.ZodType>(schema: S, request: unknown): z.output<S> {
  const parsed = schema.safeParse(request)
  if (parsed.success) return parsed.data
  throw new ControlError(
    `this order is not understood: ${parsed.error.issues[0]?.message ?? 'it is not in order'}`,
    'use the cocod of the same version as the daemon',
  )
}

/**
 * What the control socket does: one command a request. Faults are answered as `{ error: { message, next } }`, so that
 * `cocod` can tell them.
 */
export const controlHandler =
  (commands: ControlCommands, log: Log): ControlHandler =>
  async (request) => {
    try {
      const { command } = asked(Request, request)
      const run = Object.hasOwn(commands, command) ? commands[command] : undefined
      if (!run) throw new ControlError(`the daemon does not know “${command}”`, 'use a cocod of its version')
      return await run(request)
    } catch (error) {
      if (!isFault(error)) log.error({ err: error }, 'an order of the control socket failed')
      const next = isFault(error) ? error.next : 'look into the log of the daemon'
      return answerOf({ error: { message: reasonOf(error), next } })
    }
  }
