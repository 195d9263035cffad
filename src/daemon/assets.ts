import { AssetConnector } from '../asset/connector.ts'
import { HostKeys } from '../asset/host-keys.ts'
import { connectJump } from '../asset/jump.ts'
import { Paths } from '../asset/path.ts'
import { OptionResolver } from '../asset-options/asset-options.ts'
import type { Clock } from '../base/clock.ts'
import { knownHostsPath } from '../base/data-dir.ts'
import type { Config } from '../config/config.ts'
import type { Log } from '../log.ts'
import type { Standalone } from '../standalone/standalone.ts'

export interface AssetParts {
  readonly config: Config
  readonly standalone: Standalone | undefined
  /** Where this daemon listens, at the time of the call. */
  readonly listeners: () => ReadonlyArray<{ readonly host: string; readonly port: number }>
  /** Core's pattern for a telnet login that worked, at the time of the call. */
  readonly telnetRegex: () => string | undefined
  readonly clock: Clock
  readonly log: Log
}

/** What the rooms above need of the way to assets. */
export interface Assets {
  /** What is set for an asset, an account or a gateway. */
  readonly options: OptionResolver
  readonly connector: AssetConnector
  /** To the asset's own ports, without a login there. */
  readonly jump: AssetConnector['connect']
}

export async function buildAssets({
  config,
  standalone,
  listeners,
  telnetRegex,
  clock,
  log,
}: AssetParts): Promise<Assets> {
  const { DATA_DIR, ALLOW_LOCAL_ASSETS } = config.settings
  const options = new OptionResolver({
    get sections() {
      return config.optionSections
    },
    own: standalone?.options,
    get hostKeyPolicy() {
      return config.settings.HOST_KEY_POLICY
    },
    get totalSeconds() {
      return config.settings.SSH_TIMEOUT
    },
  })
  const hostKeys = await HostKeys.open({ path: knownHostsPath(DATA_DIR), log, clock })
  // The demo has a new host key at each start, and it is known from here and not from the wire.
  const demo = standalone?.demo?.host
  if (demo) hostKeys.trust({ host: demo.address, port: demo.port }, demo.hostKey)
  const destination = { allowLocalAssets: ALLOW_LOCAL_ASSETS ?? standalone !== undefined, listeners }
  const gatewayOptions: OptionResolver['gatewayOptions'] = (gateway) => options.gatewayOptions(gateway)
  const assetOptions: OptionResolver['assetOptions'] = (target) => options.assetOptions(target)
  const paths = new Paths({ destination, gatewayOptions, hostKeys, clock, log })
  return {
    options,
    connector: new AssetConnector({ paths, hostKeys, assetOptions, telnetRegex, clock, log }),
    jump: async ({ prepared }) => {
      const { connect_timeout } = assetOptions(prepared.target)
      return connectJump({ prepared, paths, connectSeconds: connect_timeout })
    },
  }
}
