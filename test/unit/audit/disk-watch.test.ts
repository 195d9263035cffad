import { existsSync } from 'node:fs'
import { stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import type { FileAudit, FileAuditOptions } from '../../../src/audit/file-audit.ts'
import { createLog } from '../../../src/log.ts'
import { fileAudit, recordSession } from '../../fixtures/file-audit.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { MemoryRecordKeeper } from '../../fixtures/record-keeper.ts'
import { START, sessionFacts } from '../../fixtures/spool.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'
import { until } from '../../fixtures/until.ts'

const NOW = AbortSignal.abort()
const MINUTE = 60_000

function world(home: string) {
  const events: string[] = []
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      events.push(/"event":"([^"]+)"/.exec(chunk.toString())?.[1] ?? '')
      done()
    },
  })
  const log = createLog({ level: 'fatal', destination })
  const parts = { home, core: new MemoryRecordKeeper(), clock: new ManualClock(START) }
  const start = (more: Partial<FileAuditOptions>): FileAudit => {
    const audit = fileAudit(parts, { log, ...more })
    audit.start()
    return audit
  }
  const place = (id: string): string => join(home, 'sessions', '2026-01-01', id)
  return { ...parts, events, start, place }
}

const sent = (audit: FileAudit) => () => audit.stats.waiting === 0

async function freeIn(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path)
  return bavail * bsize
}

test('before the disk is full an alarm comes, and status has the figures', async () => {
  await using home = await temporaryDirectory()
  const { events, start } = world(home.path)
  const reserveBytes = Math.round((await freeIn(home.path)) * 0.7)
  const audit = start({ reserveBytes })
  await until(() => audit.stats.disk?.state === 'low')
  expect(audit.stats.disk).toMatchObject({ reserveBytes, limitBytes: undefined })
  expect(audit.stats.disk?.freeBytes).toBeGreaterThan(reserveBytes)
  expect(events).toEqual(['disk-low'])
  const recording = await audit.open(sessionFacts()) // an alarm is no refusal
  await recording.discard()
  await audit.close(NOW)
})

test('a disk below its reserve refuses, and says so once', async () => {
  await using home = await temporaryDirectory()
  const { clock, events, start } = world(home.path)
  const audit = start({ reserveBytes: Number.MAX_SAFE_INTEGER })
  for (let n = 0; n < 2; n += 1) {
    await expect(audit.open(sessionFacts())).rejects.toMatchObject({ code: 'AUDIT_DISK_RESERVE' })
  }
  clock.advance(MINUTE)
  await audit.recovered()
  expect(events).toEqual(['disk-full'])
  await audit.close(NOW)
  expect(clock.pending).toBe(0)
})

test('above the limit for all recordings the oldest delivered go first, and what waits stays', async () => {
  await using home = await temporaryDirectory()
  const { core, clock, events, start, place } = world(home.path)
  const first = start({})
  const delivered: string[] = []
  for (let n = 0; n < 4; n += 1) {
    delivered.push(await recordSession(first, clock, ['ls', 'pwd']))
    await until(sent(first))
  }
  core.trouble = () => 'unavailable'
  const waiting = await recordSession(first, clock, ['who'])
  await until(() => first.stats.resting === 1)
  await first.close(NOW)
  const each = (await stat(join(place(waiting), 'replay.log'))).size

  const audit = start({ limitBytes: each })
  await until(() => delivered.every((id) => !existsSync(place(id))))
  await until(() => audit.stats.disk?.state === 'full')
  expect(existsSync(place(waiting))).toBe(true)
  await expect(audit.open(sessionFacts())).rejects.toMatchObject({ code: 'AUDIT_DISK_LIMIT' })

  core.trouble = () => undefined
  audit.coreBack()
  await until(sent(audit))
  clock.advance(11 * MINUTE)
  await until(() => !existsSync(place(waiting)))
  await until(() => audit.stats.disk?.state === 'ok')
  await (await audit.open(sessionFacts())).discard()
  expect(events).toEqual(['disk-full', 'disk-ok'])
  await audit.close(NOW)
})

test('under the limit nothing is removed', async () => {
  await using home = await temporaryDirectory()
  const { clock, start, place } = world(home.path)
  const audit = start({ limitBytes: 100_000_000 })
  const id = await recordSession(audit, clock, ['ls'])
  await until(sent(audit))
  clock.advance(11 * MINUTE)
  await until(() => (audit.stats.disk?.usedBytes ?? 0) > 0)
  expect(existsSync(place(id))).toBe(true)
  expect(audit.stats.disk?.state).toBe('ok')
  await audit.close(NOW)
})
