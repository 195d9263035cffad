import { join } from 'node:path'
import { ScreenCommandDetector } from '../audit/commands/detector.ts'
import { FileAudit } from '../audit/file-audit.ts'
import type { Clock } from '../base/clock.ts'
import { sessionsPath } from '../base/data-dir.ts'
import type { Settings } from '../config/settings.ts'
import type { AppService } from '../core/app-service.ts'
import type { Log } from '../log.ts'

export interface AuditParts {
  readonly settings: Settings
  readonly core: AppService
  /** `process.env`: the proxies to storages. */
  readonly environment: Readonly<NodeJS.ProcessEnv>
  readonly clock: Clock
  readonly log: Log
}

/** The records of this bastion in DATA_DIR, as the settings want them kept. */
export function buildAudit({ settings, core, environment, clock, log }: AuditParts): FileAudit {
  const {
    DATA_DIR,
    SPOOL_FSYNC: fsync,
    RETENTION_DAYS: retentionDays,
    RESERVE_MB,
    MAX_RECORDINGS_MB,
  } = settings
  return new FileAudit({
    sessionsDir: sessionsPath(DATA_DIR),
    fileLogsDir: join(DATA_DIR, 'file-logs'),
    deadLetterDir: join(DATA_DIR, 'dead-letter'),
    core,
    coreSettings: () => core.settings,
    environment,
    detector: (options) => new ScreenCommandDetector(options),
    clock,
    log,
    fsync,
    retentionDays,
    goOnUnrecorded: settings.ON_RECORD_FAILURE === 'unrecorded',
    ...(MAX_RECORDINGS_MB !== undefined && { limitBytes: MAX_RECORDINGS_MB * 1e6 }),
    ...(RESERVE_MB !== undefined && { reserveBytes: RESERVE_MB * 1e6 }),
  })
}
