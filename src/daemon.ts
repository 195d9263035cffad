import { chmod, mkdir } from 'node:fs/promises'
import { z } from 'zod'
import type { FileAudit } from './audit/file-audit.ts'
import { Spool } from './audit/spool.ts'
import type { Penalties } from './auth/penalties.ts'
import type { Clock } from './base/clock.ts'
import { type ControlAnswer, serveControl } from './base/control-socket.ts'
import { actsPath, controlPath, lockPath, sessionsPath } from './base/data-dir.ts'
import { takeLock } from './base/lock-file.ts'
import { Scope } from './base/scope.ts'
import type { Config } from './config/config.ts'
import type { Settings } from './config/settings.ts'
import type { CoreLink } from './core/core-link.ts'
import type { Target } from './core/model.ts'
import { ActsForwarder } from './daemon/acts.ts'
import { assetDoctor, LastTargets } from './daemon/asset-doctor.ts'
import { type Assets, buildAssets } from './daemon/assets.ts'
import { buildAudit } from './daemon/audit.ts'
import { answerOf, asked, type ControlCommands, controlHandler } from './daemon/control.ts'
import { buildCoreLink } from './daemon/core-link.ts'
import { drain } from './daemon/drain.ts'
import { buildFiles, withFiles } from './daemon/files.ts'
import { BastionHostKeys } from './daemon/host-keys.ts'
import { KnownPeople } from './daemon/known-people.ts'
import { menuHouse } from './daemon/menu.ts'
import { sessionControl } from './daemon/session-control.ts'
import { sessionDeps } from './daemon/session-deps.ts'
import { sshConfigCommand } from './daemon/ssh-config.ts'
import { openSshDoor, penaltiesOf } from './daemon/ssh-door.ts'
import { statusCommand } from './daemon/status.ts'
import { type Upkeep, upkeepCommands } from './daemon/upkeep.ts'
import { openWebDoor } from './daemon/web-door.ts'
import type { Files } from './files/files.ts'
import type { Log } from './log.ts'
import { Catalogues } from './menu/catalogues.ts'
import { doorHandlers } from './menu/door.ts'
import { SessionGuests } from './session/guests.ts'
import { LocalSessionRegistry, type RegistryLimits, type SessionRegistry } from './session/registry.ts'
import { type SessionDeps, SessionService } from './session/session.ts'
import { SessionShares } from './session/shares.ts'
import type { SshdParts } from './sshd/options.ts'
import type { Sshd } from './sshd/server.ts'
import { type Standalone, startStandalone } from './standalone/standalone.ts'
import { Records } from './web/oversight/records.ts'

export interface DaemonParts {
  readonly config: Config
  readonly standalone: boolean
  readonly clock: Clock
  readonly log: Log
  readonly version: string
  /** `process.env`; the demo's shell gets an allow-list of it, and core is reached through its proxy. */
  readonly environment: Readonly<NodeJS.ProcessEnv>
  /** The daemon is to stop as for a SIGTERM: asked for on its control socket. */
  readonly onStopAsked: (order: StopOrder) => void
  /** DATA_DIR is this daemon's from here on: what else is kept in it may be opened. */
  readonly onLocked?: () => Promise<void>
  /** What else may be asked for there that whoever started it has to do. */
  readonly upkeep?: Upkeep
}

/** How a stop on the control socket is meant. */
export interface StopOrder {
  /** Minutes the sessions that run may take to end; undefined: none. */
  readonly drainMinutes: number | undefined
}

export interface Address {
  readonly host: string
  readonly port: number
}

/** A started daemon. Its ports are open from the beginning; `ready` follows when core has taken it. */
export interface Daemon {
  /** Resolves when logins work; rejects with a CoreError when core will never take this bastion. */
  readonly ready: Promise<void>
  readonly ssh: Address
  readonly web: Address
  /** Empty before `ready` where core may have the key. */
  readonly hostKeys: ReadonlyArray<{ readonly type: string; readonly fingerprint: string }>
  /** Only in a standalone demo. */
  readonly demo: Standalone['demo']
  /** Lets running sessions come to their end, at most `minutes`, while nothing new begins. `stop` is to follow. */
  drain(minutes: number, signal: AbortSignal): Promise<void>
  /** Ends in order: no new logins, sessions told and recorded, records sent as far as core takes them. */
  stop(): Promise<void>
}

/** How long a stop waits for records to reach core; the rest goes out after the next start. */
const DELIVERY_DEADLINE_MS = 10_000
const LAST_BEAT_MS = 3_000

/**
 * Builds every room once, wires what must rise from one to another, and closes in reverse. On a failure everything
 * that was already open is closed again: nothing is left half started.
 */
export async function startDaemon(parts: DaemonParts, signal: AbortSignal): Promise<Daemon> {
  const scope = new Scope()
  try {
    return await new Building(parts, scope, signal).daemon()
  } catch (error) {
    await scope.close()
    throw error
  }
}

class Building {
  readonly #parts: DaemonParts
  readonly #scope: Scope
  readonly #signal: AbortSignal
  readonly #settings: Settings
  readonly #registry: SessionRegistry
  readonly #shares: SessionShares
  readonly #guests: SessionGuests
  readonly #listeners: Address[] = []
  readonly #targets = new LastTargets()
  readonly #people: KnownPeople
  readonly #penalties: Penalties
  /** Of both doors. */
  readonly #catalogues = new Catalogues()

  constructor(parts: DaemonParts, scope: Scope, signal: AbortSignal) {
    this.#parts = parts
    this.#scope = scope
    this.#signal = signal
    this.#people = new KnownPeople(parts.standalone)
    this.#settings = parts.config.settings
    this.#penalties = penaltiesOf(this.#settings, parts.clock)
    this.#registry = new LocalSessionRegistry(registryLimits(this.#settings), parts.clock)
    this.#shares = scope.own(new SessionShares(parts.clock))
    this.#registry.onEnded((id) => this.#shares.close(id))
    const { WATCH_NOTICE: announced } = this.#settings
    this.#guests = new SessionGuests({
      ...{ registry: this.#registry, shares: this.#shares },
      ...{ clock: parts.clock, announced },
    })
  }

  async daemon(): Promise<Daemon> {
    await this.#lock()
    const standalone = this.#parts.standalone ? await this.#standalone() : undefined
    const { config, environment, clock, log } = this.#parts
    const [settings, registry] = [this.#settings, this.#registry]
    const linkParts = {
      settings,
      standalone,
      registry,
      environment,
      onReturn: () => audit.coreBack(),
      clock,
      log,
    }
    const link = await buildCoreLink(linkParts, this.#scope)
    const audit: FileAudit = buildAudit({ settings, core: link.service, environment, clock, log })
    const listeners = () => this.#listeners
    const telnetRegex = () => link.service.settings.telnetRegex
    const assets = await buildAssets({ config, standalone, listeners, telnetRegex, clock, log })
    this.#scope.own(assets.connector)
    const targets = this.#targets
    const core = link.service
    const deps = sessionDeps({ settings, core, targets, audit, assets, registry, clock, log }, this.#scope)
    const hostKeys = this.#hostKeys(link)
    await hostKeys.find()
    const files = buildFiles({ ...deps, core, fileLogs: audit.fileLogs, settings })
    const sshd = await this.#sshd(link, { deps, files, assets }, hostKeys.keys)
    const ssh = { host: this.#bindHost, port: sshd.port }
    const web = { host: this.#bindHost, port: await this.#web(link, { deps, files }, ssh.port) }
    this.#listeners.push(ssh, web)
    const { connector } = assets
    const doctor = assetDoctor({ core, connector, targets, people: this.#people, log })
    await this.#control(link, audit, { ssh, web, doctor })
    return {
      ready: this.#connected(link, hostKeys).then(() => audit.start()),
      ssh,
      web,
      get hostKeys() {
        return hostKeys.known.map(({ type, fingerprint }) => ({ type, fingerprint }))
      },
      demo: standalone?.demo,
      drain: (minutes, until) => this.#drain(sshd, minutes, until),
      stop: () => this.#stop({ sshd, link, audit }),
    }
  }

  async #connected(link: CoreLink, hostKeys: BastionHostKeys): Promise<void> {
    await link.connect(this.#signal)
    await hostKeys.complete(this.#signal)
  }

  get #bindHost(): string {
    return this.#settings.BIND_HOST ?? (this.#parts.standalone ? '127.0.0.1' : '0.0.0.0')
  }

  /** Before anything else: a second daemon's recovery would end the first one's sessions. */
  async #lock(): Promise<void> {
    const { DATA_DIR, KEYS_DIR } = this.#settings
    await ownDirectory(DATA_DIR)
    await ownDirectory(KEYS_DIR)
    this.#scope.own(await takeLock(lockPath(DATA_DIR)))
    await this.#parts.onLocked?.()
  }

  async #standalone(): Promise<Standalone> {
    const { DATA_DIR: dataDir, INVENTORY: inventoryFile } = this.#settings
    const { clock, log, environment } = this.#parts
    return this.#scope.own(await startStandalone({ dataDir, inventoryFile, environment, clock, log }))
  }

  #hostKeys({ service: core }: CoreLink): BastionHostKeys {
    const { standalone, clock, log } = this.#parts
    return new BastionHostKeys({ settings: this.#settings, standalone, core, clock, log })
  }

  async #sshd(
    { service: core }: CoreLink,
    { deps, files, assets }: { deps: SessionDeps; files: Files; assets: Assets },
    hostKeys: SshdParts['hostKeys'],
  ): Promise<Sshd> {
    const { clock, log } = this.#parts
    const { NAME: node } = this.#settings
    const header = () => this.#settings.HEADER_TITLE
    const guests = this.#guests
    const rules = (target: Target) => assets.options.assetOptions(target)
    const { jump } = assets
    const sessions = new SessionService(deps)
    const menu = menuHouse({ settings: this.#settings, core, clock, log })
    this.#scope.own(menu.people)
    const catalogues = this.#catalogues
    const own = { ...menu, catalogues, guests, node, header, rules }
    const door = doorHandlers({ ...own, core, sessions, jump, clock, log })
    const handlers = withFiles(door, { files, core })
    const login = this.#people.watching(core)
    const options = { settings: this.#settings, host: this.#bindHost, hostKeys }
    const parts = { ...options, core: login, handlers, clock, log }
    return this.#scope.own(await openSshDoor({ ...parts, penalties: this.#penalties }))
  }

  #web(
    link: CoreLink,
    { deps, files }: { deps: SessionDeps; files: Files },
    sshPort: number,
  ): Promise<number> {
    const { standalone, clock, log } = this.#parts
    const parts = { settings: this.#settings, standalone, host: this.#bindHost, sshPort, clock, log }
    const sessions = new SessionService(deps)
    const records = new Records(new Spool(sessionsPath(this.#settings.DATA_DIR)))
    const oversight = { guests: this.#guests, registry: this.#registry, records }
    const health = () => (this.#registry.draining ? 'draining' : link.waitingFor)
    const shared = { core: link.service, penalties: this.#penalties, catalogues: this.#catalogues }
    return openWebDoor({ ...parts, ...shared, sessions, files, oversight, health }, this.#scope)
  }

  async #control(
    link: CoreLink,
    audit: FileAudit,
    at: { ssh: Address; web: Address; doctor: ControlCommands },
  ): Promise<void> {
    const { clock, version, log } = this.#parts
    const acts = new ActsForwarder(actsPath(this.#settings.DATA_DIR), log)
    await acts.forward()
    const status = statusCommand({
      ...{ name: this.#settings.NAME, version, clock, link, audit, registry: this.#registry },
      ...{ people: this.#people, dataDir: this.#settings.DATA_DIR },
      core: this.#parts.standalone ? 'standalone' : this.#settings.CORE_HOST,
      ssh: `${at.ssh.host}:${at.ssh.port}`,
      web: `${at.web.host}:${at.web.port}`,
    })
    const commands: ControlCommands = {
      ...status,
      stop: async (request) => this.#stopAsked(request),
      ...(this.#parts.upkeep && upkeepCommands(this.#parts.upkeep)),
      ...acts.commands,
      ...at.doctor,
      ...sshConfigCommand({ core: link.service, people: this.#people, port: at.ssh.port }),
      ...sessionControl({
        ...{ registry: this.#registry, shares: this.#shares, node: this.#settings.NAME },
        ...{ announced: this.#settings.WATCH_NOTICE, clock, log: this.#parts.log },
      }),
    }
    const handler = controlHandler(commands, this.#parts.log)
    await serveControl(controlPath(this.#settings.DATA_DIR), handler, this.#scope)
  }

  #stopAsked(request: unknown): ControlAnswer {
    const { drainMinutes } = asked(Stop, request)
    this.#parts.onStopAsked({ drainMinutes })
    return answerOf({ sessions: this.#registry.ids().length })
  }

  #drain(sshd: Sshd, minutes: number, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#parts
    const stopListening = (): void => sshd.stopListening()
    return drain({ registry: this.#registry, stopListening, clock, log }, minutes, signal)
  }

  /** No new logins; sessions told and over; records out as far as core takes them; then the rest in reverse. */
  async #stop({ sshd, link, audit }: { sshd: Sshd; link: CoreLink; audit: FileAudit }): Promise<void> {
    const visits = sshd.close()
    await this.#registry.close({ kind: 'shutdown' })
    await visits
    await audit.close(AbortSignal.timeout(DELIVERY_DEADLINE_MS))
    await link.lastBeat(AbortSignal.timeout(LAST_BEAT_MS))
    await this.#scope.close()
  }
}

/** As the settings are at each session. */
const registryLimits = (settings: Settings): RegistryLimits => ({
  get total() {
    return settings.MAX_SESSIONS
  },
  get perUser() {
    return settings.MAX_SESSIONS_PER_USER
  },
  get perAsset() {
    return settings.MAX_SESSIONS_PER_ASSET || undefined
  },
})

/** A week at most: longer is a mistake. */
const Stop = z.object({ drainMinutes: z.number().min(0).max(10_080).optional() })

async function ownDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  await chmod(path, 0o700)
}
