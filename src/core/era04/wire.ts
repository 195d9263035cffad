import { z } from 'zod'

/** What core 0.4 sends, as far as a bastion reads it. Ids are integers there; inside they are text, as everywhere here. */

export const id = z.union([z.number().int(), z.string().min(1)]).transform(String)

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')

/** POST /api/users/v1/auth/, status 200. `role` is a text for people there, not the word of later cores. */
export const LoginWire = z.object({
  token: z.string().min(1),
  user: z.object({ id, username: z.string().min(1), name: text, is_active: z.boolean().nullish() }),
})

/** POST /api/applications/v1/terminal/register/, status 201. */
export const RegistrationWire = z.object({
  access_key_id: z.string().min(1),
  access_key_secret: z.string().min(1),
})

/** POST /api/applications/v1/terminal/heatbeat/, status 201. */
export const BeatWire = z.object({
  tasks: z
    .array(z.unknown())
    .nullish()
    .transform((tasks) => tasks ?? []),
})

/** An order: `kill_proxy` is the only one there is. */
export const TaskWire = z.object({ name: z.string(), proxy_log_id: z.number().int().nullish() })

/** POST /api/audits/v1/proxy-log/receive/, status 201. */
export const ProxyLogWire = z.object({ id: z.number().int() })

/** An item of my/asset-groups/. */
export const GroupWire = z.object({
  id,
  name: text,
  assets_amount: z
    .number()
    .nullish()
    .transform((amount) => amount ?? 0),
})

/** An asset, with what later cores say in another way. */
export const AssetWire = z.looseObject({
  id,
  system_users_granted: z.array(z.unknown()).nullish(),
  system_users: z.array(z.unknown()).nullish(),
})

export const SystemUserWire = z.looseObject({ id })
