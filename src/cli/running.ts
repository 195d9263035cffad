import { z } from 'zod'
import { askControl } from '../base/control-socket.ts'
import { controlPath, lockPath } from '../base/data-dir.ts'
import { type Holder, isAlive, readHolder } from '../base/lock-file.ts'
import { Scope } from '../base/scope.ts'

/** What the daemon answers to `status` on its control socket. */
export const DaemonStatus = z.object({
  name: z.string(),
  version: z.string(),
  pid: z.number(),
  uptimeSeconds: z.number(),
  ready: z.boolean(),
  waitingFor: z.string().nullable(),
  core: z.string(),
  ssh: z.string(),
  web: z.string(),
  sessions: z.number(),
  recordsWaiting: z.number(),
  /** Since the start. */
  recordsRefused: z.number(),
  /** What an older daemon does not say. */
  storagesFailing: z
    .array(z.object({ name: z.string(), failingSince: z.number().optional(), reason: z.string().optional() }))
    .default([]),
  disk: z
    .object({ state: z.enum(['ok', 'low', 'full']), freeBytes: z.number(), reserveBytes: z.number() })
    .nullish(),
  draining: z.boolean().optional(),
  lastBeatSeconds: z.number().nullish(),
  clockSkewMs: z.number().nullish(),
  sessionsByDoor: z.object({ ssh: z.number(), web: z.number() }).optional(),
  logins: z.object({ accepted: z.number(), refused: z.number() }).optional(),
  oldestRecordSeconds: z.number().nullish(),
  space: z.object({ usedPercent: z.number(), freeBytes: z.number() }).optional(),
})
export type DaemonStatus = z.output<typeof DaemonStatus>

/** The process that holds this data directory, if it lives. */
export async function runningDaemon(dataDir: string): Promise<Holder | undefined> {
  const holder = await readHolder(lockPath(dataDir))
  return holder && (await isAlive(holder)) ? holder : undefined
}

/** A daemon that took this data directory and did not give it back: it was killed. */
export async function killedDaemon(dataDir: string): Promise<Holder | undefined> {
  const holder = await readHolder(lockPath(dataDir))
  return holder && !(await isAlive(holder)) ? holder : undefined
}

/** Asks a running daemon how it is; undefined when nobody answers. */
export async function askStatus(dataDir: string): Promise<DaemonStatus | undefined> {
  await using scope = new Scope()
  const answer = DaemonStatus.safeParse(await askControl(controlPath(dataDir), { command: 'status' }, scope))
  return answer.success ? answer.data : undefined
}
