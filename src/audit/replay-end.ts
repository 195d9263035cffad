import { z } from 'zod'
import { Exit, type SealedEnd } from './session-file.ts'

const End = z.object({
  reason: z.string(),
  detail: z.string().optional(),
  exit: Exit,
  at: z.number(),
  cut: z.boolean(),
})

/** The last frame of a replay says how the session ended; `cut` when recovery wrote it. */
export type ReplayEnd = Pick<SealedEnd, 'reason' | 'detail' | 'exit' | 'at' | 'cut'>

export const encodeEnd = ({ reason, detail, exit, at, cut }: ReplayEnd): Buffer =>
  Buffer.from(JSON.stringify({ reason, detail, exit, at, cut }))

/** Undefined for a frame that is not in order. */
export function decodeEnd(payload: Buffer): ReplayEnd | undefined {
  try {
    return End.safeParse(JSON.parse(payload.toString())).data
  } catch {
    return undefined
  }
}
