import { isIP } from 'node:net'
import { z } from 'zod'
import { Secret } from '../base/secret.ts'
import type { CommandStorage, ReplayStorage } from './model.ts'

/**
 * The storages of core's settings (TERMINAL_COMMAND_STORAGE, TERMINAL_REPLAY_STORAGE): an object told apart by TYPE, or
 * several, as a list or under names.
 */

const text = z.preprocess((value) => value ?? '', z.string().trim())
const filled = text.pipe(z.string().min(1))
const or = (otherwise: string) => text.transform((value) => value || otherwise)
const secret = filled.transform((value) => new Secret(value))
const url = filled.pipe(z.url({ protocol: /^https?$/ }))
/** An address without a scheme is one of https. */
const maybeUrl = text
  .transform((value) => (value === '' || value.includes('://') ? value || undefined : `https://${value}`))
  .pipe(z.url({ protocol: /^https?$/ }).optional())

const keys = { ACCESS_KEY: filled, SECRET_KEY: secret }

const s3 = z
  .object({ ...keys, BUCKET: or('jumpserver'), ENDPOINT: maybeUrl, REGION: text })
  .transform(
    ({ BUCKET: bucket, ACCESS_KEY: accessKey, SECRET_KEY: secretKey, ENDPOINT: endpoint, REGION }) => ({
      ...{ type: 's3' as const, bucket, accessKey, secretKey, endpoint },
      region: REGION || regionIn(endpoint),
    }),
  )

const ceph = z
  .object({
    ...keys,
    BUCKET: or('jumpserver'),
    HOSTNAME: filled,
    PORT: z.coerce.number().int().min(1).max(65_535),
  })
  .and(z.object({ REGION: text }))
  .transform(({ BUCKET: bucket, ACCESS_KEY: accessKey, SECRET_KEY: secretKey, HOSTNAME, PORT, REGION }) => ({
    ...{ type: 's3' as const, bucket, accessKey, secretKey, endpoint: `http://${HOSTNAME}:${PORT}` },
    region: REGION || undefined,
  }))

const oss = z
  .object({ ...keys, BUCKET: or('jumpserver'), ENDPOINT: maybeUrl })
  .transform(({ BUCKET: bucket, ACCESS_KEY: accessKey, SECRET_KEY: secretKey, ENDPOINT: endpoint }) => ({
    ...{ type: 'oss' as const, bucket, accessKey, secretKey, endpoint },
  }))

const azure = z
  // A suffix that is an address (`http://…`) is that of the blob service itself.
  .object({ CONTAINER_NAME: filled, ACCOUNT_NAME: filled, ACCOUNT_KEY: secret, ENDPOINT_SUFFIX: text })
  .transform(({ CONTAINER_NAME, ACCOUNT_NAME, ACCOUNT_KEY, ENDPOINT_SUFFIX }) => ({
    type: 'azure' as const,
    container: CONTAINER_NAME,
    accountName: ACCOUNT_NAME,
    accountKey: ACCOUNT_KEY,
    endpointSuffix: ENDPOINT_SUFFIX || 'core.chinacloudapi.cn',
  }))

const es = z
  .object({ HOSTS: z.array(url.transform((host) => new Secret(host))).min(1) })
  .and(z.object({ INDEX: or('jumpserver'), DOC_TYPE: or('command_store') }))
  .transform(({ HOSTS: hosts, INDEX: index, DOC_TYPE: docType }) => ({
    ...{ type: 'es' as const, hosts, index, docType },
  }))

const server = z.unknown().transform(() => ({ type: 'server' as const }))
const nowhere = z.unknown().transform(() => ({ type: 'null' as const }))

const COMMAND: Readonly<Record<string, z.ZodType<CommandStorage>>> = {
  server,
  null: nowhere,
  es,
  elasticsearch: es,
}
const REPLAY: Readonly<Record<string, z.ZodType<ReplayStorage>>> = {
  server,
  null: nowhere,
  s3,
  swift: s3,
  ceph,
  obs: s3,
  cos: s3,
  oss,
  azure,
}

export interface ReadStorages<S> {
  /** Undefined: what core names is not usable. Never empty. */
  readonly storages: readonly S[] | undefined
  /** Types of a later core: core itself takes the records then. */
  readonly unknown: readonly string[]
}

export const readCommandStorages = (value: unknown): ReadStorages<CommandStorage> => read(COMMAND, value)
export const readReplayStorages = (value: unknown): ReadStorages<ReplayStorage> => read(REPLAY, value)

const Typed = z.object({ TYPE: z.string().trim().min(1).max(64) })
const MOST_STORAGES = 16
const Several = z.union([
  z.array(Typed.loose()).min(1).max(MOST_STORAGES),
  z
    .record(z.string(), Typed.loose())
    .transform((named) => Object.values(named))
    .refine(({ length }) => length > 0 && length <= MOST_STORAGES),
])

type Known<S> = Readonly<Record<string, z.ZodType<S>>>

function read<S>(known: Known<S>, value: unknown): ReadStorages<S> {
  const several = Several.safeParse(value)
  const found = (several.success ? several.data : [value]).map((each) => readOne(known, each))
  const storages = found.flatMap(({ storage }) => (storage ? [storage] : []))
  const unknown = found.flatMap((each) => each.unknown ?? [])
  return { storages: storages.length === found.length ? storages : undefined, unknown }
}

function readOne<S>(known: Known<S>, value: unknown): { storage?: S; unknown?: string } {
  const typed = Typed.safeParse(value)
  if (!typed.success) return {}
  const type = typed.data.TYPE.toLowerCase()
  const schema = Object.hasOwn(known, type) ? known[type] : undefined
  if (!schema) return { unknown: type, ...readOne(known, { TYPE: 'server' }) }
  const parsed = schema.safeParse(value)
  return parsed.success ? { storage: parsed.data } : {}
}

/** Jumpserver's own rule: the second label of the host's name (`s3.cn-north-1.example.com`). */
function regionIn(endpoint: string | undefined): string | undefined {
  const { hostname } = new URL(endpoint ?? 'http://none')
  const labels = isIP(hostname) === 0 ? hostname.split('.') : []
  return labels.length > 2 ? labels[1] : undefined
}
