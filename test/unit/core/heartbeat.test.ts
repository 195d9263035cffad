import { expect, test } from 'vitest'
import { Heartbeat } from '../../../src/core/heartbeat.ts'
import type { Task } from '../../../src/core/model.ts'
import { silentLog } from '../../../src/log.ts'
import { type CoreDouble, startCoreDouble } from '../../fixtures/core-double.ts'
import { ObservedClock } from './observed-clock.ts'
import { CoreParts, secretKey } from './parts.ts'
import { newSession } from './world.ts'

const PAUSE = [1, 1_500] as const
const INTERVAL = [16_000, 20_000] as const
const STATUS = '/terminal/status/'

/** A heartbeat under a clock that stands still, its core, and the ids of its sessions. */
async function beating({ onTask = async (_task: Task): Promise<void> => undefined } = {}) {
  const clock = new ObservedClock(Date.UTC(2026, 0, 1))
  const core = await startCoreDouble({ now: () => clock.now() })
  const key = secretKey(core.state.addTerminal('bastion').key)
  const parts = new CoreParts(core.url, { clock, key })
  const live: string[] = []
  const heartbeat = new Heartbeat({
    core: parts.transport,
    key,
    clock,
    log: silentLog(),
    liveSessions: () => live,
    sessionBody: (id) => parts.service.sessionBody(id),
    intervalSeconds: () => 20,
    onTask,
  })
  return {
    clock,
    core,
    live,
    heartbeat,
    service: parts.service,
    [Symbol.asyncDispose]: async () => {
      await heartbeat[Symbol.asyncDispose]()
      await parts[Symbol.asyncDispose]()
      await core[Symbol.asyncDispose]()
    },
  }
}

const answered = (core: CoreDouble): number =>
  core.journal.of('POST', STATUS).filter(({ status, outage }) => status === 201 && !outage).length

/** Lets the pause between two tries pass. */
async function passPause(clock: ObservedClock): Promise<void> {
  clock.advance(await clock.untilTimer(...PAUSE))
}

test('every beat lists all live sessions', async () => {
  await using all = await beating()
  all.live.push('s1', 's2')
  all.heartbeat.start()
  await all.core.until((core) => answered(core) === 1)
  expect(all.core.state.live).toEqual(['s1', 's2'])
  all.live.splice(0, 2)
  all.clock.advance(await all.clock.untilTimer(...INTERVAL))
  await all.core.until((core) => answered(core) === 2)
  expect(all.core.state.live).toEqual([])
})

test('after a kill task the next one is looked for more often, for a minute', async () => {
  await using all = await beating()
  await all.service.createSession(newSession())
  const task = all.core.orderKill(all.core.onlySession().id)
  all.heartbeat.start()
  await all.core.until((core) => answered(core) === 1)
  const eager = await all.clock.untilTimer(1_600, 2_000)
  task.is_finished = true
  all.clock.advance(eager)
  await all.core.until((core) => answered(core) === 2)
  all.clock.advance(await all.clock.untilTimer(1_600, 2_000))
  await all.core.until((core) => answered(core) === 3)
  await all.clock.untilTimer(1_600, 2_000)
  all.clock.advance(60_000)
  await all.core.until((core) => answered(core) >= 4)
  await all.clock.untilTimer(...INTERVAL)
})

test('core up to 1.4.6 gets the numbers and the sessions it wants, from the first refusal on', async () => {
  await using all = await beating()
  all.core.state.beats = 'objects'
  const session = newSession()
  await all.service.createSession(session)
  all.live.push(session.id, 'not known to core')
  all.heartbeat.start()
  await all.core.until((core) => answered(core) === 1)
  expect(all.core.journal.of('POST', STATUS).map(({ status }) => status)).toEqual([400, 201])
  expect(all.core.state.live).toEqual([session.id])
  expect(all.core.onlySession()).toMatchObject({ is_finished: false })
  all.clock.advance(await all.clock.untilTimer(...INTERVAL))
  await all.core.until((core) => answered(core) === 2)
  expect(all.core.journal.of('POST', STATUS)).toHaveLength(3)
  await all.service.finishSession(session.id, session.dateStart)
  all.clock.advance(await all.clock.untilTimer(...INTERVAL))
  await all.core.until((core) => answered(core) === 3)
  expect(all.core.state.live).toEqual([])
})

test.each(['reset', '500', 'html', 'badGateway', 'halfBody', 'loseAnswer'] as const)(
  'the heartbeat goes on through %s, and is back within 5 s of core',
  async (kind) => {
    await using all = await beating()
    const outage = all.core.fail(kind)
    all.heartbeat.start()
    for (let round = 0; round < 6; round += 1) await passPause(all.clock)
    await all.clock.untilTimer(...PAUSE)
    outage[Symbol.dispose]()
    const back = all.clock.monotonic()
    await passPause(all.clock)
    await all.core.until((core) => answered(core) === 1)
    expect(all.clock.monotonic() - back).toBeLessThanOrEqual(5_000)
    await all.clock.untilTimer(...INTERVAL)
  },
)

test('the heartbeat goes on while core refuses connections, and is back within 5 s of it', async () => {
  await using all = await beating()
  await all.core.refuse()
  all.heartbeat.start()
  for (let round = 0; round < 6; round += 1) await passPause(all.clock)
  await all.clock.untilTimer(...PAUSE)
  await all.core.accept()
  const back = all.clock.monotonic()
  await passPause(all.clock)
  await all.core.until((core) => answered(core) === 1)
  expect(all.clock.monotonic() - back).toBeLessThanOrEqual(5_000)
})

test('a core that hangs is tried again every 5 s at most, with a bounded number of tries under way', async () => {
  await using all = await beating()
  const outage = all.core.fail('hang')
  all.heartbeat.start()
  const begun: number[] = []
  for (let round = 1; round <= 8; round += 1) {
    await all.core.until(({ journal }) => journal.of('POST', STATUS).length === round)
    begun.push(all.clock.monotonic())
    all.clock.advance(await all.clock.untilTimer(3_000, 3_000))
    await passPause(all.clock)
  }
  const gaps = begun.slice(1).map((at, n) => at - (begun[n] ?? 0))
  expect(Math.max(...gaps)).toBeLessThanOrEqual(5_000)
  await all.core.until(({ journal }) => journal.of('POST', STATUS).length === 9)
  expect(await all.core.connections()).toBeLessThanOrEqual(5)
  outage[Symbol.dispose]()
  all.clock.advance(await all.clock.untilTimer(3_000, 3_000))
  await passPause(all.clock)
  await all.core.until((core) => answered(core) === 1)
})

test('a refused key does not end the heartbeat: an administrator may switch the terminal on again', async () => {
  await using all = await beating()
  const user = [...all.core.state.terminals.values()][0]?.user
  if (!user) throw new Error('no terminal')
  user.isActive = false
  all.heartbeat.start()
  await passPause(all.clock)
  await all.clock.untilTimer(...PAUSE)
  user.isActive = true
  await passPause(all.clock)
  await all.core.until((core) => answered(core) === 1)
})

test('a task is handed over once while it is in work, again when it failed, and never after it was finished', async () => {
  const calls: string[] = []
  const turns: Array<{ resolve: () => void; reject: (cause: Error) => void }> = []
  const onTask = ({ args }: Task): Promise<void> => {
    calls.push(args)
    return new Promise((resolve, reject) => turns.push({ resolve, reject }))
  }
  await using all = await beating({ onTask })
  const { core, heartbeat } = all
  const terminal = [...core.state.terminals.values()][0]?.id ?? ''
  const task = core.addTask({ name: 'kill_session', args: 's1', terminal })
  core.addTask({ name: 'lock_session', args: 's2', terminal })
  await heartbeat.beat()
  await heartbeat.beat()
  expect(calls).toEqual(['s1'])
  turns[0]?.reject(new Error('core went away before the acknowledgement'))
  await heartbeat.beat()
  await heartbeat.beat()
  expect(calls).toEqual(['s1', 's1'])
  task.is_finished = true
  turns[1]?.resolve()
  await heartbeat.beat()
  expect(calls).toEqual(['s1', 's1'])
})

test('a caller that throws does not end the heartbeat', async () => {
  await using all = await beating()
  let isBroken = true
  Object.defineProperty(all.live, Symbol.iterator, {
    value: () => {
      if (isBroken) throw new Error('registry broken')
      return [][Symbol.iterator]()
    },
  })
  all.heartbeat.start()
  await passPause(all.clock)
  await all.clock.untilTimer(...PAUSE)
  isBroken = false
  await passPause(all.clock)
  await all.core.until((core) => answered(core) === 1)
})
