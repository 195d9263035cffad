import { expect, test } from 'vitest'
import { ManualClock } from '../../fixtures/manual-clock.ts'

import { onlyTarget, world } from './world.ts'

test('assets are kept for five minutes, for each user, and asked anew on request', async () => {
  const clock = new ManualClock(Date.UTC(2026, 0, 1))
  await using all = await world({ clock })
  const { service, core, user, alice, root } = all
  await service.assets(user)
  const db = core.addAsset({ hostname: 'db-01', ip: '10.0.0.2' })
  core.grant(alice, db, root)
  expect(await service.assets(user)).toHaveLength(1)
  expect(await service.assets(user, { fresh: true })).toHaveLength(2)
  core.revoke(alice, db, root)
  clock.advance(299_000)
  expect(await service.assets(user)).toHaveLength(2)
  clock.advance(2_000)
  expect(await service.assets(user)).toHaveLength(1)
  const asked = core.journal
    .of('GET', '/assets/')
    .map(({ url }) => new URL(url, core.url).searchParams.get('cache_policy'))
  expect(asked).toEqual(['1', '2', '1'])
})

test('core 1.5.1 is asked at its own addresses, and the second time at once', async () => {
  await using all = await world({ version: '1.5.1' })
  const target = await onlyTarget(all)
  expect(await all.service.permission(all.user, target, 'connect')).toBe('granted')
  expect(await all.service.permission(all.user, target, 'connect')).toBe('granted')
  expect(
    all.core.journal.of('GET', '/validate/').map(({ path, status }) => [path.split('/')[4], status]),
  ).toEqual([
    ['asset-permissions', 404],
    ['asset-permission', 200],
    ['asset-permission', 200],
  ])
})
