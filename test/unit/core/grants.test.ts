import { expect, test } from 'vitest'

import { newSession, onlyTarget, world } from './world.ts'

test('a connection is refused by name when core says no, whatever else core answers', async () => {
  await using all = await world()
  const target = await onlyTarget(all)
  expect((await all.service.prepare(all.user, target)).credentials.password?.reveal()).toBe('root-pw')
  all.core.revoke(all.alice, all.web, all.root)
  all.core.fail('500', { path: /auth-info/ })
  await expect(all.service.prepare(all.user, target)).rejects.toMatchObject({
    code: 'CORE_DENIED',
    facts: { asset: 'web-01', account: 'root' },
  })
})

test.each([/validate/, /auth-info/, /cmd-filter-rules/])(
  'nothing is prepared while %s does not answer',
  async (path) => {
    await using all = await world()
    const target = await onlyTarget(all)
    all.core.fail('500', { path })
    await expect(all.service.prepare(all.user, target)).rejects.toMatchObject({ kind: 'unavailable' })
  },
)

test('a call that may be repeated survives one failure of core', async () => {
  await using all = await world()
  const target = await onlyTarget(all)
  all.core.fail('reset', { times: 2 })
  expect((await all.service.prepare(all.user, target)).target).toBe(target)
})

test('a rule that is not understood refuses the connection; an unknown action forbids', async () => {
  await using all = await world()
  const target = await onlyTarget(all)
  all.root.rules = [{ id: 'r', type: { value: 'regex' }, content: 'x', action: { value: 7 }, priority: 1 }]
  expect((await all.service.prepare(all.user, target)).rules).toMatchObject([{ action: 'deny' }])
  all.root.rules = [{ id: 'r', type: { value: 'glob' }, content: 'x', action: { value: 1 }, priority: 1 }]
  await expect(all.service.prepare(all.user, target)).rejects.toMatchObject({ code: 'CORE_REPLY' })
})

test.each(['reset', '500', 'html', 'badGateway', 'halfBody'] as const)(
  'a permission is unknown when core fails: %s',
  async (kind) => {
    await using all = await world()
    const target = await onlyTarget(all)
    const outage = all.core.fail(kind)
    expect(await all.service.permission(all.user, target, 'connect')).toBe('unknown')
    outage[Symbol.dispose]()
    expect(await all.service.permission(all.user, target, 'connect')).toBe('granted')
  },
)

test('a permission is unknown, not denied, when core refuses our own key', async () => {
  await using all = await world()
  const target = await onlyTarget(all)
  all.core.state.terminals.clear()
  expect(await all.service.permission(all.user, target, 'connect')).toBe('unknown')
  await expect(all.service.createSession(newSession())).rejects.toMatchObject({ kind: 'credentials' })
})
