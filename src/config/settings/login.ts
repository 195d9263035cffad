import { z } from 'zod'
import { onOff, setting } from './setting.ts'

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
  LANGUAGE_CODE: setting({
    schema: z.enum(['en', 'zh'], { error: 'neither en nor zh' }).default('en'),
    about: 'Language of the menu: en or zh.',
    example: 'en',
  }),
} as const
