import type { Secret } from '../base/secret.ts'

/** A person, as core knows them (core's user object, reduced to what a bastion needs). */
export interface User {
  readonly id: string
  readonly username: string
  /** Display name. */
  readonly name: string
  /** Core's word for what they may do there: `Admin`, `User`, `Auditor`; others may come. Absent: an ordinary user. */
  readonly role?: string
}

/** An account on an asset that a user was granted. */
export interface SystemUser {
  readonly id: string
  readonly name: string
  /** Account name on the asset; empty: to be asked. */
  readonly username: string
  /** 1-100, higher wins. */
  readonly priority: number
  /** Protocol names are open-ended: unknown ones are kept and never connected. */
  readonly protocol: string
  readonly loginMode: 'auto' | 'manual'
  readonly actions: readonly string[]
}

/** A host a user was granted, with the accounts they may use there. */
export interface Asset {
  readonly id: string
  readonly hostname: string
  /** An address or a host name. */
  readonly ip: string
  readonly protocols: ReadonlyArray<{ readonly name: string; readonly port: number }>
  readonly platform: string
  readonly comment: string
  /** Id of the domain whose gateways lead there; null: directly. */
  readonly domain: string | null
  readonly orgId: string
  readonly orgName: string
  readonly systemUsers: readonly SystemUser[]
}

/** A node of Jumpserver's asset tree, as far as it was granted. */
export interface Node {
  readonly id: string
  /**
   * Its place: the parent's key and one number more. Each organisation has a root of its own. A parent may be missing
   * in what was granted: such a node belongs under its root.
   */
  readonly key: readonly number[]
  readonly name: string
  /** Distinct assets granted in it and below it. */
  readonly assetsAmount: number
  readonly orgId: string
  readonly orgName: string
}

/** What a session is to be opened on. */
export interface Target {
  readonly asset: Asset
  readonly systemUser: SystemUser
}

/** Secrets for one (asset, system user). Fetched at connect time, never kept, never logged. */
export interface Credentials {
  readonly username: string
  readonly password: Secret | undefined
  /** PEM or OpenSSH text. If it is encrypted, its passphrase is `password`. */
  readonly privateKey: Secret | undefined
}

/** A host that leads to the assets of a domain. Its secrets are handled like `Credentials`. */
export interface Gateway {
  readonly id: string
  readonly name: string
  readonly ip: string
  readonly port: number
  readonly username: string
  readonly password: Secret | undefined
  /** If it is encrypted, its passphrase is `password`. */
  readonly privateKey: Secret | undefined
}

/** A command rule of core (cmd-filter-rules), in order of evaluation. */
export interface CommandRule {
  readonly id: string
  readonly kind: 'command' | 'regex'
  readonly content: string
  readonly action: 'deny' | 'allow'
  readonly priority: number
  /** What an administrator wrote beside it; may be empty. */
  readonly comment: string
}

/** All that is needed to open one connection, from one call of AppService (`prepare`). */
export interface Prepared {
  readonly target: Target
  readonly credentials: Credentials
  readonly rules: readonly CommandRule[]
  /**
   * The active SSH gateways of the asset's domain, in no order: any of them leads there. Empty without a domain, and in
   * a domain that has none; an asset with a domain is never to be reached directly.
   */
  readonly gateways: readonly Gateway[]
}

/** Core's answer about a permission. No answer is not a no (docs/architecture.md, "core is away"). */
export type Permission = 'granted' | 'denied' | 'unknown'

/** A login as core judged it. */
export type AuthAnswer =
  | { readonly kind: 'accepted'; readonly user: User }
  /** The first factor was right; `seed` opens the second (valid 300 s). `user` is who it is for. */
  | { readonly kind: 'otp'; readonly seed: Secret; readonly user: User; readonly bound: boolean }
  /** `reason` is core's own text, for the log only. */
  | { readonly kind: 'refused'; readonly reason: string }

export interface LoginAttempt {
  readonly username: string
  readonly password?: Secret
  /** The base64 blob of the key, without type and comment. Only after its signature was verified. */
  readonly publicKey?: string
  readonly remoteAddr: string
  readonly loginType: 'T' | 'W'
}

/** A session as core is told of it (POST /api/terminal/v1/sessions/). */
export interface SessionRecord {
  /** UUID made by us. */
  readonly id: string
  /** `name (username)`. */
  readonly user: string
  readonly asset: string
  readonly systemUser: string
  readonly orgId: string
  readonly loginFrom: 'ST' | 'WT'
  readonly remoteAddr: string
  /** ms since the epoch. */
  readonly dateStart: number
}

/** One command for core (POST /api/terminal/v1/command/), uncut: the core room cuts to core's limits. */
export interface CommandRecord {
  readonly input: string
  readonly output: string
  /** ms since the epoch. */
  readonly at: number
}

/** Words for what is done with files: Jumpserver's own, then ours. `Unparsed`: a program whose transfers are not seen. */
export const FILE_OPERATIONS = [
  'Upload',
  'Append',
  'Download',
  'Delete',
  'Rename',
  'Mkdir',
  'Rmdir',
  'Symlink',
  'Hardlink',
  'Setstat',
  'Connect',
  'Unparsed',
] as const
export type FileOperation = (typeof FILE_OPERATIONS)[number]

/** One operation on files, for core (POST /api/audits/v1/ftp-log/), uncut. */
export interface FileLogRecord {
  /** UUID made by us: core knows a repeated one by it. */
  readonly id: string
  /** `name (username)`. */
  readonly user: string
  /** Host name. */
  readonly asset: string
  readonly systemUser: string
  readonly orgId: string
  readonly remoteAddr: string
  /** Core's page shows the word as it is. */
  readonly operate: FileOperation
  /** A path; of a renaming `old=>new`. */
  readonly filename: string
  /** What came of it in the end, also `false` for what was refused. */
  readonly isSuccess: boolean
  /** ms since the epoch. Kept here; core notes the time of arrival. */
  readonly at: number
}

/** Settings core hands out (GET /api/terminal/v1/terminal/config/). Absent: the local value stays. */
export interface CoreSettings {
  readonly passwordAuth?: boolean
  readonly publicKeyAuth?: boolean
  readonly heartbeatSeconds?: number
  readonly headerTitle?: string
  readonly hostKey?: Secret
  readonly maxIdleMinutes?: number
  /** Hours after which a session ends. Sent by later cores only. */
  readonly maxSessionHours?: number
  /** The order of lists of assets. */
  readonly sortBy?: 'hostname' | 'ip'
  /** Assets on one screen; `auto`: as many as fit. */
  readonly pageSize?: 'auto' | 'all' | number
  /** A further pattern that a telnet login was successful. */
  readonly telnetRegex?: string
  /** Days for which core keeps records. */
  readonly keepDays?: number
  /** Each takes all records. Never empty. */
  readonly commandStorages?: readonly CommandStorage[]
  readonly replayStorages?: readonly ReplayStorage[]
}

/** Where commands go. `server`: to core; `null`: nowhere. */
export type CommandStorage =
  | { readonly type: 'server' }
  | { readonly type: 'null' }
  | {
      readonly type: 'es'
      /** Addresses, which may carry a name and a password. */
      readonly hosts: readonly Secret[]
      readonly index: string
      readonly docType: string
    }

/** Where replays go, as `<UTC date of the start>/<session id>.replay.gz`. `server`: to core; `null`: nowhere. */
export type ReplayStorage =
  | { readonly type: 'server' }
  | { readonly type: 'null' }
  /** Also Ceph, Swift, OBS and COS, which speak S3. */
  | (ObjectStorage & { readonly type: 's3'; readonly region: string | undefined })
  | (ObjectStorage & { readonly type: 'oss' })
  | {
      readonly type: 'azure'
      readonly container: string
      readonly accountName: string
      readonly accountKey: Secret
      /** `core.windows.net`; or the address of the blob service itself. */
      readonly endpointSuffix: string
    }

export interface ObjectStorage {
  readonly bucket: string
  readonly accessKey: string
  readonly secretKey: Secret
  /** URL. Undefined: the provider's own. */
  readonly endpoint: string | undefined
}

/** The cookies of a browser that logged in to Jumpserver's web pages. */
export interface WebCookies {
  readonly sessionid: string
  readonly csrftoken: string
}

/** What a link to a web terminal stands for. Says who it is for; whether they may is still to be asked. */
export interface ConnectionLink {
  readonly user: User
  readonly assetId: string
  readonly systemUserId: string
}

/** An order from core, in the answer to a heartbeat. */
export interface Task {
  readonly id: string
  readonly name: string
  readonly args: string
}
