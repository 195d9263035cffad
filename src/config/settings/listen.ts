import { AddressRanges } from '../../base/address-ranges.ts'
import { count, onOff, port, ranges, setting, text } from './setting.ts'

export const listen = {
  BIND_HOST: setting({
    schema: text.optional(),
    about: 'Address both ports listen on. Default: 0.0.0.0, and 127.0.0.1 with --standalone.',
    example: '0.0.0.0',
  }),
  SSHD_PORT: setting({ schema: port.default(2222), about: 'SSH port.', example: '2222' }),
  HTTPD_PORT: setting({ schema: port.default(5000), about: 'Web port.', example: '5000' }),
  TRUSTED_PEERS: setting({
    schema: ranges.default(() => new AddressRanges([])),
    about:
      'Load balancers and reverse proxies in front of this bastion: addresses or networks, separated by commas. Only what they say of a client’s address is believed. Default: none.',
    example: '10.0.0.5, 10.1.0.0/24',
  }),
  PROXY_PROTOCOL: setting({
    schema: onOff.default(false),
    about:
      'TRUSTED_PEERS begin each SSH connection with a PROXY header (version 1 or 2); one without it is closed. Headers of others are never read.',
    example: 'no',
  }),
  MAX_UNAUTHENTICATED: setting({
    schema: count(100_000).default(200),
    about:
      'SSH connections that have not logged in, in all. At the limit the oldest of the busiest address goes.',
    example: '200',
  }),
  MAX_UNAUTHENTICATED_PER_ADDRESS: setting({
    schema: count(100_000).default(20),
    about: 'The same for one IPv4 address or one IPv6 /64.',
    example: '20',
  }),
  MAX_CHANNELS: setting({
    schema: count(1000).default(10),
    about: 'Sessions and transfers in one SSH connection at a time.',
    example: '10',
  }),
  MAX_FORWARDS: setting({
    schema: count(10_000).default(100),
    about: 'Forwarded connections in one SSH connection at a time.',
    example: '100',
  }),
  KEEPALIVE_SECONDS: setting({
    schema: count(3600).default(30),
    about: 'Seconds between two signs of life asked of an SSH client; after three without one it is gone.',
    example: '30',
  }),
  HOST_KEY_FILE: setting({
    schema: text.optional(),
    about:
      'SSH host key of this bastion, to be the only one. Default: the keys in KEYS_DIR, else core’s, else keys made once.',
    example: 'keys/host_key',
    path: true,
  }),
} as const
