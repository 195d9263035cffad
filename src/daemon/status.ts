import type { FileAudit } from '../audit/file-audit.ts'
import type { Clock } from '../base/clock.ts'
import type { CoreLink } from '../core/core-link.ts'
import type { SessionRegistry } from '../session/registry.ts'
import { answerOf, type ControlCommands } from './control.ts'

export interface StatusParts {
  readonly name: string
  readonly version: string
  /** CORE_HOST, or `standalone`. */
  readonly core: string
  /** `host:port`. */
  readonly ssh: string
  readonly web: string
  readonly link: CoreLink
  readonly audit: FileAudit
  readonly registry: SessionRegistry
  readonly clock: Clock
}

/** The control socket's `status`: what `cocod status` shows. Counted from now on. */
export function statusCommand(parts: StatusParts): ControlCommands {
  const { name, version, core, ssh, web, link, audit, registry, clock } = parts
  const began = clock.monotonic()
  const status = () => ({
    name,
    version,
    pid: process.pid,
    uptimeSeconds: Math.round((clock.monotonic() - began) / 1000),
    ready: link.waitingFor === undefined && !registry.draining,
    draining: registry.draining,
    waitingFor: link.waitingFor ?? null,
    core,
    ssh,
    web,
    sessions: registry.ids().length,
    recordsWaiting: audit.stats.waiting + audit.stats.fileLogs.waiting,
    recordsRefused: audit.stats.refused + audit.stats.fileLogs.refused,
    storagesFailing: audit.stats.storages.filter(({ failingSince }) => failingSince !== undefined),
    disk: audit.stats.disk ?? null,
  })
  return { status: async () => answerOf(status()) }
}
