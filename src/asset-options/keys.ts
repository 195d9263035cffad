import { z } from 'zod'
import { PythonRegex } from '../base/regex/python-regex.ts'
import { type ForwardRule, parseForwardRule } from './forward-rule.ts'

/** The kinds of sections options may stand in, and so what they may be set for. */
export type OptionKind = 'asset' | 'account' | 'gateway'

/** One option: the schema reads its text, the rest is its documentation. The default stands in `defaults.ts`. */
export interface OptionKey<Schema extends z.ZodType = z.ZodType> {
  readonly schema: Schema
  /** What docs/asset-options.md says of it, the default at its end. */
  readonly about: string
  readonly example: string
}

const key = <Schema extends z.ZodType>(each: OptionKey<Schema>): OptionKey<Schema> => each

const oneOf = <const Words extends readonly [string, ...string[]]>(...words: Words) =>
  z.enum(words, `must be one of ${words.join(', ')}`)
const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a number, ${least} to ${most}`)
    .transform(Number)
    .refine((number) => number >= least && number <= most, `must be a number, ${least} to ${most}`)
const yesNo = z
  .enum(['yes', 'no', 'true', 'false'], 'must be yes or no')
  .transform((word) => word === 'yes' || word === 'true')

const names = z.string().transform((text): readonly string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== ''),
)
const forwardRules = names.transform((texts, context): readonly ForwardRule[] =>
  texts.flatMap((text) => {
    const rule = parseForwardRule(text)
    if (!rule) context.addIssue(`must be a list of asset-loopback and host:port, and ${text} is neither`)
    return rule ?? []
  }),
)

/** Searched for in what an asset prints, so no text may make it slow. */
const pattern = z
  .string()
  .min(1, 'must not be empty')
  .max(1024, 'must have no more than 1024 characters')
  .refine(isLinear, 'must be a regular expression without back-references or look-around')

function isLinear(source: string): boolean {
  try {
    return new PythonRegex(source).linear
  } catch {
    return false
  }
}

/** How a machine is spoken to: for assets, accounts and gateways. */
const everywhere = {
  algorithms: key({
    schema: oneOf('modern', 'compatible', 'legacy'),
    about:
      'SSH algorithms that are offered: modern; compatible adds slow and rare ones; legacy adds SHA-1, CBC and ssh-rsa, and each use is logged. Default: modern.',
    example: 'legacy',
  }),
  host_key_policy: key({
    schema: oneOf('accept-new', 'strict', 'off'),
    about:
      'accept-new pins the first host key and refuses a change, strict takes only pinned ones, off takes any. Default: HOST_KEY_POLICY.',
    example: 'strict',
  }),
  connect_timeout: key({
    schema: whole(1, 300),
    about: 'Seconds until TCP is connected, for each address. Default: 8.',
    example: '3',
  }),
  auth_timeout: key({
    schema: whole(1, 300),
    about: 'Seconds for key exchange and login, the time of typing apart. Default: SSH_TIMEOUT.',
    example: '10',
  }),
  timeout: key({
    schema: whole(1, 300),
    about: 'Seconds for the connection in all, the time of typing apart. Default: SSH_TIMEOUT.',
    example: '30',
  }),
  keepalive: key({
    schema: whole(0, 3600),
    about:
      'Seconds between signs of life; after three without an answer the connection ends. 0: none. Default: 15.',
    example: '30',
  }),
  password_fallback: key({
    schema: yesNo,
    about: 'When the key is refused, try the password of the same account. Default: no.',
    example: 'yes',
  }),
} as const

/** How the programs there are spoken to: for assets and accounts. */
const sessions = {
  charset: key({
    schema: oneOf('utf-8', 'gbk', 'gb18030', 'big5', 'shift_jis', 'latin1'),
    about: 'Encoding of what programs there print and read. Default: utf-8.',
    example: 'gb18030',
  }),
  backspace: key({
    schema: oneOf('as-is', 'bs', 'del'),
    about:
      'What the Backspace key sends: as the client does, always BS (8), or always DEL (127). Default: as-is.',
    example: 'bs',
  }),
  telnet_regex: key({
    schema: pattern,
    about: 'Regular expression for the prompt that shows that a telnet login worked. Default: none.',
    example: "'^<.*>$'",
  }),
  telnet_account_prompt: key({
    schema: pattern,
    about: 'Regular expression for the line in which a telnet server asks for the account. Default: none.',
    example: "'Operator ID =>'",
  }),
  telnet_password_prompt: key({
    schema: pattern,
    about: 'Regular expression for the line in which a telnet server asks for the password. Default: none.',
    example: "'Pass code =>'",
  }),
  become: key({
    schema: z.string().min(1, 'must not be empty').max(200, 'must have no more than 200 characters'),
    about: 'Command sent after a telnet login to get more rights: enable, super, su - root. Default: none.',
    example: 'enable',
  }),
  become_password_file: key({
    schema: z.string().startsWith('/', 'must be an absolute path'),
    about:
      'File that holds the password that command asks for; only the daemon may read it. Default: the password of the account.',
    example: '/etc/cocod/enable-password',
  }),
  remember_login: key({
    schema: whole(0, 1440),
    about:
      'Minutes for which a name and password that a person typed, and that worked, are kept in memory for that person. Default: 0.',
    example: '60',
  }),
  reuse: key({
    schema: yesNo,
    about: 'Use one connection for several sessions of the same person from the same address. Default: no.',
    example: 'yes',
  }),
  reuse_minutes: key({
    schema: whole(1, 1440),
    about:
      'A connection older than this takes no new session: groups changed on the asset count from then on. Default: 10.',
    example: '5',
  }),
  reuse_idle_seconds: key({
    schema: whole(0, 3600),
    about: 'A connection without a session is closed after this time. Default: 60.',
    example: '30',
  }),
} as const

/** What may go through a session's connection besides the session: for assets and accounts. */
const forwarding = {
  forward: key({
    schema: forwardRules,
    about:
      'Places the asset may connect to for a person who is logged in to it directly (-L, -D): asset-loopback (its own loopback, its login ports apart), host:port, *.corp:443, 10.0.0.0/8:*. Default: none.',
    example: 'asset-loopback, db.internal:5432',
  }),
  remote_forward: key({
    schema: forwardRules,
    about: 'Places the asset may listen on for such a person (-R), written as for forward. Default: none.',
    example: 'asset-loopback',
  }),
  forward_users: key({
    schema: names,
    about: 'User names all rules for forwarding are for, separated by commas; * is everybody. Default: *.',
    example: 'alice, bob',
  }),
  allow_unrecorded_jump: key({
    schema: yesNo,
    about:
      'Let people reach a login port of the asset through the bastion (ssh -J, -W) with secrets of their own: encrypted end to end, and so not recorded. Default: no.',
    example: 'yes',
  }),
  subsystems: key({
    schema: names,
    about:
      'Subsystems of SSH, other than sftp, that may be opened there (ssh -s), separated by commas. Default: none.',
    example: 'netconf',
  }),
} as const

/** Only of gateways. */
const gateways = {
  through: key({
    schema: z.string().min(1, 'must not be empty').max(128, 'must have no more than 128 characters'),
    about:
      'Name of another gateway of the same domain, through which this one is reached. Default: directly.',
    example: 'gw-outer',
  }),
} as const

/** All options by the kind of section they may stand in. */
export const OPTION_KEYS = {
  asset: { ...everywhere, ...sessions, ...forwarding },
  account: { ...everywhere, ...sessions, ...forwarding },
  gateway: { ...everywhere, ...gateways },
} as const satisfies Record<OptionKind, Readonly<Record<string, OptionKey>>>

/** What sections set: any of the options of a kind. */
export type OptionValues<Kind extends OptionKind> = {
  readonly [Key in keyof (typeof OPTION_KEYS)[Kind]]?:
    | ((typeof OPTION_KEYS)[Kind][Key] extends OptionKey<infer Schema> ? z.output<Schema> : never)
    | undefined
}

type Schemas<Keys extends Readonly<Record<string, OptionKey>>> = {
  readonly [Key in keyof Keys]: z.ZodOptional<Keys[Key]['schema']>
}

/** The options of a kind as optional members of a zod object. */
export function optionShape<Kind extends OptionKind>(kind: Kind): Schemas<(typeof OPTION_KEYS)[Kind]> {
  const entries = Object.entries(OPTION_KEYS[kind]).map(([name, { schema }]) => [name, schema.optional()])
  // Every key of the kind with its own schema: the mapped type says just that.
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion
  return Object.fromEntries(entries) as Schemas<(typeof OPTION_KEYS)[Kind]>
}

/** The options among the values of a larger section. */
export function optionsIn<Kind extends OptionKind>(
  kind: Kind,
  values: OptionValues<Kind>,
): OptionValues<Kind> {
  const names = Object.keys(OPTION_KEYS[kind])
  const own = Object.entries(values).filter(([name, value]) => names.includes(name) && value !== undefined)
  // Members of what came in, none changed.
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion
  return Object.fromEntries(own) as OptionValues<Kind>
}
