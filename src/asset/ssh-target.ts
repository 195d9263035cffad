// What core says of a target, as an SSH connection needs it.
import { Fault, reasonOf } from '../base/fault.ts'
import type { Prepared } from '../core/model.ts'
import type { AlgorithmPreset } from '../ssh2/algorithms.ts'
import { parsePrivateKey, withoutSha1 } from '../ssh2/keys.ts'
import { AssetError } from './asset-error.ts'
import type { Endpoint } from './destination.ts'
import type { LoginSecrets } from './ssh-auth.ts'

/** @throws {AssetError} ASSET_PROTOCOL, ASSET_GATEWAY */
export function endpointOf({ target: { asset, systemUser } }: Prepared): Endpoint {
  const facts = { asset: asset.hostname, account: systemUser.username, protocol: systemUser.protocol }
  const port = asset.protocols.find(({ name }) => name === 'ssh')?.port
  if (systemUser.protocol !== 'ssh' || port === undefined) {
    throw new AssetError('ASSET_PROTOCOL', {
      step: 'connect',
      message: `${asset.hostname} cannot be reached by SSH as ${systemUser.name} (${systemUser.protocol})`,
      next: 'Give the asset an SSH port and choose an account for SSH.',
      facts,
    })
  }
  if (asset.domain !== null) {
    throw new AssetError('ASSET_GATEWAY', {
      step: 'connect',
      message: `${asset.hostname} is behind gateways, which this version cannot use`,
      next: 'Take the asset out of its domain if it can be reached directly.',
      facts,
    })
  }
  return { host: asset.ip, port }
}

/**
 * The password of an encrypted key is its passphrase: it stays here.
 * @throws {AssetError} ASSET_NO_CREDENTIALS, ASSET_KEY
 */
export function secretsOf({ target, credentials }: Prepared, preset: AlgorithmPreset): LoginSecrets {
  const { username: account, password, privateKey } = credentials
  const facts = { asset: target.asset.hostname, account }
  if (account === '' || (!password && !privateKey)) {
    throw new AssetError('ASSET_NO_CREDENTIALS', {
      step: 'log in',
      message: `there is no ${account === '' ? 'account name' : 'password or key'} stored for ${target.systemUser.name}`,
      next: 'Store one in the management server; typing one in is not possible yet.',
      facts,
    })
  }
  if (!privateKey) return { account, key: undefined, password }
  try {
    const encrypted = isEncrypted(privateKey.reveal())
    const key = parsePrivateKey(privateKey.reveal(), password?.reveal())
    return {
      account,
      key: preset === 'legacy' ? key : withoutSha1(key),
      password: encrypted ? undefined : password,
    }
  } catch (cause) {
    throw new AssetError('ASSET_KEY', {
      step: 'log in',
      message: `the key stored for ${target.systemUser.name} cannot be used: ${reasonOf(cause)}`,
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
