import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FileRecording } from '../../../src/audit/recorder.ts'
import { readSession } from '../../../src/audit/session-file.ts'
import { Spool } from '../../../src/audit/spool.ts'
import { verifySession } from '../../../src/audit/verify.ts'
import { fileAudit, passUntil, recordSession } from '../../fixtures/file-audit.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { MemoryRecordKeeper } from '../../fixtures/record-keeper.ts'
import { recorderOptions, START, sessionFacts } from '../../fixtures/spool.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'
import { until } from '../../fixtures/until.ts'

const NOW = AbortSignal.abort()
const DAY = 86_400_000

function setUp(home: string) {
  const parts = { home, core: new MemoryRecordKeeper(), clock: new ManualClock(START) }
  return { ...parts, parts, spool: new Spool(join(home, 'sessions')) }
}

/** What a killed daemon leaves of a session: written, known to core or not, never ended. */
async function leftOpen(spool: Spool, { known, command = 'ls' }: { known: boolean; command?: string }) {
  const facts = sessionFacts()
  const session = spool.place(facts.record.id, START)
  await spool.make(session)
  const recording = await FileRecording.create(session.directory, facts, recorderOptions())
  await recording.known()
  const before = await readFile(join(session.directory, 'session.json'), 'utf8')
  recording.output(Buffer.from(`$ ${command}\r\n`))
  recording.input(Buffer.from(`${command}\r`))
  await recording.close({ reason: 'exit', exit: { kind: 'none' }, at: START })
  const open = known ? before : before.replace('"known": true', '"known": false')
  await writeFile(join(session.directory, 'session.json'), open)
  const replay = join(session.directory, 'replay.log')
  await writeFile(replay, (await readFile(replay)).subarray(0, -60))
  return session
}

test('two hundred sessions that a killed daemon left are ended, delivered, and kept', async () => {
  await using home = await temporaryDirectory()
  const { parts, core, clock, spool } = setUp(home.path)
  const left = []
  for (let n = 0; n < 200; n += 1) left.push(await leftOpen(spool, { known: true, command: `command ${n}` }))
  const audit = fileAudit(parts)
  audit.start()
  await audit.recovered()
  await passUntil(clock, () => audit.stats.waiting === 0)
  expect(core.sessions.size).toBe(200)
  for (const [n, { id, directory }] of left.entries()) {
    expect(core.sessions.get(id)).toMatchObject({ hasReplay: true })
    expect(core.sessions.get(id)?.finished).toBeGreaterThanOrEqual(START)
    expect(core.inputsOf(id)).toEqual([`command ${n}`])
    expect((await readSession(directory)).end).toMatchObject({ cut: true })
    expect(await verifySession(directory)).toMatchObject({ kind: 'whole', cut: true })
  }
  await audit.close(NOW)
})

test('sessions core never heard of are removed, without a word to core', async () => {
  await using home = await temporaryDirectory()
  const { parts, core, spool } = setUp(home.path)
  await leftOpen(spool, { known: false })
  const empty = spool.place(sessionFacts().record.id, START)
  await spool.make(empty)
  const audit = fileAudit(parts)
  audit.start()
  await audit.recovered()
  expect(await readdir(join(spool.root, '2026-01-01'))).toEqual([])
  expect(core.calls).toEqual([])
  await audit.close(NOW)
})

test('a damaged session is put aside and holds up nothing; a newer one is left where it is', async () => {
  await using home = await temporaryDirectory()
  const { parts, core, clock, spool } = setUp(home.path)
  const damaged = await leftOpen(spool, { known: true })
  await writeFile(join(damaged.directory, 'session.json'), '{"format":"cocod-ses')
  const missing = await leftOpen(spool, { known: true })
  await rm(join(missing.directory, 'session.json'))
  const newer = await leftOpen(spool, { known: true })
  await writeFile(join(newer.directory, 'session.json'), '{"format":"cocod-session","version":9}')
  const good = await leftOpen(spool, { known: true })
  const audit = fileAudit(parts)
  audit.start()
  await audit.recovered()
  await passUntil(clock, () => audit.stats.waiting === 0)
  expect([...core.sessions.keys()]).toEqual([good.id])
  expect((await readdir(join(spool.root, 'damaged'))).sort()).toEqual([damaged.id, missing.id].sort())
  expect((await readdir(join(spool.root, '2026-01-01'))).sort()).toEqual([good.id, newer.id].sort())
  await audit.close(NOW)
})

test('recovery does not touch a session that runs', async () => {
  await using home = await temporaryDirectory()
  const { parts, core, spool } = setUp(home.path)
  const audit = fileAudit(parts)
  const facts = sessionFacts()
  const recording = await audit.open(facts)
  audit.start()
  await audit.recovered()
  await recording.known()
  recording.output(Buffer.from('still here'))
  await recording.close({ reason: 'exit', exit: { kind: 'none' }, at: START })
  await until(() => audit.stats.waiting === 0)
  expect(core.sessions.get(facts.record.id)?.replay).toContain('still here')
  const { directory } = spool.place(facts.record.id, START)
  expect((await readSession(directory)).end).toMatchObject({ cut: false })
  await audit.close(NOW)
})

test('what is with core is removed after its retention, what core refused or has not got is not', async () => {
  await using home = await temporaryDirectory()
  const { parts, core, clock, spool } = setUp(home.path)
  const audit = fileAudit(parts, { retentionDays: 30 })
  audit.start()
  core.trouble = ({ n, name }) =>
    n === 0 ? 'refused' : name === 'upload' && n < 6 ? 'unavailable' : undefined
  const refused = await recordSession(audit, clock, ['ls'])
  await until(() => audit.stats.waiting === 0)
  const waiting = await recordSession(audit, clock, ['ls'])
  await until(() => core.calls.includes('upload'))
  const sent = await recordSession(audit, clock, ['ls'])
  core.trouble = ({ session }) => (session === waiting ? 'unavailable' : undefined)
  await passUntil(clock, () => audit.stats.waiting === 1)
  const there = async (): Promise<readonly string[]> => (await readdir(join(spool.root, '2026-01-01'))).sort()
  clock.advance(29 * DAY)
  await audit.recovered()
  expect(await there()).toEqual([refused, waiting, sent].sort())
  clock.advance(2 * DAY)
  await audit.recovered()
  expect(await there()).toEqual([refused, waiting].sort())
  await audit.close(NOW)
})

test('no session begins when the disk is below its reserve', async () => {
  await using home = await temporaryDirectory()
  const { parts, spool } = setUp(home.path)
  const audit = fileAudit(parts, { reserveBytes: Number.MAX_SAFE_INTEGER })
  await expect(audit.open(sessionFacts())).rejects.toMatchObject({ code: 'AUDIT_DISK_RESERVE' })
  expect(await readdir(join(spool.root, '2026-01-01'))).toEqual([])
  await audit.close(NOW)
})

test('an id that is there already, or is none, opens nothing and harms nothing', async () => {
  await using home = await temporaryDirectory()
  const { parts, spool } = setUp(home.path)
  const audit = fileAudit(parts)
  const facts = sessionFacts()
  const first = await audit.open(facts)
  await first.known()
  await expect(audit.open(facts)).rejects.toMatchObject({ code: 'AUDIT_WRITE' })
  await expect(audit.open(sessionFacts({ id: '../../escape' }))).rejects.toThrow('UUID')
  await first.close({ reason: 'exit', exit: { kind: 'none' }, at: START })
  const { directory } = spool.place(facts.record.id, START)
  expect(await verifySession(directory)).toMatchObject({ kind: 'whole' })
  await audit.close(NOW)
})
