import type { AssetOptions } from '../asset-options/asset-options.ts'
import type { Clock } from '../base/clock.ts'
import type { Prepared } from '../core/model.ts'
import type { Log } from '../log.ts'
import { AssetError } from './asset-error.ts'
import type { AssetConnection } from './connection.ts'
import type { ConnectDialogue, Question } from './dialogue.ts'
import type { HostKeys } from './host-keys.ts'
import type { Path, Paths } from './path.ts'
import type { LoginSecrets, TypedLogin } from './ssh-auth.ts'
import { SshConnection } from './ssh-connection.ts'
import * as failure from './ssh-failure.ts'
import { SshHandshake } from './ssh-handshake.ts'
import { endpointOf, secretsOf } from './ssh-target.ts'
import { TimeLimit } from './time-limit.ts'

/** What every connection is made with. */
export interface SshParts {
  readonly paths: Paths
  readonly hostKeys: HostKeys
  readonly clock: Clock
  readonly log: Log
}

export interface SshRequest {
  readonly prepared: Prepared
  readonly options: AssetOptions
  readonly dialogue: ConnectDialogue | undefined
  /** What the person typed before, if that is remembered. */
  readonly remembered?: TypedLogin | undefined
}

export interface SshLogin {
  readonly connection: AssetConnection
  /** What the person typed, and it was right. */
  readonly typed: TypedLogin | undefined
}

/** For a shell or command to be opened, ms. */
const CHANNEL_LIMIT = 15_000

/**
 * Connects to an asset and logs in: resolve, judge the address, gateways, TCP, key exchange, host key, login. One
 * total time limit, which stands still while the person is asked; nothing is left open when it fails.
 * @throws {AssetError}; the signal's reason when it fires
 */
export async function connectSsh(
  parts: SshParts,
  request: SshRequest,
  signal: AbortSignal,
): Promise<SshLogin> {
  const { prepared, options, remembered } = request
  const { asset } = prepared.target
  using limit = new TimeLimit(parts.clock, options.timeout * 1000, signal)
  try {
    const endpoint = endpointOf(prepared, 'ssh')
    const { algorithms: preset, password_fallback: fallback } = options
    const secrets = secretsOf(prepared, { preset, fallback, remembered })
    refuseUnanswerable(secrets, request)
    const path = await openPath(parts, request, limit)
    return await logIn(parts, { ...request, path, secrets, limit, endpoint }, signal)
  } catch (error) {
    throw error instanceof AssetError ? error.of(asset.hostname) : error
  }
}

/** A machine is told before anything is dialled that a person would be asked. */
function refuseUnanswerable(
  { account, key, password }: LoginSecrets,
  { prepared, dialogue }: SshRequest,
): void {
  if (dialogue?.ask || (account !== '' && (key || password))) return
  const { asset, systemUser } = prepared.target
  throw new AssetError('ASSET_NO_CREDENTIALS', {
    step: 'log in',
    message: `there is no ${account === '' ? 'account name' : 'password or key'} stored for ${systemUser.name}, and nobody to ask`,
    next: 'Store one in the management server, or connect with a terminal, where it can be typed.',
    facts: { asset: asset.hostname, account: account || systemUser.name },
  })
}

/** A way to the asset's port, within the time limit. Also for what is no SSH. */
export async function openPath(
  { paths }: Pick<SshParts, 'paths'>,
  { prepared, options, dialogue }: Pick<SshRequest, 'prepared' | 'options' | 'dialogue'>,
  limit: TimeLimit,
): Promise<Path> {
  const { target, gateways } = prepared
  const endpoint = endpointOf(prepared, target.systemUser.protocol)
  const place = { ...endpoint, address: `${endpoint.host}:${endpoint.port}` }
  const request = { endpoint, domain: target.asset.domain, gateways, connectSeconds: options.connect_timeout }
  const opening = paths.open(request, (progress) => dialogue?.progress(progress), limit.signal)
  return await limit.race(opening, () => failure.timeout('connect', options.timeout * 1000, place))
}

interface LogIn extends SshRequest {
  readonly path: Path
  readonly secrets: LoginSecrets
  readonly limit: TimeLimit
  readonly endpoint: { readonly host: string; readonly port: number }
}

async function logIn(
  { hostKeys, clock, log }: SshParts,
  { prepared, options, dialogue, path, secrets, limit, endpoint }: LogIn,
  signal: AbortSignal,
): Promise<SshLogin> {
  const { asset } = prepared.target
  const { stream, address } = path
  using auth = new TimeLimit(clock, options.auth_timeout * 1000, limit.signal)
  const asked = dialogue?.ask?.bind(dialogue)
  const ask =
    asked && ((question: Question) => limit.suspend(() => auth.suspend(() => asked(question, signal))))
  const handshake = new SshHandshake(
    {
      ...{ stream, address, name: asset.hostname, secrets, ask, hostKeys, log },
      host: { ...endpoint, zone: asset.domain ?? undefined },
      policy: options.host_key_policy,
      preset: options.algorithms,
      keepaliveSeconds: options.keepalive,
    },
    (event) => dialogue?.progress(event),
  )
  const tooLate = (seconds: number) => () =>
    failure.timeout(handshake.step, seconds * 1000, { ...endpoint, address })
  try {
    await limit.race(auth.race(handshake.run(), tooLate(options.auth_timeout)), tooLate(options.timeout))
  } catch (error) {
    stream.destroy()
    throw error
  }
  const { account, typed } = handshake.login
  const connection = new SshConnection({
    ...{ client: handshake.client, stream, address, account, clock, log },
    asset: asset.hostname,
    channelLimit: CHANNEL_LIMIT,
  })
  return { connection, typed }
}
