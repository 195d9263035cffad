import { z } from 'zod'
import { setting, text, url } from './setting.ts'

const syslog = z.url({
  protocol: /^syslog(\+tcp|\+tls)?$/,
  error: 'not a syslog://, syslog+tcp:// or syslog+tls:// address',
})

export const events = {
  AUDIT_SYSLOG: setting({
    schema: syslog.optional(),
    about: 'Where audit events go as syslog messages (RFC 5424), by UDP, TCP or TLS.',
    example: 'syslog+tcp://logs.example.com:514',
  }),
  AUDIT_WEBHOOK: setting({
    schema: url.optional(),
    about: 'Where audit events are posted as JSON.',
    example: 'https://siem.example.com/cocod',
  }),
  AUDIT_WEBHOOK_TOKEN: setting({
    schema: text.optional(),
    about: 'Sent to AUDIT_WEBHOOK as Authorization: Bearer.',
    example: '',
    secret: true,
  }),
} as const
