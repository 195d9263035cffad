import { count, minutes, setting } from './setting.ts'

export const sessions = {
  SECURITY_MAX_IDLE_TIME: setting({
    schema: minutes.default(30),
    about: 'Minutes without a key after which a session ends; 0: never. Core’s value wins.',
    example: '30',
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
  MAX_SESSIONS_PER_USER: setting({
    schema: count(100_000).default(100),
    about: 'Sessions of one user at a time.',
    example: '100',
  }),
} as const
