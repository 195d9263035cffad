import { hostname } from 'node:os'
import { z } from 'zod'
import { setting, text, url } from './setting.ts'

export const core = {
  NAME: setting({
    schema: text.max(32, 'longer than the 32 characters core allows').default(() => hostname().slice(0, 32)),
    about: 'Name of this bastion in Jumpserver, at most 32 characters. Default: the host name.',
    example: 'bastion-1',
  }),
  CORE_HOST: setting({
    schema: url.default('http://127.0.0.1:8080'),
    about: 'Address of Jumpserver core.',
    example: 'http://127.0.0.1:8080',
  }),
  API_VERSION: setting({
    schema: z.enum(['1.5', '0.4']).default('1.5'),
    about:
      'API of core: 1.5 for Jumpserver 1.4 to 1.5, 0.4 for the development releases of 2017 (docs/core-0.4.md).',
    example: '1.5',
  }),
  CORE_CA_FILE: setting({
    schema: text.optional(),
    about: 'Certificate (PEM) of a private authority that signed the one of an https:// CORE_HOST.',
    example: '/etc/ssl/certs/company-ca.pem',
    path: true,
  }),
  BOOTSTRAP_TOKEN: setting({
    schema: text.optional(),
    about:
      'The BOOTSTRAP_TOKEN of core, for the first registration. Not needed once the access key is there.',
    example: '',
    secret: true,
  }),
  ACCESS_KEY: setting({
    schema: text.optional(),
    about: 'Access key `id:secret`, instead of a file.',
    example: '',
    secret: true,
  }),
  ACCESS_KEY_FILE: setting({
    schema: text.optional(),
    about: 'Where the access key is kept. Default: .access_key in KEYS_DIR.',
    example: 'keys/.access_key',
    path: true,
  }),
} as const
