import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { type CoreLogin, Login } from '../../../src/auth/login.ts'
import { Penalties } from '../../../src/auth/penalties.ts'
import { RefusedKeys } from '../../../src/auth/refused-keys.ts'
import { Scope } from '../../../src/base/scope.ts'
import { Secret } from '../../../src/base/secret.ts'
import { silentLog } from '../../../src/log.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { aPrincipal } from '../../fixtures/people.ts'
import { startWebDoor } from '../../fixtures/web-door.ts'

const clock = new ManualClock()
const { user } = aPrincipal('alice')
/** alice: password `right`; with `otp` also the code 123456. */
const core: CoreLogin = {
  settings: {},
  authenticate: async ({ username, password }) => {
    if (password?.reveal() !== 'right') return { kind: 'refused', reason: 'wrong' }
    return username === 'otp'
      ? { kind: 'otp', seed: new Secret('seed'), user, bound: true }
      : { kind: 'accepted', user }
  },
  authenticateOtp: async ({ code }) =>
    code.reveal() === '123456' ? { kind: 'accepted', user } : { kind: 'refused', reason: 'wrong code' },
}
let scope = new Scope()
let origin = ''
beforeEach(async () => {
  const penalties = new Penalties({ clock, lenient: () => false })
  const options = { passwordAuth: true, publicKeyAuth: false }
  const refusedKeys = new RefusedKeys(clock)
  const port = await startWebDoor(scope, {
    clock,
    logins: {
      kind: 'own',
      penalties,
      login: (from) =>
        new Login({ core, options, refusedKeys, penalties, origin: from, clock, log: silentLog() }),
    },
  })
  origin = `http://127.0.0.1:${port}`
})
afterEach(async () => {
  await scope.close()
  scope = new Scope()
})

const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${origin}/api/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
const cookiesOf = (response: Response): string =>
  response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
const session = (cookie: string): Promise<Response> =>
  fetch(`${origin}/api/session`, { headers: { Cookie: cookie } })

test('the right password opens a login, whose cookie no script reads and no other site sends', async () => {
  const answer = await post('login', { username: 'alice', password: 'right' })
  expect([answer.status, await answer.json()]).toEqual([200, { next: 'in' }])
  for (const cookie of answer.headers.getSetCookie()) expect(cookie).toMatch(/HttpOnly; SameSite=Strict/)
  const me = await session(cookiesOf(answer))
  expect(await me.json()).toMatchObject({ username: 'alice', admin: false })
})

test('wrong ones all read alike, and open nothing (S3)', async () => {
  const answers = await Promise.all(
    [
      { username: 'alice', password: 'wrong' },
      { username: 'nobody', password: 'wrong' },
      { username: '', password: '' },
    ].map((body) => post('login', body)),
  )
  const texts = await Promise.all(answers.map((answer) => answer.text()))
  expect(new Set(texts).size).toBe(1)
  for (const answer of answers) {
    expect(answer.status).toBe(401)
    expect((await session(cookiesOf(answer))).status).toBe(401)
  }
})

test('with a second factor the code counts after the password only, and in the same browser', async () => {
  expect((await post('code', { code: '123456' })).status).toBe(401)
  const first = await post('login', { username: 'otp', password: 'right' })
  expect(await first.json()).toEqual({ next: 'code' })
  expect((await session(cookiesOf(first))).status).toBe(401)
  expect((await post('code', { code: '000000' }, { Cookie: cookiesOf(first) })).status).toBe(401)
  const second = await post('code', { code: '123456' }, { Cookie: cookiesOf(first) })
  expect(await second.json()).toEqual({ next: 'in' })
  expect((await session(cookiesOf(second))).status).toBe(200)
  // It is used up.
  expect((await post('code', { code: '123456' }, { Cookie: cookiesOf(first) })).status).toBe(401)
})

test('an address that fails again and again is not heard for a while, also with the right password', async () => {
  for (let failures = 0; failures < 4; failures++) await post('login', { username: 'bob', password: 'wrong' })
  const answer = await post('login', { username: 'alice', password: 'right' })
  expect([answer.status, answer.headers.has('retry-after')]).toEqual([429, true])
  clock.advance(600_000)
  expect((await post('login', { username: 'alice', password: 'right' })).status).toBe(200)
})

test('a form of another site cannot log anybody in', async () => {
  const body = JSON.stringify({ username: 'alice', password: 'right' })
  const url = `${origin}/api/login`
  const plain = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'text/plain' }, body })
  const foreign = await post('login', JSON.parse(body), { Origin: 'https://evil.example' })
  expect([plain.status, foreign.status]).toEqual([400, 400])
})

test('logging out wants the token of the page, and ends the login', async () => {
  const cookie = cookiesOf(await post('login', { username: 'alice', password: 'right' }))
  const { csrf } = z.object({ csrf: z.string() }).parse(await (await session(cookie)).json())
  expect((await post('logout', {}, { Cookie: cookie })).status).toBe(401)
  expect((await session(cookie)).status).toBe(200)
  expect((await post('logout', {}, { Cookie: cookie, 'X-CSRF-Token': csrf })).status).toBe(200)
  expect((await session(cookie)).status).toBe(401)
})

test('a login ends after twelve hours', async () => {
  const cookie = cookiesOf(await post('login', { username: 'alice', password: 'right' }))
  clock.advance(12 * 3_600_000)
  expect((await session(cookie)).status).toBe(401)
})
