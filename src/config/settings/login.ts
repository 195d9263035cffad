import { z } from 'zod'
import { AddressRanges } from '../../base/address-ranges.ts'
import { LANGUAGE_CODES } from '../../base/language-codes.ts'
import { count, list, onOff, ranges, setting, text } from './setting.ts'

export const login = {
  PASSWORD_AUTH: setting({
    schema: onOff.default(true),
    about: 'Let people log in with a password. Core may switch it off too.',
    example: 'yes',
  }),
  PUBLIC_KEY_AUTH: setting({
    schema: onOff.default(true),
    about: 'Let people log in with a public key. Core may switch it off too.',
    example: 'yes',
  }),
  ALLOW_SSH_USER: setting({
    schema: list.optional(),
    about: 'User names that may log in by SSH, separated by commas. Default: everybody core knows.',
    example: 'alice, bob',
  }),
  BLOCK_SSH_USER: setting({
    schema: list.default([]),
    about: 'User names that may not log in by SSH, separated by commas.',
    example: 'root',
  }),
  LOGIN_GRACE_SECONDS: setting({
    schema: count(3600).default(60),
    about: 'Seconds an SSH login may take from the connection on.',
    example: '60',
  }),
  MAX_LOGIN_TRIES: setting({
    schema: count(100).default(6),
    about: 'Failed tries after which an SSH connection is ended.',
    example: '6',
  }),
  USER_ALGORITHMS: setting({
    schema: z
      .enum(['modern', 'compatible', 'legacy'], { error: 'none of modern, compatible, legacy' })
      .default('modern'),
    about:
      'SSH algorithms clients are offered: modern; compatible adds chacha20 and larger curves, which are slow; legacy adds SHA-1, CBC and ssh-rsa.',
    example: 'modern',
  }),
  PENALTY_EXEMPT: setting({
    schema: ranges.default(() => new AddressRanges([])),
    about:
      'Addresses or networks many people share: failed logins shut them out for 5 seconds at most, others for up to 10 minutes. Default: none.',
    example: '192.0.2.0/24',
  }),
  BANNER: setting({
    schema: text.optional(),
    about: String.raw`Text shown before the login by SSH. In double quotes \n begins a line.`,
    example: 'Authorised use only.',
  }),
  HEADER_TITLE: setting({
    schema: text.max(1024).optional(),
    about: 'Title of the menu, instead of the welcome. Core’s value wins.',
    example: 'Production',
  }),
  LANGUAGE_CODE: setting({
    schema: z
      .string()
      .refine((code) => LANGUAGE_CODES.includes(code), { error: `none of ${LANGUAGE_CODES.join(', ')}` })
      .default('en'),
    about: 'Language of who has not chosen another one: en or zh.',
    example: 'en',
  }),
} as const
