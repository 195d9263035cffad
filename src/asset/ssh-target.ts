// What core says of a target, as an SSH connection needs it.
import { Fault, reasonOf } from '../base/fault.ts'
import type { Secret } from '../base/secret.ts'
import type { Prepared } from '../core/model.ts'
import type { AlgorithmPreset } from '../ssh2/algorithms.ts'
import { parsePrivateKey, withoutSha1 } from '../ssh2/keys.ts'
import type { ParsedKey } from '../ssh2/library.ts'
import { AssetError } from './asset-error.ts'
import type { Endpoint } from './destination.ts'
import type { LoginSecrets, TypedLogin } from './ssh-auth.ts'

/** Where a target's protocol is spoken. @throws {AssetError} ASSET_PROTOCOL */
export function endpointOf({ target: { asset, systemUser } }: Prepared, protocol: string): Endpoint {
  const port = asset.protocols.find(({ name }) => name === protocol)?.port
  if (systemUser.protocol === protocol && port !== undefined) return { host: asset.ip, port }
  throw new AssetError('ASSET_PROTOCOL', {
    step: 'connect',
    message: `${asset.hostname} cannot be reached by ${protocol} as ${systemUser.name} (${systemUser.protocol})`,
    next: `Give the asset a port for ${protocol} and choose an account for it.`,
    facts: { asset: asset.hostname, account: systemUser.username, protocol: systemUser.protocol },
  })
}

export interface SecretsRequest {
  readonly preset: AlgorithmPreset
  readonly fallback: boolean
  /** What the person typed before, if that is remembered. */
  readonly remembered?: TypedLogin | undefined
}

/**
 * What is stored for a target. Where nothing is, or the account is one to log in to by hand, the person is asked.
 * @throws {AssetError} ASSET_KEY
 */
export function secretsOf({ target, credentials }: Prepared, request: SecretsRequest): LoginSecrets {
  const { username, password, privateKey } = credentials
  const { loginMode, name } = target.systemUser
  const { remembered, preset, fallback } = request
  const manual = loginMode === 'manual' || username === '' || (!password && !privateKey)
  const account = username || (remembered?.account ?? '')
  const stored = readSecrets({ password, privateKey }, preset, {
    of: name,
    facts: { asset: target.asset.hostname, account },
  })
  const typed = remembered?.account === account ? remembered.password : undefined
  return { account, key: stored.key, password: stored.password ?? typed, manual, fallback }
}

interface Owner {
  /** For the log. */
  readonly of: string
  readonly facts: Readonly<Record<string, string>>
}

/**
 * A stored key and password. The password of an encrypted key is its passphrase: it stays here.
 * @throws {AssetError} ASSET_KEY
 */
export function readSecrets(
  {
    password,
    privateKey,
  }: { readonly password: Secret | undefined; readonly privateKey: Secret | undefined },
  preset: AlgorithmPreset,
  { of, facts }: Owner,
): { readonly key: ParsedKey | undefined; readonly password: Secret | undefined } {
  if (!privateKey) return { key: undefined, password }
  try {
    const encrypted = isEncrypted(privateKey.reveal())
    const key = parsePrivateKey(privateKey.reveal(), password?.reveal())
    return {
      key: preset === 'legacy' ? key : withoutSha1(key),
      password: encrypted ? undefined : password,
    }
  } catch (cause) {
    throw new AssetError('ASSET_KEY', {
      step: 'log in',
      message: `the key stored for ${of} cannot be used: ${reasonOf(cause)}`,
      next: cause instanceof Fault ? cause.next : 'Store the key again.',
      facts,
      cause,
    })
  }
}

/** Can it be read without a passphrase? */
function isEncrypted(text: string): boolean {
  try {
    parsePrivateKey(text)
    return false
  } catch (error) {
    return error instanceof Fault && error.code === 'KEY_ENCRYPTED'
  }
}
