import { randomBytes } from 'node:crypto'
import { Login } from '../auth/login.ts'
import type { RefusedKeys } from '../auth/refused-keys.ts'
import { userAlgorithms } from '../ssh2/algorithms.ts'
import { type ClientInfo, type Connection, Server as Ssh2Server, type SshServer } from '../ssh2/library.ts'
import type { Admitted } from './admission.ts'
import { SshConnection } from './connection.ts'
import type { HostKey } from './host-keys.ts'
import type { SshdOptions, SshdParts } from './options.ts'

/** Says no more than it must. */
const IDENT = 'cocod'
/** RFC 4253 section 4.2 */
export const IDENT_LINE = `SSH-2.0-${IDENT}\r\n`
const KEEPALIVE_TRIES = 3

/** The library's server as the options want it; it is given sockets, and listens nowhere itself. */
export function makeSshServer(
  options: SshdOptions,
  hostKeys: readonly HostKey[],
  onConnection: (client: Connection, info: ClientInfo) => void,
): SshServer {
  return new Ssh2Server(
    {
      hostKeys: hostKeys.map(({ privateKey }) => privateKey.reveal()),
      algorithms: userAlgorithms(options.algorithms),
      ident: IDENT,
      ...(options.banner !== undefined && { banner: lines(options.banner) }),
      keepaliveInterval: (options.keepaliveSeconds ?? 30) * 1000,
      keepaliveCountMax: KEEPALIVE_TRIES,
    },
    onConnection,
  )
}

export interface NewConnection {
  readonly client: Connection
  readonly admitted: Pick<Admitted, 'remoteAddr' | 'settle'>
  readonly clientVersion: string
  readonly refusedKeys: RefusedKeys
  /** Fires when the daemon stops. */
  readonly stopping: AbortSignal
  readonly onBroken: () => void
}

/** One SSH connection with a login of its own, and an id that finds its log lines. */
export function makeConnection(parts: SshdParts, made: NewConnection): SshConnection {
  const { core, options, handlers, penalties, clock, log } = parts
  const { client, admitted, clientVersion, refusedKeys, stopping, onBroken } = made
  const loginId = randomBytes(4).toString('hex')
  const { remoteAddr, settle } = admitted
  const { language } = options
  const origin = { remoteAddr, loginFrom: 'ST', language, loginId, client: clientVersion } as const
  const own = { origin, clock, log: log.child({ login: loginId }) }
  return new SshConnection({
    client,
    login: new Login({ core, options: options.auth, refusedKeys, penalties, ...own }),
    loginId,
    clientVersion,
    handlers,
    maxChannels: options.maxChannels ?? 10,
    maxForwards: options.maxForwards ?? 100,
    sha1: options.algorithms === 'legacy',
    clock,
    stopping,
    log,
    onReady: settle,
    onBroken,
  })
}

/** The library adds the last line end. */
const lines = (text: string): string => text.trimEnd().replace(/\r?\n/g, '\r\n')
