import { expect, test } from 'vitest'
import type { Asset } from '../../../src/core/model.ts'
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

test('an asset that several users were granted alike is held once; what differs is not shared', async () => {
  await using all = await world()
  const { service, core, user, root } = all
  const bob = core.addUser({ username: 'bob' })
  const db = core.addAsset({ hostname: 'db-01', ip: '10.0.0.2' })
  const deploy = core.addSystemUser({ username: 'deploy' })
  core.grant(all.alice, db, root)
  core.grant(bob, all.web, root)
  core.grant(bob, db, deploy)
  const named = (assets: readonly Asset[], name: string) => assets.find(({ hostname }) => hostname === name)
  const own = await service.assets(user)
  const his = await service.assets({ id: bob.id, username: 'bob', name: 'bob' })
  expect(named(own, 'web-01')).toBeDefined()
  expect(named(his, 'web-01')).toBe(named(own, 'web-01'))
  expect(named(his, 'db-01')?.systemUsers.map(({ username }) => username)).toEqual(['deploy'])
  expect(named(own, 'db-01')?.systemUsers.map(({ username }) => username)).toEqual(['root'])
  all.web.comment = 'moved'
  expect(named(await service.assets(user, { fresh: true }), 'web-01')?.comment).toBe('moved')
  expect(named(own, 'web-01')?.comment).not.toBe('moved')
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

const MINUTES = 60_000

/** The world with core's cache of grants switched on, a tree of nodes, and a clock. */
async function worldOfNodes(version: '1.5.1' | '1.5.2' = '1.5.2') {
  const clock = new ManualClock(Date.UTC(2026, 0, 1))
  const all = await world({ clock, version })
  const { core, alice, root, web } = all
  core.state.permCache = true
  const db = core.addAsset({ hostname: 'db-01', ip: '10.0.0.2' })
  core.grant(alice, db, root)
  const top = core.addNode('1', 'Default')
  const front = core.addNode('1:10', 'front', [web])
  const data = core.addNode('1:2', 'data')
  const mysql = core.addNode('1:2:1', 'mysql', [db, web])
  core.addNode('1:3', 'not granted', [core.addAsset({ hostname: 'hidden', ip: '10.0.0.3' })])
  return { ...all, clock, top, front, data, mysql }
}

const etagsSent = ({ core }: Awaited<ReturnType<typeof worldOfNodes>>, path: string) =>
  core.journal.of('GET', path).map(({ headers, status }) => [headers['if-none-match'] !== undefined, status])

test('nodes are in the order of the tree, by number, with the assets below them', async () => {
  await using all = await worldOfNodes()
  const nodes = await all.service.nodes(all.user)
  expect(nodes.map(({ key, name, assetsAmount }) => [key.join(':'), name, assetsAmount])).toEqual([
    ['1', 'Default', 2],
    ['1:2', 'data', 2],
    ['1:2:1', 'mysql', 2],
    ['1:10', 'front', 1],
  ])
})

test.each(['1.5.1', '1.5.2'] as const)(
  'a node has the assets below it too, each once: core %s',
  async (version) => {
    await using all = await worldOfNodes(version)
    const names = async (id: string) =>
      (await all.service.nodeAssets(all.user, id)).map(({ hostname }) => hostname).sort()
    expect(await names(all.data.id)).toEqual(['db-01', 'web-01'])
    expect(await names(all.top.id)).toEqual(['db-01', 'web-01'])
    expect(await names(all.front.id)).toEqual(['web-01'])
    expect((await all.service.nodes(all.user)).map(({ name }) => name)).toContain('data')
    const unknown = '00000000-0000-4000-8000-00000000ffff'
    await expect(all.service.nodeAssets(all.user, unknown)).rejects.toMatchObject({ kind: 'missing' })
  },
)

test('somebody without grants has no nodes at core 1.5.1 either', async () => {
  await using all = await worldOfNodes('1.5.1')
  all.core.state.grants = []
  expect(await all.service.nodes(all.user)).toEqual([])
})

test('assets of every organisation are listed, each with its own', async () => {
  await using all = await worldOfNodes()
  const east = { org_id: '07f19f65-53cd-5fc9-b79b-c4a0d3b88dab', org_name: '华东' }
  all.core.grant(all.alice, all.core.addAsset({ hostname: 'east', ip: '10.9.0.1', ...east }), all.root)
  const assets = await all.service.assets(all.user)
  expect(assets.map(({ hostname, orgId, orgName }) => [hostname, orgId, orgName])).toContainEqual([
    'east',
    east.org_id,
    '华东',
  ])
})

test('after five minutes a list is asked for by its ETag, and a 304 gives it once more', async () => {
  await using all = await worldOfNodes()
  const { service, user, clock } = all
  await service.assets(user) // core builds its cache: no ETag yet
  clock.advance(6 * MINUTES)
  await service.assets(user)
  clock.advance(6 * MINUTES)
  expect(await service.assets(user)).toHaveLength(2)
  expect(await service.assets(user)).toHaveLength(2)
  expect(etagsSent(all, '/assets/')).toEqual([
    [false, 200],
    [false, 200],
    [true, 304],
  ])
})

test('the ETag of one list, though core gives the same to all of a user, is never sent for another', async () => {
  await using all = await worldOfNodes()
  const { service, user, clock, mysql } = all
  await service.assets(user)
  clock.advance(6 * MINUTES)
  await service.assets(user) // from here on there is an ETag
  expect(await service.nodes(user)).toHaveLength(4)
  expect(await service.nodeAssets(user, mysql.id)).toHaveLength(2)
  expect(etagsSent(all, '/nodes/')).toEqual([
    [false, 200],
    [false, 200],
  ])
})

test('changed grants change the ETag, so that the list comes anew', async () => {
  await using all = await worldOfNodes()
  const { service, user, clock, core, alice, web, root } = all
  for (let round = 0; round < 2; round += 1) {
    await service.assets(user)
    clock.advance(6 * MINUTES)
  }
  core.revoke(alice, web, root)
  expect((await service.assets(user)).map(({ hostname }) => hostname)).toEqual(['db-01'])
})

test('an ETag does not tell of a changed name: within the hour the list itself is asked for', async () => {
  await using all = await worldOfNodes()
  const { service, user, clock, web } = all
  for (let round = 0; round < 2; round += 1) {
    await service.assets(user)
    clock.advance(6 * MINUTES)
  }
  web.hostname = 'renamed'
  const named = async () => (await service.assets(user)).map(({ hostname }) => hostname)
  expect(await named()).not.toContain('renamed')
  clock.advance(60 * MINUTES)
  expect(await named()).toContain('renamed')
})

test('fresh assets make the other kept lists of the user be asked for anew', async () => {
  await using all = await worldOfNodes()
  const { service, user, core, alice, root } = all
  await service.nodes(user)
  core.grant(
    alice,
    [...core.state.assets.values()].find(({ hostname }) => hostname === 'hidden') ?? all.web,
    root,
  )
  expect(await service.nodes(user)).toHaveLength(4)
  await service.assets(user, { fresh: true })
  expect(await service.nodes(user)).toHaveLength(5)
})

test('one user never sees the list of another', async () => {
  await using all = await worldOfNodes()
  const bob = all.core.addUser({ username: 'bob' })
  expect(await all.service.assets(all.user)).toHaveLength(2)
  expect(await all.service.assets({ id: bob.id, username: 'bob', name: 'bob' })).toEqual([])
})

test.each(['500', 'reset', 'html', 'halfBody'] as const)(
  'a list that does not come is told, not empty: %s',
  async (kind) => {
    await using all = await world()
    all.core.fail(kind)
    await expect(all.service.assets(all.user)).rejects.toMatchObject({ kind: 'unavailable' })
    all.core.mend()
    expect(await all.service.assets(all.user)).toHaveLength(1)
  },
)
