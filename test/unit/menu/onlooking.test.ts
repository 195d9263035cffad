import { expect, test } from 'vitest'
import type { Ending } from '../../../src/session/ending.ts'
import { LocalSessionRegistry } from '../../../src/session/registry.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { aPrincipal, aTarget } from '../../fixtures/people.ts'
import { startVisit, type VisitOptions } from './a-visit.ts'

const untilOrdered = (orders: AbortSignal): Promise<Ending> =>
  new Promise((resolve) => orders.addEventListener('abort', () => resolve(orders.reason as Ending)))

/** A menu beside a session of bob's and one of alice's own. */
function beside(options: VisitOptions = {}) {
  const registry = new LocalSessionRegistry({ total: 10, perUser: 10 }, new ManualClock())
  for (const user of ['bob', 'alice']) {
    const session = {
      id: `${user}-session`,
      principal: aPrincipal(user),
      target: aTarget(`web-${user}`),
      startedAt: 0,
    }
    void registry.run(session, untilOrdered)
  }
  return { registry, visit: startVisit({ ...options, registry }) }
}

test('an administrator sees every session, watches one by its number and types along with +', async () => {
  const { visit } = beside({ role: 'Admin' })
  await visit.asked()
  await visit.enter('w')
  const screen = visit.terminal.screen.text()
  expect(screen).toMatch(/1 +bob +root@web-bob .* s-bob-sess/)
  expect(screen).toMatch(/2 +alice +root@web-alice /)
  await visit.enter('w 1')
  await visit.enter('w 1 +')
  expect(visit.opened).toEqual(['watched bob-session', 'joined bob-session'])
})

test.each([
  ['Admin', 'w lists the sessions that run, w 2 watches the second one.'],
  ['Auditor', 'w lists the sessions that run, w 2 watches the second one.'],
  ['User', 'w lists your sessions that run, w 2 shows the second one here.'],
])('the help of core’s role %s says whose sessions w lists', async (role, sentence) => {
  using visit = startVisit({ role, columns: 100 })
  await visit.asked()
  await visit.enter('h')
  expect(visit.terminal.screen.text()).toContain(sentence)
})

test('an auditor watches, and is told that typing is not theirs', async () => {
  const { visit } = beside({ role: 'Auditor' })
  await visit.asked()
  await visit.enter('w')
  await visit.enter('w 1 +')
  expect(visit.terminal.screen.text()).toContain('You may watch session 1, not type into it.')
  expect(visit.opened).toEqual([])
})

test('everybody else sees their own sessions only', async () => {
  const { visit } = beside()
  await visit.asked()
  await visit.enter('w')
  expect(visit.terminal.screen.text()).toMatch(/1 +alice +root@web-alice /)
  expect(visit.terminal.screen.text()).not.toContain('web-bob')
  await visit.enter('w 1 +')
  expect(visit.opened).toEqual(['joined alice-session'])
})

test('a number that is not in the list, or whose session is over, is refused with what to do', async () => {
  const { visit, registry } = beside({ role: 'Admin' })
  await visit.asked()
  await visit.enter('w 1')
  await visit.enter('w')
  registry.end('bob-session', { kind: 'shutdown' })
  await registry.ended('bob-session')
  await visit.enter('w 1')
  expect(visit.terminal.screen.text().match(/No session 1 is in the list shown last/g)?.length).toBe(2)
  expect(visit.opened).toEqual([])
})
