import { z } from 'zod'

/**
 * What core sends, as far as a bastion reads it (Jumpserver core 1.4-1.5.2). Unknown fields are dropped, fields that
 * one version lacks have defaults: core may grow.
 */

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')

/** The user object of logins and profiles. */
export const UserWire = z.object({
  id: z.string().min(1),
  username: z.string().min(1),
  name: text,
  role: text,
  /** 0 off, 1 on, 2 forced. */
  otp_level: z.number().nullish(),
  /** Active and not expired. */
  is_valid: z.boolean().nullish(),
})

/** POST /api/authentication/v1/auth/ and …/otp/auth/, status 200. */
export const LoginWire = z.object({ user: UserWire })

/** The same, status 300: the first factor was right, a second one is due. */
export const SecondFactorWire = z.object({ seed: z.string().min(1), user: UserWire })

/** GET /api/authentication/v1/connection-token/. */
export const ConnectionTokenWire = z.object({
  user: z.string().min(1),
  asset: z.string().min(1),
  system_user: z.string().min(1),
})

const AccessKeyWire = z.object({ id: z.guid(), secret: z.string().min(1) })

/** POST /api/terminal/v2/terminal-registrations/, status 201. */
export const RegistrationWire = z.object({ service_account: z.object({ access_key: AccessKeyWire }) })

/** POST /api/terminal/v1/terminal/, status 201: a request that an administrator has to accept. */
export const PendingTerminalWire = z.object({ id: z.guid(), token: z.string().min(1) })

/** GET /api/terminal/v1/terminal/<id>/access-key/, status 200. */
export const GivenKeyWire = z.object({ access_key: AccessKeyWire })

export const SystemUserWire = z.object({
  id: z.string().min(1),
  name: text,
  username: text,
  priority: z
    .number()
    .nullish()
    .transform((value) => value ?? 20),
  protocol: z
    .string()
    .nullish()
    .transform((value) => value ?? 'ssh'),
  login_mode: text,
  /** Absent before 1.4.10, when every grant meant everything. */
  actions: z
    .array(z.string())
    .nullish()
    .transform((value) => value ?? ['all', 'connect', 'upload_file', 'download_file', 'updownload']),
})

/** An item of /api/perms/v1/users/<id>/assets/. */
export const AssetWire = z.object({
  id: z.string().min(1),
  hostname: z.string(),
  ip: z.string(),
  /** `name/port`. Up to 1.5.0: `protocol` and `port` instead. */
  protocols: z.array(z.string()).nullish(),
  protocol: z.string().nullish(),
  port: z.number().nullish(),
  platform: text,
  comment: text,
  domain: z
    .string()
    .nullish()
    .transform((value) => value || null),
  org_id: text,
  org_name: text,
  /** Up to 1.5.1. */
  is_active: z.boolean().nullish(),
  system_users_granted: z
    .array(z.unknown())
    .nullish()
    .transform((value) => value ?? []),
})

/** An item of /api/perms/v1/users/<id>/nodes/, or of …/nodes-assets/, where its own assets are with it. */
export const NodeWire = z.object({
  id: z.string().min(1),
  /** Integers joined by `:`; `` for the stand-in of "nothing granted" of 1.5.1. */
  key: text,
  value: text,
  assets_amount: z
    .number()
    .nullish()
    .transform((value) => value ?? 0),
  org_id: text,
  org_name: text,
  /** What was made of the items: see ListReader. */
  assets_granted: z
    .array(z.unknown())
    .nullish()
    .transform((value) => value ?? []),
})

/** /api/assets/v1/domain/<id>/?gateway=1: secrets. */
export const DomainWire = z.object({ gateways: z.array(z.unknown()) })

export const GatewayWire = z.object({
  id: z.string().min(1),
  name: text,
  ip: z.string().min(1),
  port: z.number().int().min(1).max(65_535),
  protocol: z.string(),
  username: text,
  password: z.string().nullish(),
  private_key: z.string().nullish(),
  is_active: z.boolean().nullish(),
})

/** /api/assets/v1/system-user/<id>/asset/<id>/auth-info/: secrets. */
export const AuthInfoWire = z.object({
  username: text,
  password: z.string().nullish(),
  private_key: z.string().nullish(),
})

/** A choice is `{value, display}`, or the bare value. */
const bare = (choice: unknown): unknown =>
  typeof choice === 'object' && choice !== null && 'value' in choice ? choice.value : choice

/** An item of /api/assets/v1/system-user/<id>/cmd-filter-rules/. An unknown type is a shape we cannot enforce. */
export const CommandRuleWire = z.object({
  id: z.string(),
  type: z.preprocess(bare, z.enum(['command', 'regex'])),
  content: z.string(),
  action: z.preprocess(bare, z.number()),
  priority: z.number(),
  comment: text,
})

/** …/asset-permissions/user/validate/: 200 true, 403 false. */
export const VerdictWire = z.object({ msg: z.boolean() })

/** An item of the answer to a heartbeat. */
export const TaskWire = z.object({
  id: z.string().min(1),
  name: z.string(),
  args: text,
  is_finished: z.boolean().nullish(),
})

/** An item of GET /api/terminal/v1/command/. */
export const StoredCommandWire = z.object({ session: z.string(), input: z.string(), timestamp: z.number() })

/** A list that is plain, or a page of one (`{count, next, previous, results}`), whatever was asked for. */
export const ListWire = z.union([
  z.array(z.unknown()).transform((items) => ({ items, count: items.length })),
  z
    .object({ count: z.number(), results: z.array(z.unknown()) })
    .transform(({ count, results }) => ({ items: results, count })),
])
