import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Permission } from '../../../src/core/model.ts'
import { PermissionWatch } from '../../../src/policy/permission-watch.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { aPrincipal, aTarget } from '../../fixtures/people.ts'

const MINUTE = 60_000

function setUp(answers: Record<string, Permission> = {}) {
  const clock = new ManualClock()
  const asked: string[] = []
  const watch = new PermissionWatch({
    clock,
    intervalMs: MINUTE,
    outageMs: 30 * MINUTE,
    ask: async (user, target) => {
      const key = `${user.username}@${target.asset.hostname}`
      asked.push(key)
      return answers[key] ?? 'granted'
    },
  })
  const told: string[] = []
  const start = (user: string, asset: string) =>
    watch.watch(
      { user: aPrincipal(user).user, target: aTarget(asset), action: 'connect' },
      (verdict) => told.push(`${user}@${asset} ${verdict}`),
      () => told.push(`${user}@${asset} warned`),
    )
  const minutes = async (count: number): Promise<void> => {
    for (let passed = 0; passed < count; passed++) {
      clock.advance(MINUTE)
      for (let turns = 0; turns < 5; turns++) await turn()
    }
  }
  return { clock, asked, watch, told, start, answers, minutes }
}

test('a grant that is withdrawn is told within one round, to every session of it and to no other', async () => {
  const { start, answers, minutes, told } = setUp()
  start('alice', 'web-01')
  start('alice', 'web-01')
  start('bob', 'web-01')
  await minutes(1)
  expect(told).toEqual([])
  answers['alice@web-01'] = 'denied'
  await minutes(1)
  expect(told).toEqual(['alice@web-01 denied', 'alice@web-01 denied'])
})

test('many sessions of one grant cost one question', async () => {
  const { start, minutes, asked } = setUp()
  for (let count = 0; count < 50; count++) start('alice', 'web-01')
  await minutes(1)
  expect(asked).toEqual(['alice@web-01'])
})

test('silence of core is not a no: a warning 5 minutes before the limit, then the end', async () => {
  const { start, answers, minutes, told } = setUp()
  start('alice', 'web-01')
  answers['alice@web-01'] = 'unknown'
  await minutes(24)
  expect(told).toEqual([])
  await minutes(1)
  expect(told).toEqual(['alice@web-01 warned'])
  await minutes(5)
  expect(told).toEqual(['alice@web-01 warned', 'alice@web-01 outage'])
})

test('an answer in between starts the time of silence anew', async () => {
  const { start, answers, minutes, told } = setUp()
  start('alice', 'web-01')
  answers['alice@web-01'] = 'unknown'
  await minutes(20)
  answers['alice@web-01'] = 'granted'
  await minutes(1)
  answers['alice@web-01'] = 'unknown'
  await minutes(20)
  expect(told).toEqual([])
})

test('nobody is asked about what no longer runs, and closing leaves no timer', async () => {
  const { start, minutes, asked, watch, clock } = setUp()
  start('alice', 'web-01')[Symbol.dispose]()
  await minutes(2)
  expect(asked).toEqual([])
  watch[Symbol.dispose]()
  await minutes(1)
  expect(clock.pending).toBe(0)
})
