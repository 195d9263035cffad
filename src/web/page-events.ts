import { z } from 'zod'
import { saneSize } from '../terminal/terminal.ts'

/** What our own page sends in namespace `/page`. Places are bytes since the beginning of a stream. */
const id = z.string().min(1).max(64)
const place = z.number().int().min(0)
const size = { columns: z.number().catch(0), rows: z.number().catch(0) }
/** A browser may say anything; what leaves here is a size that a terminal may have. */
const sane = <T extends { columns: number; rows: number }>(wish: T): T => ({
  ...wish,
  ...saneSize(wish.columns, wish.rows),
})

export const Open = z.object({ asset: id, account: id, ...size }).transform(sane)
/** To look on at a session that runs, or type along: one that the person may see, or one they were invited to. */
export const Watch = z
  .object({
    session: id.optional(),
    code: z.string().max(64).optional(),
    types: z.boolean().default(false),
    ...size,
  })
  .transform(sane)
/** Without `received` the page has lost its screen. */
export const Resume = z.object({ room: id, received: place.optional(), ...size }).transform(sane)
export const Typed = z.object({ room: id, at: place, bytes: z.instanceof(Uint8Array) })
export const Drawn = z.object({ room: id, at: place })
export const Resized = z.object({ room: id, ...size }).transform(sane)
export const Close = z.object({ room: id })

/** The answer to `open` and `resume`, which socket.io carries as an acknowledgement. */
export type Answer =
  | {
      readonly ok: true
      readonly room: string
      readonly at: number
      readonly screen?: string
      readonly input: number
    }
  | { readonly ok: false; readonly text: string }
