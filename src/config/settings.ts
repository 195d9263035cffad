import { hostname } from 'node:os'
import { z } from 'zod'

/** One key of config.ini: the schema gives its type and default, the rest its documentation. */
export interface Setting<Schema extends z.ZodType = z.ZodType> {
  readonly schema: Schema
  /** What config.example.ini says of it. */
  readonly about: string
  /** Shown in config.example.ini. */
  readonly example: string
  readonly group: 'core' | 'listen' | 'login' | 'sessions' | 'records' | 'files'
  /** Never a flag (argv is readable by everybody), never printed. */
  readonly secret?: true
  /** A path: a relative one in the file counts from the file's directory. */
  readonly path?: true
}

const text = z.string().trim().min(1)
const noPort = { error: 'not a port (0 to 65535)' }
const port = z.coerce.number(noPort).int(noPort).min(0, noPort).max(65_535, noPort)
const count = (most: number) => z.coerce.number({ error: 'not a number' }).int().min(1).max(most)
const minutes = z.coerce.number({ error: 'not a number' }).min(0).max(100_000)
const onOff = z.stringbool({ error: 'neither yes nor no' })
const url = z.url({ protocol: /^https?$/, error: 'not an http:// or https:// address' })

const setting = <Schema extends z.ZodType>(each: Setting<Schema>): Setting<Schema> => each

/** Every setting there is. The names are coco's where coco had the setting. */
const SETTINGS = {
  NAME: setting({
    schema: text.max(32, 'longer than the 32 characters core allows').default(() => hostname().slice(0, 32)),
    about: 'Name of this bastion in Jumpserver, at most 32 characters. Default: the host name.',
    example: 'bastion-1',
    group: 'core',
  }),
  CORE_HOST: setting({
    schema: url.default('http://127.0.0.1:8080'),
    about: 'Address of Jumpserver core.',
    example: 'http://127.0.0.1:8080',
    group: 'core',
  }),
  CORE_CA_FILE: setting({
    schema: text.optional(),
    about: 'Certificate (PEM) of a private authority that signed the one of an https:// CORE_HOST.',
    example: '/etc/ssl/certs/company-ca.pem',
    group: 'core',
    path: true,
  }),
  BOOTSTRAP_TOKEN: setting({
    schema: text.optional(),
    about:
      'The BOOTSTRAP_TOKEN of core, for the first registration. Not needed once the access key is there.',
    example: '',
    group: 'core',
    secret: true,
  }),
  ACCESS_KEY: setting({
    schema: text.optional(),
    about: 'Access key `id:secret`, instead of a file.',
    example: '',
    group: 'core',
    secret: true,
  }),
  ACCESS_KEY_FILE: setting({
    schema: text.optional(),
    about: 'Where the access key is kept. Default: .access_key in KEYS_DIR.',
    example: 'keys/.access_key',
    group: 'core',
    path: true,
  }),
  BIND_HOST: setting({
    schema: text.optional(),
    about: 'Address both ports listen on. Default: 0.0.0.0, and 127.0.0.1 with --standalone.',
    example: '0.0.0.0',
    group: 'listen',
  }),
  SSHD_PORT: setting({ schema: port.default(2222), about: 'SSH port.', example: '2222', group: 'listen' }),
  HTTPD_PORT: setting({ schema: port.default(5000), about: 'Web port.', example: '5000', group: 'listen' }),
  HOST_KEY_FILE: setting({
    schema: text.optional(),
    about: 'SSH host key of this bastion, to be the only one. Default: keys made once in KEYS_DIR.',
    example: 'keys/host_key',
    group: 'listen',
    path: true,
  }),
  PASSWORD_AUTH: setting({
    schema: onOff.default(true),
    about: 'Let people log in with a password. Core may switch it off too.',
    example: 'yes',
    group: 'login',
  }),
  PUBLIC_KEY_AUTH: setting({
    schema: onOff.default(true),
    about: 'Let people log in with a public key. Core may switch it off too.',
    example: 'yes',
    group: 'login',
  }),
  LANGUAGE_CODE: setting({
    schema: z.enum(['en', 'zh'], { error: 'neither en nor zh' }).default('en'),
    about: 'Language of the menu: en or zh.',
    example: 'en',
    group: 'login',
  }),
  SSH_TIMEOUT: setting({
    schema: count(300).default(15),
    about: 'Seconds a connection to an asset may take in all.',
    example: '15',
    group: 'sessions',
  }),
  HOST_KEY_POLICY: setting({
    schema: z
      .enum(['accept-new', 'strict', 'off'], { error: 'none of accept-new, strict, off' })
      .default('accept-new'),
    about:
      'Host keys of assets: accept-new (the first one is pinned, a change is refused), strict (only pinned ones), off.',
    example: 'accept-new',
    group: 'sessions',
  }),
  ALLOW_LOCAL_ASSETS: setting({
    schema: onOff.optional(),
    about: "Allow assets on this machine's own addresses. Default: no, and yes with --standalone.",
    example: 'no',
    group: 'sessions',
  }),
  SECURITY_MAX_IDLE_TIME: setting({
    schema: minutes.default(30),
    about: 'Minutes without a key after which a session ends; 0: never. Core’s value wins.',
    example: '30',
    group: 'sessions',
  }),
  OUTAGE_SESSION_MINUTES: setting({
    schema: minutes.default(30),
    about: 'Minutes a running session may go on while core is silent; 0: no limit.',
    example: '30',
    group: 'sessions',
  }),
  MAX_SESSIONS: setting({
    schema: count(100_000).default(1000),
    about: 'Sessions of this bastion at a time.',
    example: '1000',
    group: 'sessions',
  }),
  MAX_SESSIONS_PER_USER: setting({
    schema: count(100_000).default(100),
    about: 'Sessions of one user at a time.',
    example: '100',
    group: 'sessions',
  }),
  SPOOL_FSYNC: setting({
    schema: z.enum(['off', '5s', 'strict'], { error: 'none of off, 5s, strict' }).default('5s'),
    about:
      'When recordings are forced to the disk, against power cuts. A killed process loses nothing in any case.',
    example: '5s',
    group: 'records',
  }),
  RESERVE_MB: setting({
    schema: z.coerce.number({ error: 'not a number' }).min(0).optional(),
    about:
      'Free disk space below which no new session is opened. Default: the smaller of 1000 MB and 5 % of the disk.',
    example: '1000',
    group: 'records',
  }),
  RETENTION_DAYS: setting({
    schema: z.coerce.number({ error: 'not a number' }).min(0).max(36_500).default(30),
    about: 'Days a recording stays here after core has it.',
    example: '30',
    group: 'records',
  }),
  DATA_DIR: setting({
    schema: text.default('data'),
    about: 'Everything written at run time: recordings, state, database.',
    example: 'data',
    group: 'files',
    path: true,
  }),
  KEYS_DIR: setting({
    schema: text.default('keys'),
    about: 'Host keys and the access key. Kept 0700.',
    example: 'keys',
    group: 'files',
    path: true,
  }),
  INVENTORY: setting({
    schema: text.optional(),
    about: 'Users and assets for --standalone. Default: a demo of one user and this machine.',
    example: 'inventory.ini',
    group: 'files',
    path: true,
  }),
  LOG_LEVEL: setting({
    schema: z
      .preprocess(
        (level) => (typeof level === 'string' ? (LEVELS[level.toLowerCase()] ?? level.toLowerCase()) : level),
        z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
          error: 'none of debug, info, warn, error',
        }),
      )
      .default('info'),
    about: 'debug, info, warn or error.',
    example: 'info',
    group: 'files',
  }),
} as const satisfies Record<string, Setting>

// coco's names of the levels.
const LEVELS: Readonly<Record<string, string>> = { warning: 'warn', critical: 'fatal' }

export type SettingName = keyof typeof SETTINGS
export type Settings = { readonly [Name in SettingName]: z.output<(typeof SETTINGS)[Name]['schema']> }

export const isSettingName = (name: string): name is SettingName => Object.hasOwn(SETTINGS, name)
export const SETTING_NAMES: readonly SettingName[] = Object.keys(SETTINGS).filter(isSettingName)
export const settingOf = (name: SettingName): Setting => SETTINGS[name]

/** `SSHD_PORT` → `sshd-port`, as a command line flag. */
export const flagOf = (name: SettingName): string => name.toLowerCase().replaceAll('_', '-')
