import { expect, test } from 'vitest'
import { Secret } from '../../../../src/base/secret.ts'
import { ALICE, PASSWORD, PUBLIC_KEY, refusalOf, world04 } from './world.ts'

const AUTH = '/api/users/v1/auth/'

test('a login by password is sent as core 0.4 wants it, and its answer is understood', async () => {
  await using all = await world04()
  const answer = await all.service.authenticate({ ...ALICE, password: PASSWORD })
  const user = { id: String(all.alice.id), username: 'alice', name: '爱丽丝' }
  expect(answer).toEqual({ kind: 'accepted', user })
  const [sent] = all.core.journal.of('POST', AUTH)
  expect(sent?.body).toEqual({
    ...{ username: 'alice', password: 'pw-alice', public_key: '' },
    ...{ login_type: 'ST', remote_addr: '203.0.113.7' },
  })
  expect(sent?.headers['authorization']).toBeUndefined()
})

test('a login by key is accepted, a wrong secret refused', async () => {
  await using all = await world04()
  const byKey = await all.service.authenticate({ ...ALICE, loginType: 'W', publicKey: PUBLIC_KEY })
  expect(byKey.kind).toBe('accepted')
  const wrong = await all.service.authenticate({ ...ALICE, password: new Secret('no') })
  expect(wrong).toEqual({ kind: 'refused', reason: 'Invalid password or public key' })
  expect(await all.service.authenticate({ ...ALICE, publicKey: 'other' })).toMatchObject({ kind: 'refused' })
})

test('the assets of somebody who works on are there after hours, and nobody is asked for the password', async () => {
  await using all = await world04()
  all.service.start()
  const user = await all.login()
  await all.pass(6)
  expect(await all.service.assets(user, { fresh: true })).toHaveLength(1)
  expect(all.core.journal.of('POST', AUTH)).toHaveLength(1)
})

test('the token of somebody who was not seen for a day is left to die', async () => {
  await using all = await world04()
  all.service.start()
  const user = await all.login()
  await all.pass(25)
  const before = all.core.journal.entries.length
  await all.pass(2)
  expect(all.core.journal.entries).toHaveLength(before)
  expect(await refusalOf(all.service.assets(user))).toMatchObject({ code: 'CORE_TOKEN' })
})

test('a question about a running session counts as being seen', async () => {
  await using all = await world04()
  all.service.start()
  const user = await all.login()
  const [asset] = await all.service.assets(user)
  const systemUser = asset?.systemUsers[0]
  if (!asset || !systemUser) throw new Error('no target')
  await all.pass(20)
  expect(await all.service.permission(user, { asset, systemUser }, 'connect')).toBe('granted')
  await all.pass(20)
  expect(await all.service.assets(user, { fresh: true })).toHaveLength(1)
})

test('an outage of half an hour does not cost the token', async () => {
  await using all = await world04()
  all.service.start()
  const user = await all.login()
  const outage = all.core.fail('500', { path: /profile/ })
  await all.pass(0.5)
  outage[Symbol.dispose]()
  await all.pass(2)
  expect(await all.service.assets(user, { fresh: true })).toHaveLength(1)
})

test('a core that does not answer is not asked for everybody, and soon again', async () => {
  await using all = await world04()
  all.service.start()
  for (const username of ['bob', 'carol', 'dave', 'eve', 'frank']) {
    all.core.addUser({ username, password: 'pw-alice' })
    await all.service.authenticate({ ...ALICE, username, password: PASSWORD })
  }
  const outage = all.core.fail('500', { path: /profile/ })
  all.clock.advance(await all.clock.untilTimer(600_000, 600_000))
  const again = await all.clock.untilTimer(60_000, 60_000)
  const asked = () => all.core.journal.of('GET', '/profile/').map(({ status }) => status)
  expect(asked().filter((status) => status === 500)).toHaveLength(3)
  outage[Symbol.dispose]()
  all.clock.advance(again)
  await all.clock.untilTimer(600_000, 600_000)
  expect(asked().filter((status) => status === 200)).toHaveLength(10)
})

test('a token that core dropped is said plainly, until the next login', async () => {
  await using all = await world04()
  const user = await all.login()
  all.core.state.dropTokens()
  const failure = await refusalOf(all.service.assets(user))
  expect(failure).toMatchObject({ code: 'CORE_TOKEN', kind: 'unavailable' })
  const asked = all.core.journal.entries.length
  expect(await refusalOf(all.service.nodes(user))).toMatchObject({ code: 'CORE_TOKEN' })
  expect(all.core.journal.entries).toHaveLength(asked)
  all.clock.advance(3_600_000)
  expect(await all.service.assets(await all.login())).toHaveLength(1)
})

test('a login is not accepted with a dead token that core hands out again; the log says what to set', async () => {
  await using all = await world04()
  all.core.state.tokenExpiration = 86_400
  await all.login()
  all.clock.advance(7_200_000)
  const failure = await refusalOf(all.service.authenticate({ ...ALICE, password: PASSWORD }))
  expect(failure).toMatchObject({ code: 'CORE_TOKEN', kind: 'unavailable' })
  expect(failure.next).toContain('TOKEN_EXPIRATION to 3600 or less')
  expect(all.core.journal.of('POST', AUTH)).toHaveLength(3)
  all.clock.advance(86_400_000)
  expect(await all.service.assets(await all.login())).toHaveLength(1)
})

test('what core 0.4 does not have is absent', async () => {
  await using all = await world04()
  const { service } = all
  expect(await service.authenticateOtp()).toMatchObject({ kind: 'refused' })
  expect(await service.userByCookie()).toBeUndefined()
  expect(await service.connectionToken()).toBeUndefined()
  await service.sendFileLog()
  await service.finishTask()
  expect(all.core.journal.entries).toEqual([])
})
