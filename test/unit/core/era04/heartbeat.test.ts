import { expect, test, vi } from 'vitest'
import { BeatForm04 } from '../../../../src/core/era04/beat-form.ts'
import { Heartbeat } from '../../../../src/core/heartbeat.ts'
import type { Task } from '../../../../src/core/model.ts'
import { session, type World04, world04 } from './world.ts'

function beating(all: World04, onTask: (task: Task) => Promise<void>): Heartbeat {
  const form = new BeatForm04({ sessionOf: (id) => all.service.sessionOf(id), log: all.parts.log })
  const intervalSeconds = () => all.service.settings.heartbeatSeconds
  return new Heartbeat({
    ...all.parts,
    form,
    intervalSeconds,
    onTask,
    liveSessions: () => [],
    random: () => 1,
  })
}

test('an order to end a proxy log ends its session, and comes once', async () => {
  await using all = await world04()
  const record = session()
  await all.service.createSession(record)
  const tasks: Task[] = []
  await using heartbeat = beating(all, async (task) => void tasks.push(task))
  all.core.orderKill(all.core.state.proxyLogs[0]?.id ?? 0)
  await heartbeat.beat()
  await heartbeat.beat()
  expect(tasks).toMatchObject([{ name: 'kill_session', args: record.id }])
  expect(all.core.journal.of('POST', '/terminal/heatbeat/').map(({ status }) => status)).toEqual([201, 201])
})

test('an order that fails is tried again, as core does not tell it twice', async () => {
  await using all = await world04()
  await all.service.createSession(session())
  let tries = 0
  await using heartbeat = beating(all, async () => {
    tries += 1
    if (tries === 1) throw new Error('not now')
  })
  all.core.orderKill(all.core.state.proxyLogs[0]?.id ?? 0)
  await heartbeat.beat()
  all.clock.advance(await all.clock.untilTimer(100, 1_000))
  await vi.waitUntil(() => tries === 2)
  expect(tries).toBe(2)
})

test('orders that are not known, or about other sessions, are left alone', async () => {
  await using all = await world04()
  const tasks: Task[] = []
  await using heartbeat = beating(all, async (task) => void tasks.push(task))
  all.core.state.terminals[0]?.tasks.push({ name: 'dance' }, 7, { name: 'kill_proxy', proxy_log_id: 9 })
  await heartbeat.beat()
  expect(tasks).toEqual([])
  expect(all.lines.filter((line) => line.includes('order of core is unknown'))).toHaveLength(3)
})
