import { port, setting, text } from './setting.ts'

export const listen = {
  BIND_HOST: setting({
    schema: text.optional(),
    about: 'Address both ports listen on. Default: 0.0.0.0, and 127.0.0.1 with --standalone.',
    example: '0.0.0.0',
  }),
  SSHD_PORT: setting({ schema: port.default(2222), about: 'SSH port.', example: '2222' }),
  HTTPD_PORT: setting({ schema: port.default(5000), about: 'Web port.', example: '5000' }),
  HOST_KEY_FILE: setting({
    schema: text.optional(),
    about: 'SSH host key of this bastion, to be the only one. Default: keys made once in KEYS_DIR.',
    example: 'keys/host_key',
    path: true,
  }),
} as const
