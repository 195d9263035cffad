import type { CoreLogin } from '../auth/login.ts'
import { Penalties } from '../auth/penalties.ts'
import type { Clock } from '../base/clock.ts'
import type { Settings } from '../config/settings.ts'
import type { Log } from '../log.ts'
import type { SshdOptions, SshdParts } from '../sshd/options.ts'
import { type Sshd, startSshd } from '../sshd/server.ts'
import type { SshdHandlers } from '../sshd/session-request.ts'

export interface SshDoorParts {
  readonly settings: Settings
  readonly host: string
  readonly hostKeys: SshdParts['hostKeys']
  readonly core: CoreLogin
  readonly penalties: Penalties
  readonly handlers: SshdHandlers
  readonly clock: Clock
  readonly log: Log
}

/** The SSH server as the settings want it. */
export function openSshDoor({ settings, host, ...parts }: SshDoorParts): Promise<Sshd> {
  return startSshd({ ...parts, options: sshdOptions(settings, host) })
}

/** What failed logins cost, for all doors together. */
export function penaltiesOf({ PENALTY_EXEMPT, TRUSTED_PEERS }: Settings, clock: Clock): Penalties {
  return new Penalties({
    clock,
    lenient: (address) => PENALTY_EXEMPT.has(address) || TRUSTED_PEERS.has(address),
  })
}

function sshdOptions(settings: Settings, host: string): SshdOptions {
  const { TRUSTED_PEERS, PROXY_PROTOCOL } = settings
  return {
    host,
    port: settings.SSHD_PORT,
    auth: authOptions(settings),
    language: settings.LANGUAGE_CODE,
    algorithms: settings.USER_ALGORITHMS,
    loginGraceSeconds: settings.LOGIN_GRACE_SECONDS,
    keepaliveSeconds: settings.KEEPALIVE_SECONDS,
    maxChannels: settings.MAX_CHANNELS,
    maxForwards: settings.MAX_FORWARDS,
    maxUnauthenticated: settings.MAX_UNAUTHENTICATED,
    maxUnauthenticatedPerSource: settings.MAX_UNAUTHENTICATED_PER_ADDRESS,
    proxyPeers: PROXY_PROTOCOL ? (address) => TRUSTED_PEERS.has(address) : undefined,
    banner: settings.BANNER,
  }
}

/** Read anew for each login: these may be changed while it runs. */
const authOptions = (settings: Settings): SshdOptions['auth'] => ({
  maxTries: settings.MAX_LOGIN_TRIES,
  get passwordAuth() {
    return settings.PASSWORD_AUTH
  },
  get publicKeyAuth() {
    return settings.PUBLIC_KEY_AUTH
  },
  get allowUsers() {
    return settings.ALLOW_SSH_USER && namesOf(settings.ALLOW_SSH_USER)
  },
  get blockUsers() {
    return namesOf(settings.BLOCK_SSH_USER)
  },
})

const namesOf = (names: readonly string[]): ReadonlySet<string> =>
  new Set(names.map((name) => name.normalize('NFC')))
