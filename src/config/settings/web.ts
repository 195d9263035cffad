import { z } from 'zod'
import { count, setting } from './setting.ts'

export const web = {
  BASE_PATH: setting({
    schema: z
      .string()
      .regex(/^(?:\/[\w.~-]+)*\/?$/, 'not a path like /bastion')
      .transform((path) => path.replace(/\/$/, ''))
      .default(''),
    about:
      'What a reverse proxy leaves before the paths of the web port, such as /bastion. Default: nothing.',
    example: '/bastion',
  }),
  WEB_GRACE_SECONDS: setting({
    schema: z.coerce.number({ error: 'not a number' }).int().min(0).max(86_400).default(120),
    about:
      'Seconds a session of the own page is kept when its browser is away: reload, sleep, a lost network.',
    example: '120',
  }),
  MAX_WEB_SOCKETS_PER_USER: setting({
    schema: count(100_000).default(32),
    about: 'Browser pages of one user at a time.',
    example: '32',
  }),
  WEB_UPLOAD_MAX_MB: setting({
    schema: count(1_000_000).default(1024),
    about: 'Size of one file uploaded by browser, in MB. SFTP and scp have no such limit.',
    example: '1024',
  }),
} as const
