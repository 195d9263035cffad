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
  RETENTION_DAYS: setting({
    schema: z.coerce.number({ error: 'not a number' }).min(0).max(36_500).default(30),
    about: 'Days a recording stays here after core has it.',
    example: '30',
  }),
} as const
