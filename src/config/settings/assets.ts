import { z } from 'zod'
import { count, onOff, setting } from './setting.ts'

export const assets = {
  SSH_TIMEOUT: setting({
    schema: count(300).default(15),
    about: 'Seconds a connection to an asset may take in all.',
    example: '15',
  }),
  HOST_KEY_POLICY: setting({
    schema: z
      .enum(['accept-new', 'strict', 'off'], { error: 'none of accept-new, strict, off' })
      .default('accept-new'),
    about:
      'Host keys of assets: accept-new (the first one is pinned, a change is refused), strict (only pinned ones), off.',
    example: 'accept-new',
  }),
  ALLOW_LOCAL_ASSETS: setting({
    schema: onOff.optional(),
    about: "Allow assets on this machine's own addresses. Default: no, and yes with --standalone.",
    example: 'no',
  }),
} as const
