import type { FileAudit } from '../audit/file-audit.ts'
import type { Clock } from '../base/clock.ts'
import type { Scope } from '../base/scope.ts'
import type { Settings } from '../config/settings.ts'
import type { AppService } from '../core/app-service.ts'
import type { Log } from '../log.ts'
import { PermissionWatch } from '../policy/permission-watch.ts'
import { SlowSearch } from '../policy/rules/slow-search.ts'
import type { SessionRegistry } from '../session/registry.ts'
import type { SessionDeps } from '../session/session.ts'
import type { LastTargets } from './asset-doctor.ts'
import type { Assets } from './assets.ts'

/** Re-asked at least this often while anything runs (S5). */
const PERMISSION_INTERVAL_MS = 45_000

export interface SessionDepsParts {
  readonly settings: Settings
  readonly core: AppService
  readonly targets: LastTargets
  readonly audit: FileAudit
  readonly assets: Assets
  readonly registry: SessionRegistry
  readonly clock: Clock
  readonly log: Log
}

/** What every session of this daemon is built from. */
export function sessionDeps(parts: SessionDepsParts, scope: Scope): SessionDeps {
  const { settings, core, targets, audit, assets, registry, clock, log } = parts
  const { OUTAGE_SESSION_MINUTES: outageMinutes } = settings
  const outageMs = outageMinutes * 60_000
  const watched = { ask: core.permission, clock, intervalMs: PERMISSION_INTERVAL_MS, outageMs }
  return {
    core: targets.watching(core),
    connect: (request, signal) => assets.connector.connect(request, signal),
    audit,
    fileLogs: audit.fileLogs,
    lineOptions: (target) => assets.options.assetOptions(target),
    registry,
    permissions: scope.own(new PermissionWatch(watched)),
    clock,
    log,
    idleMinutes: () => core.settings.maxIdleMinutes ?? settings.SECURITY_MAX_IDLE_TIME,
    mostMinutes: () => settings.SECURITY_MAX_SESSION_TIME * 60,
    outageMinutes,
    mostBytes: settings.MAX_SESSION_MB * 1e6,
    bytesPerSecond: settings.SESSION_BANDWIDTH_KB * 1000,
    get pasteGuard() {
      return settings.PASTE_GUARD === 'on'
    },
    rules: {
      slow: scope.own(new SlowSearch({ clock })),
      get dryRun() {
        return settings.COMMAND_RULES === 'dry-run'
      },
    },
  }
}
