import { z } from 'zod'
import { setting } from './setting.ts'

export const records = {
  SPOOL_FSYNC: setting({
    schema: z.enum(['off', '5s', 'strict'], { error: 'none of off, 5s, strict' }).default('5s'),
    about:
      'When recordings are forced to the disk, against power cuts. A killed process loses nothing in any case.',
    example: '5s',
  }),
  RESERVE_MB: setting({
    schema: z.coerce.number({ error: 'not a number' }).min(0).optional(),
    about:
      'Free disk space below which no new session is opened. Default: the smaller of 1000 MB and 5 % of the disk.',
    example: '1000',
  }),
  MAX_SESSION_MB: setting({
    schema: z.coerce.number({ error: 'not a number' }).min(0).default(10_000),
    about: 'Megabytes of output after which a session ends, with a warning before; 0: never.',
    example: '10000',
  }),
  MAX_RECORDINGS_MB: setting({
    schema: z.coerce.number({ error: 'not a number' }).min(1).optional(),
    about:
      'Megabytes all recordings here may have. Above it the oldest that are delivered go before RETENTION_DAYS; when none is left, no new session is opened. Default: no limit but the disk.',
    example: '200000',
  }),
  ON_RECORD_FAILURE: setting({
    schema: z.enum(['end', 'unrecorded'], { error: 'none of end, unrecorded' }).default('end'),
    about:
      'When a running session can no longer be recorded: end it, or let it go on unrecorded, which the log says.',
    example: 'end',
  }),
  RETENTION_DAYS: setting({
    schema: z.coerce.number({ error: 'not a number' }).min(0).max(36_500).default(30),
    about: 'Days a recording stays here after core has it.',
    example: '30',
  }),
} as const
