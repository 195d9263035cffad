// What went wrong between the TCP connection and the login, as AssetErrors.
import { reasonOf } from '../base/fault.ts'
import type { AlgorithmPreset } from '../ssh2/algorithms.ts'
import type { Disagreement } from '../ssh2/server-hello.ts'
import { AssetError, type AssetErrorCode } from './asset-error.ts'
import type { HostKeyVerdict } from './host-keys.ts'
import type { Authentication } from './ssh-auth.ts'

export interface Place {
  /** As the asset is known. */
  readonly host: string
  readonly port: number
  /** `address:port`, resolved. */
  readonly address: string
}

const factsOf = ({ host, port, address }: Place) => ({ host, port, address })

/** Undefined where the key may be used. */
export function ofHostKey(verdict: HostKeyVerdict, found: string, place: Place): AssetError | undefined {
  if (verdict.kind === 'changed') {
    return new AssetError('ASSET_HOST_KEY_CHANGED', {
      step: 'host key',
      message: `the host key of ${place.host} changed from ${verdict.known} to ${found}; nothing was sent to it`,
      next: 'If the machine was rebuilt, run: cocod hostkey accept NAME. If not, somebody may listen.',
      facts: { ...factsOf(place), known: verdict.known, found },
    })
  }
  if (verdict.kind !== 'unknown') return undefined
  return new AssetError('ASSET_HOST_KEY_UNKNOWN', {
    step: 'host key',
    message: `the host key ${found} of ${place.host} is not pinned, and the policy is strict`,
    next: 'Check the fingerprint on the machine, then run: cocod hostkey accept NAME.',
    facts: { ...factsOf(place), found },
  })
}

export function ofAlgorithms(
  { list, offered, ours }: Disagreement,
  preset: AlgorithmPreset | undefined,
  place: Place,
): AssetError {
  const [theirs, own] = [offered.join(', ').slice(0, 400), ours.join(', ')]
  return new AssetError(preset ? 'ASSET_ALGORITHMS_PRESET' : 'ASSET_ALGORITHMS', {
    step: 'key exchange',
    message: `${place.host} and this bastion have no ${list} algorithm in common: it offers ${theirs}; allowed here are ${own}`,
    next: preset
      ? `Update the SSH server there, or allow older algorithms for this asset: option algorithms = ${preset}.`
      : 'Update the SSH server there, or configure it to offer one of those.',
    facts: { ...factsOf(place), list, offered: theirs, ours: own, preset: preset ?? '' },
  })
}

/** Every attempt was turned down, or there was none to make. */
export function ofLogin(
  login: Pick<Authentication, 'tried' | 'offered' | 'account' | 'keptBack'>,
  place: Place,
): AssetError {
  const { tried, offered, account, keptBack } = login
  const methods = { tried: tried.join(', ') || '-', offered: offered.join(', ') || '-' }
  return new AssetError(keptBack ? 'ASSET_AUTH_KEY' : 'ASSET_AUTH', {
    step: 'log in',
    message: `${place.host} refused ${account} (tried ${methods.tried}; it takes ${methods.offered})`,
    next: keptBack
      ? 'Put the public key there; or let the password be tried after the key: option password_fallback = yes.'
      : 'Check the password or key stored for this account.',
    facts: { ...factsOf(place), account, ...methods },
  })
}

export const passwordExpired = (place: Place): AssetError =>
  new AssetError('ASSET_PASSWORD_EXPIRED', {
    step: 'log in',
    message: `${place.host} wants a new password for the account`,
    next: 'Change the password on the machine and in the management server.',
    facts: factsOf(place),
  })

export const accountExpired = (said: string, account: string, place: Place): AssetError =>
  new AssetError('ASSET_ACCOUNT_EXPIRED', {
    step: 'log in',
    message: `the account ${account} has expired on ${place.host}: ${said.trim()}`,
    next: 'Extend the account on the machine (chage -E), or give the asset another one.',
    facts: { ...factsOf(place), account, said: said.trim().slice(0, 200) },
  })

/** Broken off, or not understood. `cause` undefined: the connection was just closed. */
export function ofProtocol(cause: unknown, step: string, place: Place): AssetError {
  const facts = { ...factsOf(place), step }
  if (step === 'banner') {
    return new AssetError('ASSET_NOT_SSH', {
      step,
      message: `what answers on ${place.address} does not speak SSH${reason(cause)}`,
      next: 'Check the port of the asset; a server with too many connections can look like this too.',
      facts,
      cause,
    })
  }
  return new AssetError('ASSET_LOST', {
    step,
    message: `${place.host} ended the connection${reason(cause)}`,
    next: 'Look into the log of the SSH server there.',
    facts,
    cause,
  })
}

/** Which service kept us waiting depends on how far we got. */
export const timeout = (step: string, limit: number, place: Place): AssetError =>
  new AssetError(TOO_LATE.get(step) ?? 'ASSET_STALLED', {
    step,
    message: `${place.host} did not finish in time (${step})`,
    next:
      step === 'resolve'
        ? 'Look at the name server of this machine.'
        : 'Look at the load and the log of the machine.',
    facts: { ...factsOf(place), step, seconds: Math.max(1, Math.round(limit / 1000)) },
  })

const TOO_LATE: ReadonlyMap<string, AssetErrorCode> = new Map<string, AssetErrorCode>([
  ['resolve', 'ASSET_NAME_TIMEOUT'],
  ['connect', 'ASSET_TIMEOUT'],
])

/** A gateway did not make the connection (RFC 4254 section 5.1 has the reasons). */
export function ofForward(cause: Error, place: Place, gateway: string): AssetError {
  const prohibited = 'reason' in cause && cause.reason === 1
  if (prohibited || /prohibited/i.test(cause.message)) {
    return new AssetError('ASSET_GATEWAY_FORBIDS', {
      step: 'gateway',
      message: `gateway ${gateway} does not forward to ${place.address}${reason(cause)}`,
      next: 'Allow TCP forwarding for this account on the gateway (AllowTcpForwarding, PermitOpen).',
      facts: { ...factsOf(place), gateway },
      cause,
    })
  }
  const code = /refused/i.test(cause.message) ? 'ASSET_REFUSED' : 'ASSET_UNREACHABLE'
  return new AssetError(code, {
    step: 'connect',
    message: `gateway ${gateway} could not connect to ${place.address}${reason(cause)}`,
    next: 'Check that the service runs there and that the gateway can reach it.',
    facts: { ...factsOf(place), gateway },
    cause,
  })
}

export const ofGateway = (cause: unknown): AssetError =>
  new AssetError('ASSET_LOST', {
    step: 'gateway',
    message: `the gateway ended the connection${reason(cause)}`,
    next: 'Look into the log of the SSH server on the gateway.',
    facts: { step: 'gateway' },
    cause,
  })

const reason = (cause: unknown): string => (cause === undefined ? '' : `: ${reasonOf(cause)}`)
