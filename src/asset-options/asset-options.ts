import type { OptionKind, OptionValues } from './keys.ts'
import { matches, type Pattern } from './pattern.ts'

type Complete<Values> = { readonly [Key in keyof Values]-?: Exclude<Values[Key], undefined> }
/** Options that may be left without a value. */
type Open =
  | 'telnet_regex'
  | 'telnet_account_prompt'
  | 'telnet_password_prompt'
  | 'become'
  | 'become_password_file'

/** All options of one asset under one account. */
export type AssetOptions = Complete<Omit<OptionValues<'asset'>, Open>> & Pick<OptionValues<'asset'>, Open>
/** All options of one gateway. */
export type GatewayOptions = Complete<Omit<OptionValues<'gateway'>, 'through'>> &
  Pick<OptionValues<'gateway'>, 'through'>

/** The part of a target that options go by. */
export interface OptionTarget {
  readonly asset: { readonly id: string; readonly hostname: string; readonly ip: string }
  readonly systemUser: { readonly id: string; readonly name: string; readonly username: string }
}

export interface OptionGateway {
  readonly id: string
  readonly name: string
  readonly ip: string
}

/** A section such as `[asset web-*]`, checked. */
export type OptionSection = {
  [Kind in OptionKind]: {
    readonly kind: Kind
    readonly patterns: readonly Pattern[]
    readonly values: OptionValues<Kind>
  }
}[OptionKind]

/** Options of things known by id: those of an inventory, as it is in force at the time of the call. */
export interface OwnOptions {
  asset(id: string): OptionValues<'asset'> | undefined
  account(id: string): OptionValues<'account'> | undefined
  gateway(id: string): OptionValues<'gateway'> | undefined
}

export interface OptionSources {
  /** Of the configuration file, in its order. */
  readonly sections: readonly OptionSection[]
  readonly own?: OwnOptions | undefined
  /** Settings that are the defaults of options. */
  readonly hostKeyPolicy: AssetOptions['host_key_policy']
  readonly totalSeconds: number
}

/**
 * What holds for one asset, account or gateway. Later sections win over earlier ones, the inventory's own over the
 * configuration file's, and those of an account over those of an asset.
 */
export class OptionResolver {
  readonly #sources: OptionSources

  constructor(sources: OptionSources) {
    this.#sources = sources
  }

  /** To be asked at each connection: the inventory may have changed. */
  assetOptions({ asset, systemUser }: OptionTarget): AssetOptions {
    const { own } = this.#sources
    return layered<AssetOptions>({ ...this.#defaults(), ...SESSION_DEFAULTS }, [
      ...this.#sessionLayers('asset', [asset.hostname, asset.ip]),
      own?.asset(asset.id),
      ...this.#sessionLayers('account', [systemUser.name, systemUser.username]),
      own?.account(systemUser.id),
    ])
  }

  gatewayOptions({ id, name, ip }: OptionGateway): GatewayOptions {
    const { sections, own } = this.#sources
    const named = sections.flatMap(({ kind, patterns, values }) =>
      kind === 'gateway' && [name, ip].some((each) => matches(patterns, each)) ? [values] : [],
    )
    return layered<GatewayOptions>(this.#defaults(), [...named, own?.gateway(id)])
  }

  #defaults() {
    const { hostKeyPolicy: host_key_policy, totalSeconds } = this.#sources
    return { ...DEFAULTS, host_key_policy, auth_timeout: totalSeconds, timeout: totalSeconds }
  }

  #sessionLayers(wanted: 'asset' | 'account', names: readonly string[]): Array<OptionValues<'asset'>> {
    return this.#sources.sections.flatMap(({ kind, patterns, values }) =>
      kind === wanted && names.some((name) => matches(patterns, name)) ? [values] : [],
    )
  }
}

type Layer<T> = { readonly [Key in keyof T]?: T[Key] | undefined } | undefined

/** What a later layer says wins; a layer that says nothing of a key leaves it. */
function layered<T extends object>(base: T, layers: ReadonlyArray<Layer<T>>): T {
  const all = { ...base }
  for (const layer of layers) {
    for (const [key, value] of Object.entries(layer ?? {})) {
      if (value !== undefined) Object.assign(all, { [key]: value })
    }
  }
  return all
}

const DEFAULTS = {
  algorithms: 'modern',
  connect_timeout: 8,
  keepalive: 15,
  password_fallback: false,
} as const

const SESSION_DEFAULTS = {
  charset: 'utf-8',
  backspace: 'as-is',
  remember_login: 0,
  reuse: false,
  reuse_minutes: 10,
  reuse_idle_seconds: 60,
  forward: [],
  remote_forward: [],
  forward_users: ['*'],
  allow_unrecorded_jump: false,
  subsystems: [],
} as const
