import { Fault, type FaultInit } from '../base/fault.ts'

/** Why an asset could not be reached or used. The sentence for the person is `fault.<code>`. */
export type AssetErrorCode =
  /** The account's or the asset's protocol is not one this version speaks. */
  | 'ASSET_PROTOCOL'
  /** The asset's domain has no gateway that could be tried. */
  | 'ASSET_GATEWAY'
  /** Every gateway failed; `parts` says how. */
  | 'ASSET_GATEWAYS'
  /** A gateway does not forward. */
  | 'ASSET_GATEWAY_FORBIDS'
  /** The password for `become` cannot be read. Facts: `command`. */
  | 'ASSET_BECOME'
  /** Telnet runs no commands. */
  | 'ASSET_TELNET_SHELL'
  | 'ASSET_NO_CREDENTIALS'
  /** It asks what only a person can answer. Facts: `question`. */
  | 'ASSET_ASKS'
  /** Facts: `why`. */
  | 'ASSET_KEY'
  | 'ASSET_NAME'
  | 'ASSET_ADDRESS_REFUSED'
  | 'ASSET_REFUSED'
  | 'ASSET_UNREACHABLE'
  /** Facts: `step`, `seconds`. */
  | 'ASSET_TIMEOUT'
  /** The name server did not answer. Facts: `seconds`. */
  | 'ASSET_NAME_TIMEOUT'
  /** It was reached, and did not go on. Facts: `step`, `seconds`. */
  | 'ASSET_STALLED'
  | 'ASSET_LOST'
  | 'ASSET_NOT_SSH'
  /** Facts: `list`, `offered`, `ours`. */
  | 'ASSET_ALGORITHMS'
  /** The same, and this `preset` would do. */
  | 'ASSET_ALGORITHMS_PRESET'
  /** Facts: `known`, `found`. */
  | 'ASSET_HOST_KEY_CHANGED'
  /** Facts: `found`. */
  | 'ASSET_HOST_KEY_UNKNOWN'
  | 'ASSET_HOST_KEY_STORE'
  /** Facts: `account`, `tried`, `offered`. */
  | 'ASSET_AUTH'
  /** The same, and a password was not tried because the key was refused. */
  | 'ASSET_AUTH_KEY'
  | 'ASSET_PASSWORD_EXPIRED'
  /** It let us in, and opens no further session. */
  | 'ASSET_FULL'
  /** It let us in, and gives no terminal. */
  | 'ASSET_NO_PTY'
  /** The account has expired there. Facts: `said`. */
  | 'ASSET_ACCOUNT_EXPIRED'
  /** It let us in, and then would not open a shell or run the command. */
  | 'ASSET_CHANNEL'
  /** It did not connect to a place on our behalf. Facts: `to`, `reason`. */
  | 'ASSET_FORWARD'
  /** Command rules hold for it, and a jump is encrypted end to end. */
  | 'ASSET_JUMP_RULES'
  /** It does not listen for us. Facts: `at`, `reason`. */
  | 'ASSET_LISTEN'

/** Facts hold `asset`, and `address` as `host:port` from when it is known. */
export class AssetError extends Fault<AssetErrorCode> {
  override readonly name = 'AssetError'

  constructor(code: AssetErrorCode, init: FaultInit) {
    super(code, init)
  }

  /** The same with the asset's name among the facts. */
  of(asset: string): AssetError {
    const { code, step, message, next, facts, parts, cause } = this
    return new AssetError(code, { step, message, next, facts: { asset, ...facts }, parts, cause })
  }
}
