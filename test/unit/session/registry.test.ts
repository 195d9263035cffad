import { expect, test } from 'vitest'
import type { Ending } from '../../../src/session/ending.ts'
import { type LiveSession, LocalSessionRegistry } from '../../../src/session/registry.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { aPrincipal, aTarget } from '../../fixtures/people.ts'

const live = (id: string, user = 'alice'): LiveSession => ({
  id,
  principal: aPrincipal(user),
  target: aTarget(),
  startedAt: 0,
})

/** A body that ends with whatever it is ordered. */
const untilOrdered = (orders: AbortSignal): Promise<Ending> =>
  new Promise((resolve) => orders.addEventListener('abort', () => resolve(orders.reason as Ending)))

test('a session is listed while it runs, and ends with the order it was given', async () => {
  const registry = new LocalSessionRegistry({ perUser: 10, total: 10 })
  const ending = registry.run(live('one'), untilOrdered)
  expect(registry.ids()).toEqual(['one'])
  expect(registry.end('one', { kind: 'killed', by: 'administrator' })).toBe(true)
  expect(registry.end('one', { kind: 'shutdown' })).toBe(true)
  expect(await ending).toEqual({ kind: 'killed', by: 'administrator' })
  expect(registry.ids()).toEqual([])
})

test('an order for a session that is gone says so', () => {
  expect(new LocalSessionRegistry({ perUser: 1, total: 1 }).end('gone', { kind: 'shutdown' })).toBe(false)
})

test('the session above a limit is refused by the name of the limit', async () => {
  const registry = new LocalSessionRegistry({ perUser: 1, total: 2 })
  const running = [
    registry.run(live('a', 'alice'), untilOrdered),
    registry.run(live('b', 'bob'), untilOrdered),
  ]
  await expect(registry.run(live('c', 'carol'), untilOrdered)).rejects.toMatchObject({
    facts: { limit: 'total' },
  })
  registry.end('b', { kind: 'shutdown' })
  await running[1]
  await expect(registry.run(live('d', 'alice'), untilOrdered)).rejects.toMatchObject({
    facts: { limit: 'perUser' },
  })
  await registry.close({ kind: 'shutdown' })
  await Promise.all(running)
})

test('closing ends all, waits for them, and admits no new one', async () => {
  const registry = new LocalSessionRegistry({ perUser: 10, total: 10 })
  const running = ['a', 'b', 'c'].map((id) => registry.run(live(id), untilOrdered))
  await registry.close({ kind: 'shutdown' })
  expect(registry.ids()).toEqual([])
  expect(await Promise.all(running)).toEqual(Array(3).fill({ kind: 'shutdown' }))
  await expect(registry.run(live('late'), untilOrdered)).rejects.toMatchObject({ code: 'SESSION_CLOSING' })
})

test('a body that throws takes only its own session away', async () => {
  const registry = new LocalSessionRegistry({ perUser: 10, total: 10 })
  const other = registry.run(live('other'), untilOrdered)
  await expect(registry.run(live('bad'), () => Promise.reject(new Error('boom')))).rejects.toThrow('boom')
  expect(registry.ids()).toEqual(['other'])
  registry.end('other', { kind: 'shutdown' })
  await other
})

test('the session above the limit of an asset is refused, whoever asks', async () => {
  const registry = new LocalSessionRegistry({ perUser: 10, total: 10, perAsset: 1 })
  const first = registry.run(live('a', 'alice'), untilOrdered)
  await expect(registry.run(live('b', 'bob'), untilOrdered)).rejects.toMatchObject({
    code: 'SESSION_ASSET_LIMIT',
    facts: { limit: 'perAsset', most: 1 },
  })
  registry.end('a', { kind: 'shutdown' })
  await first
})

test('while it is drained what runs goes on, and nothing new is admitted', async () => {
  const registry = new LocalSessionRegistry({ perUser: 10, total: 10 })
  const running = registry.run(live('a'), untilOrdered)
  registry.drain()
  await expect(registry.run(live('b'), untilOrdered)).rejects.toMatchObject({ code: 'SESSION_CLOSING' })
  expect(registry.ids()).toEqual(['a'])
  registry.end('a', { kind: 'killed', by: 'bob', reason: 'maintenance' })
  expect(await running).toEqual({ kind: 'killed', by: 'bob', reason: 'maintenance' })
})

test('what a session did is counted, and idle is the time since the last key', async () => {
  const clock = new ManualClock()
  const registry = new LocalSessionRegistry({ perUser: 10, total: 10 }, clock)
  const running = registry.run(live('a'), (orders, { activity }) => {
    activity.keys(3)
    activity.shown(500)
    return untilOrdered(orders)
  })
  clock.advance(4000)
  registry.list()[0]?.activity.shown(20)
  const [{ activity } = { activity: undefined }] = registry.list()
  expect([activity?.input, activity?.output, activity?.idleMs]).toEqual([3, 520, 4000])
  registry.end('a', { kind: 'shutdown' })
  await running
})
