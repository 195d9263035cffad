import { z } from 'zod'
import { type Size, saneSize } from '../terminal/terminal.ts'

/** What luna sends, event by event. Ids of Jumpserver are UUIDs; names of rooms and secrets are whatever they are. */
const id = z.string().min(1).max(64)
const measure = z.number().catch(0)
const pair = z.tuple([measure, measure]).optional().catch(undefined)

export const Host = z.object({ uuid: id, userid: id, secret: z.string().max(256).optional(), size: pair })
export const Token = z.object({ token: id, secret: z.string().max(256).optional(), size: pair })
export const Resize = z.object({ cols: measure, rows: measure })
/** `room` is absent while luna has no answer to its `host` yet. */
export const Data = z.object({ data: z.string(), room: z.string().max(64) })
/** The bare name of the room. */
export const Logout = z.string().max(64)

/** Luna before 1.3.2 sends no size with `host`, only `resize` before it. */
export const sizeOf = (pairOf: z.output<typeof pair>, measured: Size | undefined): Size =>
  pairOf ? saneSize(pairOf[0], pairOf[1]) : (measured ?? saneSize(0, 0))
