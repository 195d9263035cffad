import { randomBytes } from 'node:crypto'
import type { OwnOptions } from '../asset-options/asset-options.ts'
import type { Clock } from '../base/clock.ts'
import { Scope } from '../base/scope.ts'
import { Secret } from '../base/secret.ts'
import type { Log } from '../log.ts'
import { startEmbeddedCore } from './core/embedded-core.ts'
import { DEMO_ASSET, DEMO_USER, demoInventory } from './demo.ts'
import { type DemoAsset, startDemoAsset } from './demo-asset.ts'
import { demoPassword } from './demo-password.ts'
import type { Inventory } from './inventory.ts'
import { inventoryOptions } from './inventory-options.ts'
import { watchInventory } from './inventory-watch.ts'
import { Passwords } from './passwords.ts'

export interface StandaloneOptions {
  /** DATA_DIR. */
  readonly dataDir: string
  /** Path of the inventory; undefined: the demo. */
  readonly inventoryFile: string | undefined
  /** `process.env`, of which the demo's shell gets a few harmless variables. */
  readonly environment: Readonly<NodeJS.ProcessEnv>
  readonly clock: Clock
  readonly log: Log
}

/** The demo of this start, for the first screen. */
export interface Demo {
  readonly user: string
  /** Made anew at each start; nothing here writes it to a disk. */
  readonly password: Secret
  /** What there is to connect to, in words. */
  readonly assets: string
  /** Where the demo's asset listens, with its host key of this start (one line, and `SHA256:` fingerprint). */
  readonly host: Pick<DemoAsset, 'address' | 'port' | 'hostKey' | 'fingerprint'>
}

export interface Standalone extends AsyncDisposable {
  /** Base URL of the embedded core: what CORE_HOST is elsewhere. */
  readonly url: string
  /** Made at this start: what BOOTSTRAP_TOKEN is elsewhere. */
  readonly bootstrapToken: Secret
  readonly demo: Demo | undefined
  /** Options of assets, accounts and gateways, which Jumpserver's API has no place for. */
  readonly options: OwnOptions
  close(): Promise<void>
}

/**
 * Starts the embedded core over an inventory, or over the demo's.
 *
 * @throws IniError for a wrong inventory, EmbeddedCoreError for a database that cannot be used, Fault
 * PTY_UNAVAILABLE for a demo without a prebuilt terminal binary. Nothing stays open then.
 */
export async function startStandalone(options: StandaloneOptions): Promise<Standalone> {
  const { dataDir, inventoryFile, clock, log } = options
  const scope = new Scope()
  const passwords = new Passwords()
  const bootstrapToken = new Secret(randomBytes(24).toString('base64url'))
  try {
    const demo = inventoryFile === undefined ? await startDemo(options, passwords, scope) : undefined
    const inventory = demo
      ? { current: demo.inventory }
      : scope.own(await watchInventory({ file: inventoryFile ?? '', passwords, clock, log }))
    const core = scope.own(
      await startEmbeddedCore({ dataDir, inventory, passwords, bootstrapToken, clock, log }),
    )
    const close = (): Promise<void> => scope.close()
    const facts = { url: core.url, bootstrapToken, demo: demo?.facts, options: inventoryOptions(inventory) }
    return { ...facts, close, [Symbol.asyncDispose]: close }
  } catch (fault) {
    await scope.close()
    throw fault
  }
}

async function startDemo(
  { environment, clock, log }: StandaloneOptions,
  passwords: Passwords,
  scope: Scope,
): Promise<{ readonly inventory: Inventory; readonly facts: Demo }> {
  const password = demoPassword()
  const [passwordHash, asset] = await Promise.all([
    passwords.hash(password),
    startDemoAsset({ environment, clock, log }).then((started) => scope.own(started)),
  ])
  const facts = {
    user: DEMO_USER,
    password,
    assets: `${DEMO_ASSET} (a shell here as ${asset.username})`,
    host: asset,
  }
  return { inventory: demoInventory({ passwordHash, asset }), facts }
}
