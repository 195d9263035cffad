import { expect, test } from 'vitest'
import { onlyTarget, refusalOf, world04 } from './world.ts'

test('granted assets come by the user’s own token, with ids as text and the port as a protocol', async () => {
  await using all = await world04()
  const user = await all.login()
  const assets = await all.service.assets(user)
  expect(assets).toMatchObject([
    {
      ...{ id: String(all.web.id), hostname: 'web-01', ip: '10.0.0.1', domain: null, orgId: '' },
      protocols: [{ name: 'ssh', port: 2222 }],
      systemUsers: [{ id: String(all.root.id), username: 'root', protocol: 'ssh', loginMode: 'auto' }],
    },
  ])
  const [sent] = all.core.journal.of('GET', '/user/my/assets/')
  expect(sent?.headers['authorization']).toMatch(/^Bearer [0-9a-f]{32}$/)
  expect(await all.service.assets(user)).toBe(assets)
})

test('releases that have the other address of the assets are understood', async () => {
  await using all = await world04()
  all.core.state.assetsAt = '/api/perms/v1/user/assets/'
  expect(await all.service.assets(await all.login())).toHaveLength(1)
})

test('groups are nodes side by side, also from the list that has their assets', async () => {
  await using all = await world04()
  const user = await all.login()
  const node = {
    id: String(all.group),
    key: [all.group],
    name: '前端',
    assetsAmount: 1,
    orgId: '',
    orgName: '',
  }
  expect(await all.service.nodes(user)).toEqual([node])
  all.core.state.hasGroupList = false
  expect(await all.service.nodes(user)).toEqual([node])
  expect(all.core.journal.of('GET', '/my/asset-groups-assets/')).toHaveLength(1)
})

test('the assets of a group are listed, an unknown group is missing', async () => {
  await using all = await world04()
  const user = await all.login()
  expect(await all.service.nodeAssets(user, String(all.group))).toMatchObject([{ hostname: 'web-01' }])
  expect(await refusalOf(all.service.nodeAssets(user, '9'))).toMatchObject({ kind: 'missing' })
})

test('a target is found by its ids if it was granted', async () => {
  await using all = await world04()
  const user = await all.login()
  const ids = { assetId: String(all.web.id), systemUserId: String(all.root.id) }
  expect(await all.service.targetById(user, ids)).toMatchObject({ asset: { hostname: 'web-01' } })
  expect(await all.service.targetById(user, { ...ids, systemUserId: '1' })).toBeUndefined()
})

test('permission and secrets are asked with the signed key; there are no rules and no gateways', async () => {
  await using all = await world04()
  const user = await all.login()
  const target = await onlyTarget(all, user)
  const prepared = await all.service.prepare(user, target)
  expect(prepared).toMatchObject({ rules: [], gateways: [], credentials: { username: 'root' } })
  expect(prepared.credentials.password?.reveal()).toBe('root-pw')
  expect(prepared.credentials.privateKey?.reveal()).toBe('PEM')
  const [asked] = all.core.journal.of('GET', '/validate/')
  expect(asked?.headers['authorization']).toMatch(/^Sign [0-9a-f-]{36}:[\w+/]{22}==$/)
  const ids = `user_id=${all.alice.id}&asset_id=${all.web.id}&system_user_id=${all.root.id}`
  expect(asked?.url.split('?')[1]).toBe(ids)
})

test('a grant that is withdrawn is a no, without a question for secrets; silence is unknown', async () => {
  await using all = await world04()
  const user = await all.login()
  const target = await onlyTarget(all, user)
  all.core.state.grants = []
  expect(await refusalOf(all.service.prepare(user, target))).toMatchObject({ code: 'CORE_DENIED' })
  expect(all.core.journal.of('GET', '/auth-info/')).toEqual([])
  expect(await all.service.permission(user, target, 'connect')).toBe('denied')
  using _outage = all.core.fail('500')
  expect(await all.service.permission(user, target, 'connect')).toBe('unknown')
})
