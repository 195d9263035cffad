import { Login } from '../auth/login.ts'
import type { Penalties } from '../auth/penalties.ts'
import { RefusedKeys } from '../auth/refused-keys.ts'
import type { Clock } from '../base/clock.ts'
import type { Scope } from '../base/scope.ts'
import type { Settings } from '../config/settings.ts'
import type { AppService } from '../core/app-service.ts'
import type { Files } from '../files/files.ts'
import type { Log } from '../log.ts'
import type { Catalogues } from '../menu/catalogues.ts'
import type { SessionService } from '../session/session.ts'
import type { WebLogins, WebParts } from '../web/options.ts'
import { startWeb } from '../web/web.ts'

export interface WebDoorParts {
  readonly settings: Settings
  readonly standalone: boolean
  readonly host: string
  readonly sshPort: number
  readonly core: AppService
  readonly penalties: Penalties
  readonly sessions: SessionService
  readonly files: Files
  readonly catalogues: Catalogues
  readonly oversight: WebParts['oversight']
  readonly health: WebParts['health']
  readonly clock: Clock
  readonly log: Log
}

/** The web port as the settings want it. Resolves with the port it got. */
export function openWebDoor(parts: WebDoorParts, scope: Scope): Promise<number> {
  const { settings, host, sshPort, core, sessions, files, catalogues, oversight, health, clock, log } = parts
  const { TRUSTED_PEERS } = settings
  return startWeb(
    {
      options: {
        host,
        port: settings.HTTPD_PORT,
        basePath: settings.BASE_PATH,
        language: settings.LANGUAGE_CODE,
        sshPort: () => sshPort,
        isTrusted: (address) => TRUSTED_PEERS.has(address),
        graceMs: settings.WEB_GRACE_SECONDS * 1000,
        mostSocketsPerUser: settings.MAX_WEB_SOCKETS_PER_USER,
        mostUploadBytes: settings.WEB_UPLOAD_MAX_MB * 2 ** 20,
      },
      ...{ logins: loginsOf(parts), core, sessions, files, catalogues, oversight, health, clock, log },
    },
    scope,
  )
}

function loginsOf({ settings, standalone, core, penalties, clock, log }: WebDoorParts): WebLogins {
  if (!standalone) return { kind: 'core' }
  const refusedKeys = new RefusedKeys(clock)
  const options = {
    get passwordAuth() {
      return settings.PASSWORD_AUTH
    },
    publicKeyAuth: false,
    maxTries: settings.MAX_LOGIN_TRIES,
  }
  return {
    kind: 'own',
    penalties,
    login: (origin) => new Login({ core, options, refusedKeys, penalties, origin, clock, log }),
  }
}
