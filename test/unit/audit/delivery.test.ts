import { readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { FileAudit } from '../../../src/audit/file-audit.ts'
import { fileAudit, passUntil, recordSession } from '../../fixtures/file-audit.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { MemoryRecordKeeper, type Trouble } from '../../fixtures/record-keeper.ts'
import { START, sessionFacts } from '../../fixtures/spool.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'
import { until } from '../../fixtures/until.ts'

const COMMANDS = ['ls', 'cd /tmp', 'ls', 'ls', 'exit']
const NOW = AbortSignal.abort()

const sent = (audit: FileAudit) => () => audit.stats.waiting === 0

function expectWhole(core: MemoryRecordKeeper, id: string): void {
  const session = core.sessions.get(id)
  expect(core.inputsOf(id)).toEqual(COMMANDS)
  expect(session).toMatchObject({ finished: START, hasReplay: true })
  const replay: unknown = JSON.parse(session?.replay ?? 'null')
  expect(Object.values(replay ?? {}).join('')).toBe(COMMANDS.map((command) => `$ ${command}\r\n`).join(''))
}

test('a session goes to core in order, and only once', async () => {
  await using home = await temporaryDirectory()
  const parts = { home: home.path, core: new MemoryRecordKeeper(), clock: new ManualClock(START) }
  const audit = fileAudit(parts)
  audit.start()
  const id = await recordSession(audit, parts.clock, COMMANDS)
  await until(sent(audit))
  expectWhole(parts.core, id)
  expect(parts.core.calls).toEqual(['create', 'commands', 'finish', 'upload', 'mark'])
  await audit.close(NOW)
  const again = fileAudit(parts)
  again.start()
  await again.recovered()
  await again.close(NOW)
  expect(parts.core.calls).toHaveLength(5)
  expect(parts.clock.pending).toBe(0)
})

test('a lost answer or a failure at any call leaves nothing missing and nothing double', async () => {
  for (const trouble of ['lose', 'unavailable', 'credentials'] as const) {
    for (let at = 0; at < 6; at += 1) {
      await using home = await temporaryDirectory()
      const parts = { home: home.path, core: new MemoryRecordKeeper(), clock: new ManualClock(START) }
      parts.core.trouble = ({ n }) => (n === at || n === at + 1 ? trouble : undefined)
      const audit = fileAudit(parts)
      audit.start()
      const id = await recordSession(audit, new ManualClock(START), COMMANDS)
      await passUntil(parts.clock, sent(audit))
      expectWhole(parts.core, id)
      await audit.close(NOW)
    }
  }
})

test('a daemon that is killed at any call leaves nothing missing and nothing double', async () => {
  for (const trouble of ['hang', 'drop'] as const) {
    for (let at = 0; at < 6; at += 1) {
      await using home = await temporaryDirectory()
      const parts = { home: home.path, core: new MemoryRecordKeeper(), clock: new ManualClock(START) }
      parts.core.trouble = ({ n }) => (n === at ? trouble : undefined)
      const killed = fileAudit(parts)
      killed.start()
      const id = await recordSession(killed, parts.clock, COMMANDS)
      await until(() => parts.core.calls.length > at || sent(killed)())
      await killed.close(NOW)
      const next = fileAudit(parts)
      next.start()
      await next.recovered()
      await passUntil(parts.clock, sent(next))
      expectWhole(parts.core, id)
      await next.close(NOW)
    }
  }
})

test('commands of a running session are with core within five seconds, also when core was away for a while', async () => {
  await using home = await temporaryDirectory()
  const parts = { home: home.path, core: new MemoryRecordKeeper(), clock: new ManualClock(START) }
  const audit = fileAudit(parts)
  audit.start()
  const facts = sessionFacts()
  const recording = await audit.open(facts)
  await recording.known()
  recording.input(Buffer.from('one\rtwo\r'))
  await until(() => audit.stats.waiting === 1)
  parts.clock.advance(4_900)
  await until(sent(audit))
  expect(parts.core.inputsOf(facts.record.id)).toEqual(['one', 'two'])
  expect(parts.core.calls).toEqual(['create', 'commands'])

  parts.core.trouble = () => 'unavailable'
  recording.input(Buffer.from('three\r'))
  await passUntil(parts.clock, () => parts.core.calls.length > 8)
  expect(audit.stats).toMatchObject({ waiting: 1 })
  parts.core.trouble = () => undefined
  audit.coreBack()
  await until(sent(audit))
  expect(parts.core.inputsOf(facts.record.id)).toEqual(['one', 'two', 'three'])
  await recording.close({ reason: 'left', exit: { kind: 'none' }, at: START })
  await until(sent(audit))
  expect(parts.core.sessions.get(facts.record.id)).toMatchObject({ hasReplay: true })
  await audit.close(NOW)
})

test('a session that core cannot digest does not hold up the others', async () => {
  await using home = await temporaryDirectory()
  const parts = { home: home.path, core: new MemoryRecordKeeper(), clock: new ManualClock(START) }
  const audit = fileAudit(parts)
  const bad = await recordSession(audit, new ManualClock(START), ['poison'])
  const good = []
  for (let n = 0; n < 20; n += 1) good.push(await recordSession(audit, new ManualClock(START), COMMANDS))
  parts.core.trouble = ({ name, session }) =>
    session === bad && name === 'commands' ? 'unavailable' : undefined
  audit.start()
  await passUntil(parts.clock, () => audit.stats.waiting === 1)
  for (const id of good) expectWhole(parts.core, id)
  expect(parts.core.sessions.get(bad)?.finished).toBeUndefined()
  expect(audit.stats.oldest).toBe(START)
  await audit.close(NOW)
})

test('replays that take long do not keep core from hearing that other sessions are over', async () => {
  await using home = await temporaryDirectory()
  const parts = { home: home.path, core: new MemoryRecordKeeper(), clock: new ManualClock(START) }
  parts.core.trouble = ({ name }) => (name === 'upload' ? 'hang' : undefined)
  const audit = fileAudit(parts)
  audit.start()
  const long: string[] = []
  for (let n = 0; n < 8; n += 1) long.push(await recordSession(audit, parts.clock, COMMANDS))
  await until(() => parts.core.calls.filter((name) => name === 'upload').length === 2)
  const late = await recordSession(audit, parts.clock, COMMANDS)
  await until(() => [...long, late].every((id) => parts.core.sessions.get(id)?.finished === START))
  expect(parts.core.inputsOf(late)).toEqual(COMMANDS)
  expect(parts.core.calls.filter((name) => name === 'upload')).toHaveLength(2)
  expect(audit.stats.waiting).toBe(9)
  await audit.close(NOW)
})

test('while core is away it is asked by one session at a time, with pauses', async () => {
  await using home = await temporaryDirectory()
  const parts = { home: home.path, core: new MemoryRecordKeeper(), clock: new ManualClock(START) }
  const audit = fileAudit(parts)
  const { core, clock } = parts
  for (let n = 0; n < 10; n += 1) await recordSession(audit, clock, ['ls'])
  core.trouble = () => 'unavailable'
  audit.start()
  await until(() => core.calls.length === 4)
  for (const [pause, calls] of [
    [500, 5],
    [1_000, 6],
    [2_000, 7],
  ] as const) {
    await recordSession(audit, clock, ['ls']) // takes longer than another call would
    expect(core.calls).toHaveLength(calls - 1)
    clock.advance(pause)
    await until(() => core.calls.length === calls)
  }
  core.trouble = () => undefined
  await passUntil(clock, sent(audit))
  expect(core.sessions.size).toBe(13)
  await audit.close(NOW)
})

const REFUSALS: ReadonlyArray<
  readonly [what: string, trouble: Trouble, left: Partial<Record<string, unknown>>]
> = [
  ['create', 'refused', { session: false }],
  ['commands', 'refused', { hasReplay: true, commands: [] }],
  ['finish', 'refused', { hasReplay: true, finished: undefined }],
  ['upload', 'refused', { hasReplay: false, finished: START }],
  ['mark', 'refused', { hasReplay: false, finished: START }],
]

test('what core refuses for good is put down with its reason, and the rest is delivered', async () => {
  for (const [what, trouble, left] of REFUSALS) {
    await using home = await temporaryDirectory()
    const parts = { home: home.path, core: new MemoryRecordKeeper(), clock: new ManualClock(START) }
    parts.core.trouble = ({ name }) => (name === what ? trouble : undefined)
    const audit = fileAudit(parts)
    audit.start()
    const id = await recordSession(audit, parts.clock, COMMANDS)
    await until(sent(audit))
    const session = parts.core.sessions.get(id)
    const { session: exists = true, commands = COMMANDS, ...rest } = left
    expect(session !== undefined, what).toBe(exists)
    if (session) expect(session).toMatchObject(rest)
    if (session) expect(parts.core.inputsOf(id)).toEqual(commands)
    const letters = await readFile(join(home.path, 'dead-letter', id, 'refused.ndjson'), 'utf8')
    expect(letters).toContain('core is refused')
    expect(audit.stats.refused).toBe(what === 'commands' ? COMMANDS.length : 1)
    expect((await stat(join(home.path, 'sessions', '2026-01-01', id, 'replay.log'))).size).toBeGreaterThan(0)
    await audit.close(NOW)
  }
})

test('of a batch only the command that core refuses is left out', async () => {
  await using home = await temporaryDirectory()
  const parts = { home: home.path, core: new MemoryRecordKeeper(), clock: new ManualClock(START) }
  parts.core.trouble = ({ commands }) =>
    commands.some(({ input }) => input === 'bad') ? 'refused' : undefined
  const audit = fileAudit(parts)
  audit.start()
  const id = await recordSession(audit, parts.clock, ['one', 'bad', 'two'])
  await until(sent(audit))
  expect(parts.core.inputsOf(id)).toEqual(['one', 'two'])
  await audit.close(NOW)
})

test('a session that core has deleted is done with', async () => {
  await using home = await temporaryDirectory()
  const parts = { home: home.path, core: new MemoryRecordKeeper(), clock: new ManualClock(START) }
  parts.core.trouble = ({ name }) => (name === 'finish' ? 'missing' : undefined)
  const audit = fileAudit(parts)
  audit.start()
  await recordSession(audit, parts.clock, COMMANDS)
  await until(sent(audit))
  expect(parts.core.calls).toEqual(['create', 'commands', 'finish'])
  expect(audit.stats.refused).toBe(0)
  await audit.close(NOW)
})

test('a stop sends what can be sent at once, and does not wait for a core that is away', async () => {
  await using home = await temporaryDirectory()
  const parts = { home: home.path, core: new MemoryRecordKeeper(), clock: new ManualClock(START) }
  const audit = fileAudit(parts)
  audit.start()
  parts.core.trouble = () => 'unavailable'
  const id = await recordSession(audit, parts.clock, COMMANDS)
  await until(() => parts.core.calls.length > 0)
  parts.core.trouble = () => undefined
  await audit.close(new AbortController().signal)
  expectWhole(parts.core, id)

  const other = fileAudit(parts)
  other.start()
  parts.core.trouble = () => 'unavailable'
  await recordSession(other, parts.clock, COMMANDS)
  await other.close(new AbortController().signal)
  expect(other.stats.waiting).toBe(1)

  const third = fileAudit(parts)
  third.start()
  parts.core.trouble = () => 'hang'
  await recordSession(third, parts.clock, COMMANDS)
  const deadline = new AbortController()
  const closed = third.close(deadline.signal)
  deadline.abort()
  await closed
  expect(parts.clock.pending).toBe(0)
})

test('a session whose replay was taken away is finished in core all the same', async () => {
  await using home = await temporaryDirectory()
  const parts = { home: home.path, core: new MemoryRecordKeeper(), clock: new ManualClock(START) }
  const audit = fileAudit(parts)
  const id = await recordSession(audit, parts.clock, COMMANDS)
  await rm(join(home.path, 'sessions', '2026-01-01', id, 'replay.log'))
  audit.start()
  await until(sent(audit))
  expect(parts.core.sessions.get(id)).toMatchObject({ finished: START, hasReplay: false })
  expect(audit.stats.refused).toBe(1)
  await audit.close(NOW)
})
