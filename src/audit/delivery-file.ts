import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { writeFileAtomic } from '../base/atomic-file.ts'
import { isMissingFile } from '../base/system-error.ts'
import { parseVersioned } from './session-file.ts'

export const DELIVERY_VERSION = 1

const DeliveryFile = z.object({
  format: z.literal('cocod-delivery'),
  version: z.number().int(),
  created: z.boolean(),
  commands: z.object({
    /** How many are surely with core, or refused by it; and where in commands.ndjson the next begins. */
    sent: z.number().int(),
    offset: z.number().int(),
    /** How many of those behind may be there too: written before they are sent. */
    unsure: z.number().int(),
  }),
  /** Core has the replay. */
  uploaded: z.boolean(),
  /** Names of the storages that have it. */
  stored: z.array(z.string()).default([]),
  /** By the name of a storage: where in commands.ndjson the first one begins that it does not have. */
  commandsIn: z.record(z.string(), z.number().int()).default({}),
  /** ms since the epoch; everything is with core, or was refused for good. */
  done: z.number().optional(),
  /** Core knows, or knew, and did not want it: kept here for an operator, and never removed by itself. */
  refused: z.boolean(),
})

/** How far a session's way to core has come: `delivery.json`. */
export type DeliveryState = Omit<z.output<typeof DeliveryFile>, 'format' | 'version'>

export const NOTHING_SENT: DeliveryState = {
  created: false,
  commands: { sent: 0, offset: 0, unsure: 0 },
  uploaded: false,
  stored: [],
  commandsIn: {},
  refused: false,
}

const pathIn = (directory: string): string => join(directory, 'delivery.json')

/** No file: nothing was sent. Throws AuditError `AUDIT_NEWER` or `AUDIT_DAMAGED`. */
export async function readDelivery(directory: string): Promise<DeliveryState> {
  const path = pathIn(directory)
  try {
    const text = await readFile(path, 'utf8')
    const {
      format: _,
      version: __,
      ...state
    } = parseVersioned({
      path,
      text,
      schema: DeliveryFile,
      known: DELIVERY_VERSION,
    })
    return state
  } catch (error) {
    if (isMissingFile(error)) return NOTHING_SENT
    throw error
  }
}

export const writeDelivery = (directory: string, state: DeliveryState): Promise<void> =>
  writeFileAtomic(
    pathIn(directory),
    `${JSON.stringify({ format: 'cocod-delivery', version: DELIVERY_VERSION, ...state })}\n`,
  )
