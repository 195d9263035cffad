import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { appendFile, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import type { FileAudit } from '../../../src/audit/file-audit.ts'
import { CoreError } from '../../../src/core/core-error.ts'
import type { FileLogRecord } from '../../../src/core/model.ts'
import { fileAudit, passUntil } from '../../fixtures/file-audit.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { MemoryRecordKeeper } from '../../fixtures/record-keeper.ts'
import { START } from '../../fixtures/spool.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'
import { until } from '../../fixtures/until.ts'

const CHILD = join(import.meta.dirname, '../../fixtures/file-log-child.ts')
const NOW = AbortSignal.abort()
const NEVER = new AbortController().signal

const record = (filename: string): FileLogRecord => ({
  id: randomUUID(),
  user: 'Alice (alice)',
  asset: 'web-1',
  systemUser: 'root',
  orgId: '',
  remoteAddr: '192.0.2.7',
  operate: 'Upload',
  filename,
  isSuccess: true,
  at: START,
})

const NAMES = ['/a', '/b', '/c', '/d', '/e']
const addAll = (audit: FileAudit, names = NAMES) =>
  Promise.all(names.map((name) => audit.fileLogs.add(record(name))))
const told = (core: MemoryRecordKeeper): string[] => core.fileLogs.map(({ filename }) => filename)
const sent = (audit: FileAudit) => () => audit.stats.fileLogs.waiting === 0

async function home() {
  const directory = await temporaryDirectory()
  const parts = { home: directory.path, core: new MemoryRecordKeeper(), clock: new ManualClock(START) }
  return { ...parts, parts, [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() }
}

test('what was done with files goes to core in its order, once, also over a restart', async () => {
  await using all = await home()
  const audit = fileAudit(all.parts)
  audit.start()
  await addAll(audit)
  await until(sent(audit))
  expect(told(all.core)).toEqual(NAMES)
  await audit.fileLogs.add(record('/f'))
  await until(sent(audit))
  await audit.close(NOW)
  const next = fileAudit(all.parts)
  next.start()
  await next.fileLogs.add(record('/g'))
  await until(() => all.core.fileLogs.length === 7)
  await next.close(NEVER)
  expect(all.core.calls).toHaveLength(7)
  expect(told(all.core)).toEqual([...NAMES, '/f', '/g'])
  expect(all.clock.pending).toBe(0)
})

test('entries that come one by one do not each note how far core has them', async () => {
  await using all = await home()
  const noted = (): Promise<string> => readFile(join(all.home, 'file-logs', 'delivery.json'), 'utf8')
  const audit = fileAudit(all.parts)
  audit.start()
  const one = async (name: string): Promise<void> => {
    await audit.fileLogs.add(record(name))
    await until(sent(audit))
  }
  await one('/a')
  await until(async () => (await noted().catch(() => '')) !== '')
  const first = await noted()
  for (const name of ['/b', '/c', '/d']) await one(name)
  expect(await noted()).toBe(first)
  all.clock.advance(1_000)
  await one('/e')
  await until(async () => (await noted()) !== first)
  await one('/f')
  await audit.close(NEVER)
  const next = fileAudit(all.parts)
  next.start()
  await next.close(NEVER)
  expect(all.core.calls).toHaveLength(6)
})

test('what came before the queue was started, or is there when it ends, is not forgotten', async () => {
  await using all = await home()
  const audit = fileAudit(all.parts)
  await addAll(audit)
  expect(audit.stats.fileLogs).toEqual({ waiting: 5, oldest: START, refused: 0 })
  audit.start()
  await audit.fileLogs.add(record('/f'))
  await audit.close(NEVER)
  expect(told(all.core)).toEqual([...NAMES, '/f'])
})

test('a lost answer or a failure at any call leaves nothing missing, double or out of order', async () => {
  for (const trouble of ['lose', 'unavailable', 'credentials'] as const) {
    for (let at = 0; at < 5; at += 1) {
      await using all = await home()
      all.core.trouble = ({ n }) => (n === at || n === at + 1 ? trouble : undefined)
      const audit = fileAudit(all.parts)
      audit.start()
      await addAll(audit)
      await passUntil(all.clock, sent(audit))
      expect(told(all.core)).toEqual(NAMES)
      await audit.close(NOW)
    }
  }
})

test('a daemon that ends at any call leaves nothing missing and nothing double', async () => {
  for (const trouble of ['hang', 'drop'] as const) {
    for (let at = 0; at < 5; at += 1) {
      await using all = await home()
      all.core.trouble = ({ n }) => (n === at ? trouble : undefined)
      const killed = fileAudit(all.parts)
      killed.start()
      await addAll(killed)
      await until(() => all.core.calls.length > at)
      await killed.close(NOW)
      await rm(join(all.home, 'file-logs', 'delivery.json'), { force: true }) // as if it had not got so far
      const next = fileAudit(all.parts)
      next.start()
      await until(() => all.core.fileLogs.length === 5)
      expect(told(all.core)).toEqual(NAMES)
      await until(sent(next))
      await next.close(NOW)
    }
  }
})

test('it waits for core for ever, knocks ever more rarely, and goes on at once when core is back', async () => {
  await using all = await home()
  all.core.trouble = () => 'unavailable'
  const audit = fileAudit(all.parts)
  audit.start()
  await addAll(audit)
  await passUntil(all.clock, () => all.core.calls.length > 12)
  expect(all.clock.monotonic()).toBeGreaterThan(600_000)
  expect(audit.stats.fileLogs).toEqual({ waiting: 5, oldest: START, refused: 0 })
  all.core.trouble = () => undefined
  audit.coreBack()
  await until(sent(audit))
  expect(told(all.core)).toEqual(NAMES)
  await audit.close(NOW)
})

test('what core refuses for good is kept with its reason, is counted, and holds up nothing', async () => {
  await using all = await home()
  const audit = fileAudit(all.parts)
  const bad = record('/bad')
  await addAll(audit, ['/a'])
  await audit.fileLogs.add(bad)
  await addAll(audit, ['/c'])
  all.core.trouble = ({ session }) => (session === bad.id ? 'refused' : undefined)
  audit.start()
  await until(sent(audit))
  expect(told(all.core)).toEqual(['/a', '/c'])
  expect(audit.stats.fileLogs.refused).toBe(1)
  const kept = await readFile(join(all.home, 'dead-letter/file-logs/refused.ndjson'), 'utf8')
  expect(JSON.parse(kept)).toMatchObject({
    what: 'file log',
    code: 'CORE_REFUSED',
    body: { filename: '/bad' },
  })
  await audit.close(NOW)
})

test('an entry on which core fails again and again lets the others go first, and comes when core can take it', async () => {
  await using all = await home()
  const poison = record('/poison')
  let isHard = true
  const broken = new CoreError('CORE_UNAVAILABLE', 'unavailable', {
    ...{ step: 'test', message: 'core answered 500', next: 'nothing', status: 500 },
  })
  const core = Object.assign(all.core, {
    sendFileLog: async (each: FileLogRecord): Promise<void> => {
      if (isHard && each.id === poison.id) throw broken
      all.core.fileLogs.push(each)
    },
  })
  const audit = fileAudit({ ...all.parts, core })
  await audit.fileLogs.add(poison)
  await addAll(audit)
  audit.start()
  await passUntil(all.clock, () => all.core.fileLogs.length === 5)
  expect(told(all.core)).toEqual(NAMES)
  await until(() => audit.stats.fileLogs.waiting === 1)
  isHard = false
  await passUntil(all.clock, sent(audit))
  expect(told(all.core)).toEqual([...NAMES, '/poison'])
  await audit.close(NOW)
})

test('kill -9 loses nothing that was acknowledged', async () => {
  await using all = await home()
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, join(all.home, 'file-logs')], {
    env: { ...process.env, TSX_DISABLE_CACHE: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  using _ = { [Symbol.dispose]: () => child.kill('SIGKILL') }
  const acknowledged: string[] = []
  for await (const name of createInterface({ input: child.stdout })) {
    acknowledged.push(name)
    if (acknowledged.length === 500) child.kill('SIGKILL')
  }
  const audit = fileAudit(all.parts)
  audit.start()
  await until(() => all.core.fileLogs.length >= acknowledged.length)
  await until(sent(audit))
  expect(told(all.core).slice(0, acknowledged.length)).toEqual(acknowledged)
  await audit.close(NOW)
})

test('a cut line is the last of its file, and a line that cannot be understood holds up nothing', async () => {
  await using all = await home()
  const first = fileAudit(all.parts)
  await first.fileLogs.add(record('/a'))
  await first.close(NOW)
  const path = join(all.home, 'file-logs', '00000001.ndjson')
  await appendFile(path, '{"record":{"id":"half')
  const next = fileAudit(all.parts)
  await next.fileLogs.add(record('/b'))
  await next.close(NOW)
  await appendFile(join(all.home, 'file-logs', '00000002.ndjson'), 'no JSON\n{"record":{}}\n')
  const last = fileAudit(all.parts)
  await last.fileLogs.add(record('/c'))
  last.start()
  await until(() => all.core.fileLogs.length === 3)
  await until(sent(last))
  expect(told(all.core)).toEqual(['/a', '/b', '/c'])
  await last.close(NOW)
})

test('the entry is here with its facts, and goes when core has had it for long enough', async () => {
  await using all = await home()
  all.clock.setWallClock(Date.now())
  const days = { retentionDays: 2 }
  const audit = fileAudit(all.parts, days)
  audit.start()
  await audit.fileLogs.add(record('/a'), { bytes: 12, sha256: 'ab'.repeat(32), client: null })
  await until(sent(audit))
  const directory = join(all.home, 'file-logs')
  const [, line = ''] = (await readFile(join(directory, '00000001.ndjson'), 'utf8')).split('\n')
  expect(JSON.parse(line)).toMatchObject({
    record: { filename: '/a' },
    facts: { bytes: 12, sha256: 'ab'.repeat(32), client: null },
  })
  all.clock.advance(36 * 3_600_000) // another day: another file
  await audit.fileLogs.add(record('/b'))
  await until(sent(audit))
  expect(await readdir(directory)).toContain('00000001.ndjson')
  all.clock.advance(36 * 3_600_000)
  await until(async () => !(await readdir(directory)).includes('00000001.ndjson'))
  expect(await readdir(directory)).toContain('00000002.ndjson')
  await audit.close(NOW)
})

test('whoever adds without waiting is told when too much waits', async () => {
  await using all = await home()
  const audit = fileAudit(all.parts)
  const long = 'x'.repeat(16_000)
  const outcomes = await Promise.allSettled(
    Array.from({ length: 1_000 }, () => audit.fileLogs.add(record(long))),
  )
  const failed = outcomes.filter(({ status }) => status === 'rejected')
  expect(failed.length).toBeGreaterThan(400)
  expect(failed[0]).toMatchObject({ reason: { code: 'AUDIT_WRITE' } })
  expect(audit.stats.fileLogs.waiting).toBe(1_000 - failed.length)
  await audit.fileLogs.add(record('/after'))
  await audit.close(NOW)
})
