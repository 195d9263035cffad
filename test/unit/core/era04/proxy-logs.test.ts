import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { coreReplay, writeGzip } from '../../../../src/audit/core-replay.ts'
import { encodeFrame, FRAME, type Frame } from '../../../../src/audit/frames.ts'
import { command } from '../world.ts'
import { refusalOf, session, type World04, world04 } from './world.ts'

const filesOf = ({ home }: World04): Promise<string[]> =>
  readdir(join(home, 'proxy-logs')).catch((): string[] => [])

async function* frames(texts: readonly string[]): AsyncGenerator<Frame> {
  for (const [at, text] of texts.entries()) {
    const payload = Buffer.from(text)
    const raw = encodeFrame(FRAME.output, at * 1_500_000, payload)
    yield { kind: FRAME.output, time: at * 1_500_000, payload, raw, offset: 0 }
  }
}

async function replayOf({ home }: World04, texts: readonly string[]) {
  const path = join(home, 'core.replay.gz')
  return { path, bytes: await writeGzip(coreReplay(frames(texts)), path) }
}

test('a session is told once, under the number core made, and its end after a restart', async () => {
  await using all = await world04()
  const record = session()
  await Promise.all([all.service.createSession(record), all.service.createSession(record)])
  const later = all.restarted()
  await later.createSession(record)
  await later.finishSession(record.id, Date.UTC(2017, 7, 1, 1))
  const names = { user: 'Alice (alice)', asset: 'web-01', system_user: 'root', login_type: 'ST' }
  const times = { date_start: Date.UTC(2017, 7, 1), date_finished: Date.UTC(2017, 7, 1, 1) }
  expect(all.core.state.proxyLogs).toEqual([
    { id: expect.any(Number) as unknown, is_finished: true, ...names, ...times },
  ])
})

test('names are cut to what core takes; of a person the user name is kept', async () => {
  await using all = await world04()
  const user = `${'A very long name of a person '.repeat(2)}(alice)`
  await all.service.createSession(session({ user, asset: 'ö'.repeat(40), systemUser: '' }))
  expect(all.core.state.proxyLogs).toMatchObject([{ user: 'alice', asset: 'ö'.repeat(32), system_user: '-' }])
})

test('a session whose first answer was lost is told again, and the log says what core may show', async () => {
  await using all = await world04()
  const record = session()
  const outage = all.core.fail('loseAnswer', { path: /receive/, times: 1 })
  expect(await refusalOf(all.service.createSession(record))).toMatchObject({ kind: 'unavailable' })
  outage[Symbol.dispose]()
  await all.restarted().createSession(record)
  expect(all.core.state.proxyLogs).toHaveLength(2)
  expect(all.lines.filter((line) => line.includes('core may show it twice'))).toHaveLength(1)
})

test('a session core refuses leaves nothing behind; one it was not told of is missing', async () => {
  await using all = await world04()
  for (const terminal of all.core.state.terminals) terminal.isActive = false
  const record = session()
  expect(await refusalOf(all.service.createSession(record))).toMatchObject({ kind: 'credentials' })
  expect(await filesOf(all)).toEqual([])
  expect(await refusalOf(all.service.finishSession(record.id, 0))).toMatchObject({ kind: 'missing' })
})

test('commands are numbered, encoded and not sent when blank', async () => {
  await using all = await world04()
  const record = session()
  await all.service.createSession(record)
  const at = Date.UTC(2017, 7, 1, 0, 1) + 500
  await all.service.sendCommands(record, [
    command('ls', { output: 'ä\n', at }),
    command('  '),
    command('pwd', { at }),
  ])
  await all.restarted().sendCommands(record, [command('w'.repeat(200), { at })])
  const [proxyLog] = all.core.state.proxyLogs
  const rest = { proxy_log_id: proxyLog?.id, user: 'Alice (alice)', asset: 'web-01', system_user: 'root' }
  expect(all.core.state.commands).toEqual([
    { ...rest, command_no: 1, command: 'ls', output: 'ä\n', timestamp: at / 1000 },
    { ...rest, command_no: 2, command: 'pwd', output: '', timestamp: at / 1000 },
    { ...rest, command_no: 3, command: 'w'.repeat(128), output: '', timestamp: at / 1000 },
  ])
})

test('commands without an answer go again under the same numbers, those with one do not', async () => {
  await using all = await world04()
  const record = session()
  await all.service.createSession(record)
  const batch = [command('ls')]
  const outage = all.core.fail('loseAnswer', { path: /command-log/, times: 1 })
  expect(await refusalOf(all.service.sendCommands(record, batch))).toMatchObject({ kind: 'unavailable' })
  outage[Symbol.dispose]()
  expect(await refusalOf(all.service.commandsStored())).toMatchObject({ kind: 'missing' })
  await all.service.sendCommands(record, batch)
  await all.restarted().sendCommands(record, batch)
  expect(all.core.state.commands.map(({ command_no }) => command_no)).toEqual([1, 1])
})

test('a recording goes out in bounded pieces with their times, and goes on after a restart where it stopped', async () => {
  await using all = await world04()
  const record = session()
  await all.service.createSession(record)
  const texts = Array.from({ length: 450 }, (_, at) => `"line" ${at} ü\\\r\n`)
  const file = await replayOf(all, texts)
  const outage = all.core.fail('reset', { path: /record-log/ })
  await refusalOf(all.service.uploadReplay(record.id, file))
  outage[Symbol.dispose]()
  let requests = 0
  const isSecond = (): boolean => {
    requests += 1
    return requests > 1
  }
  const second = all.core.fail('reset', { path: { test: isSecond } })
  await refusalOf(all.restarted().uploadReplay(record.id, file))
  second[Symbol.dispose]()
  expect(all.core.state.records).toHaveLength(200)
  await all.restarted().uploadReplay(record.id, file)
  expect(all.core.state.records.map(({ output }) => output)).toEqual(texts)
  const start = Date.UTC(2017, 7, 1) / 1000
  expect(all.core.state.records[449]?.timestamp).toBeCloseTo(start + 449 * 1.5, 3)
  const sizes = all.core.journal.of('POST', 'record-log').map(({ body }) => JSON.stringify(body).length)
  expect(Math.max(...sizes)).toBeLessThan(400_000)
})

test('large output is sent in more requests, none of them large', async () => {
  await using all = await world04()
  const record = session()
  await all.service.createSession(record)
  const texts = Array.from({ length: 12 }, (_, at) => String(at % 10).repeat(60_000))
  await all.service.uploadReplay(record.id, await replayOf(all, texts))
  expect(all.core.state.records.map(({ output }) => output)).toEqual(texts)
  expect(all.core.journal.of('POST', 'record-log')).toHaveLength(6)
})

test('when all is there, what was kept of the session goes', async () => {
  await using all = await world04()
  const record = session()
  await all.service.createSession(record)
  expect(await filesOf(all)).toEqual([`${record.id}.json`])
  await all.service.markReplay(record.id)
  await all.service.markReplay(record.id)
  expect(await filesOf(all)).toEqual([])
})
