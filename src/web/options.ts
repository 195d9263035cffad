import type { Login } from '../auth/login.ts'
import type { Clock } from '../base/clock.ts'
import type { AppService } from '../core/app-service.ts'
import type { Files } from '../files/files.ts'
import type { Language } from '../i18n/i18n.ts'
import type { Log } from '../log.ts'
import type { Catalogues } from '../menu/catalogues.ts'
import type { Principal } from '../session/principal.ts'
import type { SessionService } from '../session/session.ts'
import type { LoginPenalties } from './login-routes.ts'
import type { OversightParts } from './oversight/oversight.ts'
import type { TrustedPeer } from './peer.ts'

export interface WebOptions {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** `/bastion`, or empty: what a proxy leaves before our paths. */
  readonly basePath: string
  readonly language: Language
  /** Port of the SSH door, for the page that tells how to use it. */
  readonly sshPort: () => number
  readonly isTrusted: TrustedPeer
  readonly graceMs: number
  readonly mostSocketsPerUser: number
  /** Of one file. */
  readonly mostUploadBytes: number
}

/** How people of the web port are known. */
export type WebLogins =
  /** Without a Jumpserver: at our own page. */
  | {
      readonly kind: 'own'
      readonly login: (origin: Omit<Principal, 'user'>) => Login
      readonly penalties: LoginPenalties
    }
  /** At Jumpserver's. */
  | { readonly kind: 'core' }

export interface WebParts {
  readonly options: WebOptions
  readonly logins: WebLogins
  readonly core: Pick<
    AppService,
    'assets' | 'nodes' | 'nodeAssets' | 'targetById' | 'connectionToken' | 'userByCookie'
  >
  readonly sessions: Pick<SessionService, 'open'>
  readonly files: Pick<Files, 'client'>
  readonly catalogues: Catalogues
  readonly oversight: OversightParts
  /** Undefined: well; else what is wrong. Decides the answer of /healthz, which tells strangers no more than that. */
  readonly health: () => string | undefined
  readonly clock: Clock
  readonly log: Log
}
