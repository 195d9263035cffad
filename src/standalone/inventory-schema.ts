import { z } from 'zod'
import { optionShape } from '../asset-options/keys.ts'
import { ACTIONS } from './inventory.ts'
import { PASSWORD_HASH } from './passwords.ts'

// Core's own limits are kept (models of assets and users): what standalone takes, a Jumpserver takes too.

const line = (most: number) => z.string().max(most, `must have no more than ${most} characters`)
const filled = (most: number) => line(most).min(1, 'must not be empty')
/** Names, separated by commas. */
const names = z.string().transform((text) =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== ''),
)
const port = z.string().transform((text, context) => {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (number >= 1 && number <= 65_535) return number
  context.addIssue('must be a port, 1 to 65535')
  return z.NEVER
})
const yesNo = z
  .enum(['yes', 'no', 'true', 'false'], 'must be yes or no')
  .transform((word) => word === 'yes' || word === 'true')

const PROTOCOLS = ['ssh', 'telnet', 'rdp', 'vnc'] as const
const protocol = z.enum(PROTOCOLS, `must be one of ${PROTOCOLS.join(', ')}`)
const protocols = names.transform((items, context) => {
  const parsed = items.map((item) => /^(ssh|telnet|rdp|vnc)\/(\d{1,5})$/.exec(item))
  const known = parsed.flatMap((match) => (match ? [{ name: match[1] ?? '', port: Number(match[2]) }] : []))
  const fine =
    known.length === items.length &&
    known.length > 0 &&
    known.every((one) => one.port >= 1 && one.port <= 65_535)
  if (fine && new Set(known.map(({ name }) => name)).size === known.length) return known
  context.addIssue('must be a list like ssh/22, telnet/23, each protocol once')
  return z.NEVER
})
const actions = names.transform((items, context) => {
  const wrong = items.find((item) => !Object.hasOwn(ACTIONS, item))
  if (wrong === undefined && items.length > 0) return items
  context.addIssue(`must be a list of ${Object.keys(ACTIONS).join(', ')}`)
  return z.NEVER
})
/** A time with its offset, or a day: which begins, or as an end is over, at midnight UTC. */
const time = z.string().transform((text, context) => {
  const form = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))?$/.test(text)
  const at = form ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(at)) return at
  context.addIssue('must be a day like 2030-01-31 or a time like 2030-01-31T18:00:00+08:00')
  return z.NEVER
})
const priority = z
  .string()
  .regex(/^([1-9]\d?|100)$/, 'must be a number, 1 to 100')
  .transform(Number)
/** Paths like `db/mysql`; what stands between the slashes is trimmed. */
const groups = names.transform((items, context) => {
  const paths = items.map((item) => item.split('/').map((part) => part.trim()))
  if (paths.every((parts) => parts.every((part) => part !== '' && [...part].length <= 128))) {
    return [...new Set(paths.map((parts) => parts.join('/')))]
  }
  context.addIssue('must be a list of names, or paths like db/mysql')
  return z.NEVER
})
const PLATFORMS = ['Linux', 'Unix', 'MacOS', 'BSD', 'Windows', 'Windows2016', 'Other'] as const

/** Keys of each kind of section. Which of them exclude each other is judged in `inventory-file.ts`. */
export const SECTIONS = {
  user: z.strictObject({
    name: filled(128).optional(),
    password_hash: z
      .string()
      .regex(PASSWORD_HASH, 'must be a hash made by this program ($scrypt$ln=17,r=8,p=1$...)')
      .optional(),
    password_file: filled(4096).optional(),
    public_key_file: filled(4096).optional(),
    totp_secret_file: filled(4096).optional(),
    admin: yesNo.default(false),
  }),
  asset: z.strictObject({
    address: filled(128),
    port: port.optional(),
    protocols: protocols.optional(),
    platform: z.enum(PLATFORMS, `must be one of ${PLATFORMS.join(', ')}`).default('Linux'),
    comment: line(128).default(''),
    accounts: names.default([]),
    groups: groups.default([]),
    gateways: names.default([]),
    ...optionShape('asset'),
  }),
  account: z.strictObject({
    username: line(128).default(''),
    protocol: protocol.default('ssh'),
    password: z.string().min(1, 'must not be empty').optional(),
    password_file: filled(4096).optional(),
    private_key_file: filled(4096).optional(),
    priority: priority.default(20),
    ...optionShape('account'),
  }),
  gateway: z.strictObject({
    address: filled(128),
    port: port.default(22),
    username: filled(128),
    password: z.string().min(1, 'must not be empty').optional(),
    password_file: filled(4096).optional(),
    private_key_file: filled(4096).optional(),
    ...optionShape('gateway'),
  }),
  permission: z.strictObject({
    users: names,
    assets: names,
    accounts: names.default(['*']),
    actions: actions.default(['all']),
    from: time.optional(),
    until: time.optional(),
  }),
  rule: z.strictObject({
    commands: filled(1024).optional(),
    regex: filled(1024).optional(),
    action: z.enum(['deny', 'allow'], 'must be deny or allow').default('deny'),
    accounts: names.default(['*']),
    priority: priority.default(50),
    comment: line(64).default(''),
  }),
} as const

/** `public_key`, `public_key_2`, `public_key_3` ...: a user may have several. */
export const PUBLIC_KEY = /^public_key(_[2-9]|_[1-9]\d)?$/

/** An OpenSSH public key line; group 1 is the base64 blob. */
export const PUBLIC_KEY_LINE =
  /^(?:ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)|sk-ssh-ed25519@openssh\.com|sk-ecdsa-sha2-nistp256@openssh\.com)\s+([A-Za-z0-9+/]+=*)(?:\s.*)?$/
