import { statfs } from 'node:fs/promises'
import type { FileAudit } from '../audit/file-audit.ts'
import type { Clock } from '../base/clock.ts'
import type { CoreLink } from '../core/core-link.ts'
import type { SessionRegistry } from '../session/registry.ts'
import { answerOf, type ControlCommands } from './control.ts'
import type { KnownPeople } from './known-people.ts'

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
  readonly people: Pick<KnownPeople, 'logins'>
  readonly dataDir: string
  readonly clock: Clock
}

/** The control socket's `status`: what `cocod status` shows. Counted from now on. */
export function statusCommand(parts: StatusParts): ControlCommands {
  const { name, version, core, ssh, web, link, audit, registry, people, dataDir, clock } = parts
  const began = clock.monotonic()
  const status = async () => ({
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
    lastBeatSeconds: link.beatAt === undefined ? null : Math.round((clock.monotonic() - link.beatAt) / 1000),
    clockSkewMs: link.clockSkew === undefined ? null : Math.round(link.clockSkew),
    sessions: registry.ids().length,
    sessionsByDoor: byDoor(registry),
    logins: people.logins,
    recordsWaiting: audit.stats.waiting + audit.stats.fileLogs.waiting,
    oldestRecordSeconds:
      audit.stats.oldest === undefined ? null : Math.round((clock.now() - audit.stats.oldest) / 1000),
    recordsRefused: audit.stats.refused + audit.stats.fileLogs.refused,
    storagesFailing: audit.stats.storages.filter(({ failingSince }) => failingSince !== undefined),
    disk: audit.stats.disk ?? null,
    space: await spaceOf(dataDir),
  })
  return { status: async () => answerOf(await status()) }
}

function byDoor(registry: SessionRegistry): { readonly ssh: number; readonly web: number } {
  const web = registry.list().filter(({ principal }) => principal.loginFrom === 'WT').length
  return { ssh: registry.list().length - web, web }
}

/** Undefined where the file system cannot be asked: a status is given all the same. */
async function spaceOf(path: string) {
  try {
    const { bavail, blocks, bfree, bsize } = await statfs(path)
    const used = blocks - bfree
    return { usedPercent: Math.round((100 * used) / Math.max(1, used + bavail)), freeBytes: bavail * bsize }
  } catch {
    return undefined
  }
}
