import { z } from 'zod'

/**
 * What happened in a session beside its screen, as its replay keeps it.
 * - `watch`, `join`, `leave`: somebody sees the session, sees it and may type, is gone again
 * - `typist`: from here on the keys are theirs; `by` undefined: the session's own person
 * - `lock`, `unlock`: the input was held by somebody, and is free again
 * - `transfer`: a file came or went by ZMODEM; `file`, `bytes`, `sha256` where all of it was seen, `outcome`
 * - `gap`: so many `bytes` of a transfer were not recorded here
 */
export const SessionEvent = z.object({
  kind: z.enum(['watch', 'join', 'leave', 'typist', 'lock', 'unlock', 'transfer', 'gap']),
  /** Who, as the bastion knows them. */
  by: z.string().optional(),
  direction: z.enum(['download', 'upload']).optional(),
  file: z.string().optional(),
  bytes: z.number().optional(),
  sha256: z.string().optional(),
  outcome: z.string().optional(),
})
export type SessionEvent = z.output<typeof SessionEvent>

export const encodeEvent = (event: SessionEvent): Buffer => Buffer.from(JSON.stringify(event))

/** Undefined for a frame that is not in order, or of a kind that is not known here. */
export function decodeEvent(payload: Buffer): SessionEvent | undefined {
  try {
    return SessionEvent.safeParse(JSON.parse(payload.toString())).data
  } catch {
    return undefined
  }
}
