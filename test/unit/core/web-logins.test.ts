import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { world } from './world.ts'

const COOKIES = { csrftoken: 'c'.repeat(64), sessionid: 's'.repeat(32) }

async function webWorld() {
  const clock = new ManualClock()
  const all = await world({ clock })
  all.core.state.webSessions.set(`${COOKIES.csrftoken} ${COOKIES.sessionid}`, all.alice.id)
  const link = (): string => {
    const token = randomUUID()
    const ids = { user: all.alice.id, asset: all.web.id, systemUser: all.root.id }
    all.core.state.connectionTokens.set(token, { ...ids, at: clock.now() })
    return token
  }
  return { ...all, clock, link }
}

test("the cookies of Jumpserver's web pages say who is logged in there", async () => {
  await using all = await webWorld()
  expect(await all.service.userByCookie(COOKIES)).toEqual(all.user)
  expect(await all.service.userByCookie({ ...COOKIES, sessionid: 'another' })).toBeUndefined()
  expect(await all.service.userByCookie({ ...COOKIES, csrftoken: 'another' })).toBeUndefined()
})

test('a user who was disabled, and an account of a bastion, are nobody', async () => {
  await using all = await webWorld()
  all.alice.isActive = false
  expect(await all.service.userByCookie(COOKIES)).toBeUndefined()
  Object.assign(all.alice, { isActive: true, role: 'App' })
  expect(await all.service.userByCookie(COOKIES)).toBeUndefined()
})

test('no answer of core is neither somebody nor nobody', async () => {
  await using all = await webWorld()
  all.core.fail('badGateway')
  const stop = new AbortController()
  const asked = all.service.userByCookie(COOKIES, stop.signal).catch((error: unknown) => error)
  await all.core.until(({ journal }) => journal.entries.length > 0)
  stop.abort()
  expect(await asked).toMatchObject({ kind: 'unavailable' })
})

test('what is no cookie is not put into a header', async () => {
  await using all = await webWorld()
  expect(await all.service.userByCookie({ ...COOKIES, sessionid: 'a;sessionid=b' })).toBeUndefined()
  expect(await all.service.userByCookie({ ...COOKIES, csrftoken: 'a\r\nX-Evil: 1' })).toBeUndefined()
  expect(all.core.journal.entries).toHaveLength(0)
})

test('a link to a terminal says who wants to go where, and leads to a target', async () => {
  await using all = await webWorld()
  const link = await all.service.connectionToken(all.link())
  expect(link).toEqual({ user: all.user, assetId: all.web.id, systemUserId: all.root.id })
  if (!link) return
  const target = await all.service.targetById(link.user, link)
  expect(target).toMatchObject({ asset: { hostname: 'web-01' }, systemUser: { username: 'root' } })
})

test('of many who use a token at once one succeeds, and nobody later', async () => {
  await using all = await webWorld()
  const token = all.link()
  const links = await Promise.all(Array.from({ length: 50 }, () => all.service.connectionToken(token)))
  expect(links.filter((link) => link !== undefined)).toHaveLength(1)
  expect(await all.service.connectionToken(token)).toBeUndefined()
})

test('a token is too old after 20 s, and what is no token is not asked for', async () => {
  await using all = await webWorld()
  const token = all.link()
  all.clock.advance(21_000)
  expect(await all.service.connectionToken(token)).toBeUndefined()
  const asked = all.core.journal.entries.length
  expect(await all.service.connectionToken('x?user-only=1')).toBeUndefined()
  expect(all.core.journal.entries).toHaveLength(asked)
})

test('a token is not used up by an answer that did not come', async () => {
  await using all = await webWorld()
  const token = all.link()
  const outage = all.core.fail('html')
  const stop = new AbortController()
  const asked = all.service.connectionToken(token, stop.signal).catch((error: unknown) => error)
  await all.core.until(({ journal }) => journal.entries.length > 0)
  stop.abort()
  expect(await asked).toMatchObject({ kind: 'unavailable' })
  outage[Symbol.dispose]()
  expect(await all.service.connectionToken(token)).toBeDefined()
})

test('what was not granted is no target, and a grant of another account does not help', async () => {
  await using all = await webWorld()
  const other = all.core.addAsset({ hostname: 'db-01', ip: '10.0.0.2' })
  const account = all.core.addSystemUser({ username: 'ops' })
  const target = (assetId: string, systemUserId: string) =>
    all.service.targetById(all.user, { assetId, systemUserId })
  expect(await target(other.id, all.root.id)).toBeUndefined()
  expect(await target(all.web.id, account.id)).toBeUndefined()
  expect(all.core.journal.of('GET', '/assets/')[0]?.url).toContain(`id=${other.id}`)
})
