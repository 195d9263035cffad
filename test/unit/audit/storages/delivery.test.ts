import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { FileAudit } from '../../../../src/audit/file-audit.ts'
import { Secret } from '../../../../src/base/secret.ts'
import type { CoreSettings, ReplayStorage } from '../../../../src/core/model.ts'
import { createLog } from '../../../../src/log.ts'
import { fileAudit, recordSession } from '../../../fixtures/file-audit.ts'
import { ManualClock } from '../../../fixtures/manual-clock.ts'
import { ObjectStoreDouble } from '../../../fixtures/object-store-double.ts'
import { MemoryRecordKeeper } from '../../../fixtures/record-keeper.ts'
import { START } from '../../../fixtures/spool.ts'
import { temporaryDirectory } from '../../../fixtures/temporary-directory.ts'
import { until } from '../../../fixtures/until.ts'

const NOW = AbortSignal.abort()
const LONG = 600_000

const s3 = (double: ObjectStoreDouble): ReplayStorage => ({
  ...{ type: 's3', bucket: 'records', accessKey: double.accessKey, region: undefined },
  ...{ secretKey: new Secret(double.secretKey), endpoint: double.url },
})

function world(home: string, replayStorages?: readonly ReplayStorage[]) {
  const settings: { now: CoreSettings } = { now: replayStorages ? { replayStorages } : {} }
  const lines: string[] = []
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString())
      done()
    },
  })
  const parts = { home, core: new MemoryRecordKeeper(), clock: new ManualClock(START) }
  const start = (): FileAudit => {
    const log = createLog({ level: 'info', destination })
    const audit = fileAudit(parts, { coreSettings: () => settings.now, log })
    audit.start()
    return audit
  }
  return { ...parts, settings, lines, start }
}

const sent = (audit: FileAudit) => () => audit.stats.waiting === 0
const textOf = (gzip: Buffer | undefined): string => gunzipSync(gzip ?? Buffer.alloc(0)).toString()

test('a replay goes where core looks for it in a storage, not to core, and core is told that it is there', async () => {
  await using home = await temporaryDirectory()
  await using double = await ObjectStoreDouble.start('s3')
  const { core, clock, start } = world(home.path, [s3(double)])
  const audit = start()
  const id = await recordSession(audit, clock, ['ls'])
  await until(sent(audit))
  expect([...double.objects.keys()]).toEqual([`/records/2026-01-01/${id}.replay.gz`])
  expect(textOf([...double.objects.values()][0])).toContain('$ ls')
  expect(core.calls).toEqual(['create', 'commands', 'finish', 'mark'])
  expect(core.sessions.get(id)).toMatchObject({ hasReplay: true, uploads: 0 })
  await audit.close(NOW)
})

test('of several storages each gets it once, core too when it is one of them', async () => {
  await using home = await temporaryDirectory()
  await using one = await ObjectStoreDouble.start('s3')
  await using two = await ObjectStoreDouble.start('s3')
  const { core, clock, start } = world(home.path, [{ type: 'server' }, s3(one), s3(two)])
  two.trouble = () => ({ status: 503, code: 'SlowDown' })
  const audit = start()
  const id = await recordSession(audit, clock, ['ls'])
  await until(() => audit.stats.resting === 1)
  await until(() => one.objects.size === 1 && core.sessions.get(id)?.uploads === 1)
  expect(audit.stats.waiting).toBe(1)
  two.trouble = () => undefined
  clock.advance(LONG)
  await until(sent(audit))
  expect(one.calls).toHaveLength(1)
  expect([...two.objects.values()]).toEqual([...one.objects.values()])
  expect(core.sessions.get(id)).toMatchObject({ hasReplay: true, uploads: 1 })
  await audit.close(NOW)
})

test('a storage that stores nothing gets nothing, and core is not told of a replay', async () => {
  await using home = await temporaryDirectory()
  const { core, clock, start } = world(home.path, [{ type: 'null' }])
  const audit = start()
  const id = await recordSession(audit, clock, ['ls'])
  await until(sent(audit))
  expect(core.calls).toEqual(['create', 'commands', 'finish'])
  expect(core.sessions.get(id)).toMatchObject({ hasReplay: false, finished: START })
  await audit.close(NOW)
})

test('while a storage refuses, core hears of every session, one asks, and the log says it once; then all arrives', async () => {
  await using home = await temporaryDirectory()
  await using double = await ObjectStoreDouble.start('s3')
  const { core, clock, lines, start } = world(home.path, [s3(double)])
  double.trouble = () => ({ status: 403, code: 'AccessDenied' })
  const audit = start()
  const ids: string[] = []
  for (let n = 0; n < 8; n += 1) ids.push(await recordSession(audit, clock, ['ls']))
  await until(() => ids.every((id) => core.sessions.get(id)?.finished === START))
  await until(() => audit.stats.resting === 8)
  const asked = double.calls.length
  expect(asked).toBeLessThanOrEqual(2) // those that were on their way together
  expect(audit.stats).toMatchObject({ waiting: 8, refused: 0 })
  for (let n = 0; n < 3; n += 1) {
    clock.advance(LONG)
    await until(() => double.calls.length === asked + n + 1)
    await until(() => audit.stats.resting === 8)
  }
  await audit.close(NOW)

  const next = start()
  double.trouble = () => undefined
  await next.recovered()
  await until(sent(next))
  expect([...double.objects.keys()].sort()).toEqual(
    ids.map((id) => `/records/2026-01-01/${id}.replay.gz`).sort(),
  )
  expect(ids.every((id) => core.sessions.get(id)?.hasReplay)).toBe(true)
  await next.close(NOW)
  const alarms = lines.filter((line) => line.includes('"event":"storage-failing"'))
  expect(alarms).toHaveLength(1)
  expect(alarms[0]).toContain('AccessDenied')
  expect(lines.join('')).not.toContain(double.secretKey)
})

test('what is waiting goes on at once when a storage is back', async () => {
  await using home = await temporaryDirectory()
  await using double = await ObjectStoreDouble.start('s3')
  const { clock, lines, start } = world(home.path, [s3(double)])
  double.trouble = () => ({ status: 500, code: 'InternalError' })
  const audit = start()
  await recordSession(audit, clock, ['one'])
  for (let n = 0; n < 5; n += 1) await recordSession(audit, clock, ['more'])
  await until(() => audit.stats.resting === 6)
  double.trouble = () => undefined
  clock.advance(2_000)
  await until(sent(audit))
  expect(double.objects.size).toBe(6)
  expect(lines.filter((line) => line.includes('"event":"storage-back"'))).toHaveLength(1)
  expect(audit.stats.storages).toEqual([
    { name: `s3 records at ${double.url}`, failingSince: undefined, reason: undefined },
  ])
  await audit.close(NOW)
})

test('a storage that core names while the daemon runs is the one from then on', async () => {
  await using home = await temporaryDirectory()
  await using double = await ObjectStoreDouble.start('s3')
  const { core, clock, settings, start } = world(home.path)
  const audit = start()
  const before = await recordSession(audit, clock, ['ls'])
  await until(sent(audit))
  settings.now = { replayStorages: [s3(double)] }
  const after = await recordSession(audit, clock, ['ls'])
  await until(sent(audit))
  expect(core.sessions.get(before)).toMatchObject({ uploads: 1, hasReplay: true })
  expect(core.sessions.get(after)).toMatchObject({ uploads: 0, hasReplay: true })
  expect(double.objects.size).toBe(1)
  await audit.close(NOW)
})

test('a daemon whose records go to core loads nothing of other storages', async () => {
  await using home = await temporaryDirectory()
  const script = 'await import(process.argv[1])'
  const daemon = new URL('../../../../dist/daemon.js', import.meta.url).pathname
  const environment = { ...process.env, NODE_V8_COVERAGE: home.path }
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, daemon], {
    env: environment,
  })
  const names = await readdir(home.path)
  const loaded = (await Promise.all(names.map((name) => readFile(join(home.path, name), 'utf8')))).join('')
  expect(loaded).toContain('/audit/storages/storages.js')
  expect(loaded).not.toMatch(/storages\/(s3|oss|azure|elastic)-store\.js/)
})
