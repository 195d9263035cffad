import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import type { Scope } from '../base/scope.ts'
import { Secret } from '../base/secret.ts'
import type { Settings } from '../config/settings.ts'
import { readCaFile } from '../core/ca-file.ts'
import { CoreLink } from '../core/core-link.ts'
import { proxyFor } from '../core/proxy.ts'
import type { Log } from '../log.ts'
import { carryOut } from '../session/control.ts'
import type { SessionRegistry } from '../session/registry.ts'
import type { Standalone } from '../standalone/standalone.ts'

export interface CoreLinkParts {
  readonly settings: Settings
  /** The embedded core, when it is the one to be reached. */
  readonly standalone: Standalone | undefined
  readonly registry: SessionRegistry
  /** `process.env`: the proxies of HTTP_PROXY and its like. */
  readonly environment: Readonly<NodeJS.ProcessEnv>
  /** Core answers again after a silence. */
  readonly onReturn: () => void
  readonly clock: Clock
  readonly log: Log
}

/** The link to the core of the settings, or to the embedded one; `connect` is to follow. */
export async function buildCoreLink(parts: CoreLinkParts, scope: Scope): Promise<CoreLink> {
  const { settings, standalone, registry, environment, onReturn, clock, log } = parts
  const { CORE_HOST, CORE_CA_FILE: caFile, DATA_DIR } = settings
  return new CoreLink(
    {
      address: standalone?.url ?? CORE_HOST,
      ca: caFile === undefined || standalone ? undefined : await readCaFile(caFile),
      proxy: standalone ? undefined : proxyFor(CORE_HOST, environment),
      registration: registrationOf(settings, standalone),
      proxyLogDirectory: join(DATA_DIR, 'proxy-logs'),
      clock,
      log,
      onReturn,
      liveSessions: () => registry.ids(),
      onTask: (task, core) => carryOut(task, { registry, core, log }),
      onWaiting: ({ address, reason, forMs }) =>
        log.warn({ core: address, reason, forSeconds: Math.round(forMs / 1000) }, 'waiting for core'),
    },
    scope,
  )
}

function registrationOf(settings: Settings, standalone: Standalone | undefined) {
  const {
    NAME: name,
    BOOTSTRAP_TOKEN,
    ACCESS_KEY,
    KEYS_DIR,
    ACCESS_KEY_FILE,
    DATA_DIR,
    API_VERSION,
  } = settings
  const file = ACCESS_KEY_FILE ?? join(KEYS_DIR, standalone ? '.standalone_access_key' : '.access_key')
  const olderFiles = standalone ? [] : [join(DATA_DIR, 'keys', '.access_key')]
  return {
    name,
    bootstrapToken: standalone?.bootstrapToken ?? secret(BOOTSTRAP_TOKEN),
    apiVersion: standalone ? '1.5' : API_VERSION,
    accessKey: { file, olderFiles, value: secret(ACCESS_KEY) },
  } as const
}

const secret = (value: string | undefined): Secret | undefined =>
  value === undefined ? undefined : new Secret(value)
