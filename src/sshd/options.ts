import type { CoreLogin } from '../auth/login.ts'
import type { AuthOptions } from '../auth/outcome.ts'
import type { Penalties } from '../auth/penalties.ts'
import type { Clock } from '../base/clock.ts'
import type { Language } from '../i18n/i18n.ts'
import type { Log } from '../log.ts'
import type { AlgorithmPreset } from '../ssh2/algorithms.ts'
import type { HostKey } from './host-keys.ts'
import type { SshdHandlers } from './session-request.ts'

export interface SshdOptions {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  readonly auth: AuthOptions
  /** Until a client tells its own. */
  readonly language: Language
  /** From connect to the end of the login. */
  readonly loginGraceSeconds?: number
  readonly keepaliveSeconds?: number
  readonly maxChannels?: number
  readonly maxForwards?: number
  readonly maxUnauthenticated?: number
  readonly maxUnauthenticatedPerSource?: number
  /** How old clients may be; `modern` unless told. */
  readonly algorithms?: AlgorithmPreset
  /** Load balancers: all of their connections begin with a PROXY header, and nobody else's is believed. */
  readonly proxyPeers?: ((address: string) => boolean) | undefined
  /** Shown before the login (RFC 4252 section 5.4). */
  readonly banner?: string | undefined
  /** What visits get to come to their end when the daemon stops. */
  readonly stopSeconds?: number
}

export interface SshdParts {
  readonly options: SshdOptions
  /** A promise: clients that come before it is kept wait for it, within their grace time. It must not be left to reject. */
  readonly hostKeys: readonly HostKey[] | Promise<readonly HostKey[]>
  readonly core: CoreLogin
  readonly penalties: Penalties
  readonly handlers: SshdHandlers
  readonly clock: Clock
  readonly log: Log
}
