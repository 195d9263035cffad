import { z } from 'zod'
import { setting, text } from './setting.ts'

// coco's names of the levels.
const LEVELS: Readonly<Record<string, string>> = { warning: 'warn', critical: 'fatal' }

export const files = {
  DATA_DIR: setting({
    schema: text.default('data'),
    about: 'Everything written at run time: recordings, state, database.',
    example: 'data',
    path: true,
  }),
  KEYS_DIR: setting({
    schema: text.default('keys'),
    about: 'Host keys and the access key. Kept 0700.',
    example: 'keys',
    path: true,
  }),
  INVENTORY: setting({
    schema: text.optional(),
    about: 'Users and assets for --standalone. Default: a demo of one user and this machine.',
    example: 'inventory.ini',
    path: true,
  }),
  LOG_FILE: setting({
    schema: text.optional(),
    about:
      'File for the log, opened anew on SIGHUP and by cocod reload, so that logrotate can move it. Default: standard output, and cocod.log in DATA_DIR with start -d.',
    example: '/var/log/cocod/cocod.log',
    path: true,
  }),
  LOG_LEVEL: setting({
    schema: z
      .preprocess(
        (level) => (typeof level === 'string' ? (LEVELS[level.toLowerCase()] ?? level.toLowerCase()) : level),
        z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
          error: 'none of debug, info, warn, error',
        }),
      )
      .default('info'),
    about: 'debug, info, warn or error.',
    example: 'info',
  }),
} as const
