import { z } from 'zod'
import { count, minutes, onOff, setting } from './setting.ts'

export const sessions = {
  SECURITY_MAX_IDLE_TIME: setting({
    schema: minutes.default(30),
    about: 'Minutes without a key after which a session ends; 0: never. Core’s value wins.',
    example: '30',
  }),
  WATCH_NOTICE: setting({
    schema: onOff.default(true),
    about: 'Tell the person in a session when somebody watches. It is in the record in any case.',
    example: 'yes',
  }),
  SIGTERM_ACTION: setting({
    schema: z.enum(['stop', 'drain'], { error: 'neither stop nor drain' }).default('stop'),
    about: 'What a SIGTERM means: stop ends the sessions, drain lets them end by themselves first.',
    example: 'drain',
  }),
  DRAIN_MINUTES: setting({
    schema: minutes.default(10),
    about: 'Minutes that drained sessions may take to end.',
    example: '10',
  }),
  SECURITY_MAX_SESSION_TIME: setting({
    schema: z.coerce.number({ error: 'not a number' }).min(0).max(10_000).default(0),
    about: 'Hours after which a session ends, with a warning five minutes before; 0: never.',
    example: '12',
  }),
  OUTAGE_SESSION_MINUTES: setting({
    schema: minutes.default(30),
    about: 'Minutes a running session may go on while core is silent; 0: no limit.',
    example: '30',
  }),
  MAX_SESSIONS: setting({
    schema: count(100_000).default(1000),
    about: 'Sessions of this bastion at a time.',
    example: '1000',
  }),
  MAX_SESSIONS_PER_ASSET: setting({
    schema: z.coerce.number({ error: 'not a number' }).int().min(0).max(100_000).default(0),
    about: 'Sessions on one asset at a time, of all users; 0: any number.',
    example: '0',
  }),
  MAX_SESSIONS_PER_USER: setting({
    schema: count(100_000).default(100),
    about: 'Sessions of one user at a time.',
    example: '100',
  }),
  SESSION_BANDWIDTH_KB: setting({
    schema: z.coerce.number({ error: 'not a number' }).int().min(0).max(100_000_000).default(0),
    about:
      'Kilobytes (1000 bytes) a second that may go each way of a session, all its forwarded connections together; 0: any number. Files by SFTP and scp are not slowed.',
    example: '5000',
  }),
  COMMAND_RULES: setting({
    schema: z.enum(['enforce', 'dry-run']).default('enforce'),
    about: 'Command rules: enforce, or dry-run: what would be denied is noted in log and record, and runs.',
    example: 'enforce',
  }),
  PASTE_GUARD: setting({
    schema: z.enum(['off', 'on']).default('off'),
    about: 'on: several lines pasted at a prompt are shown first, and go on only after a yes.',
    example: 'off',
  }),
} as const
