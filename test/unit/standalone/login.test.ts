import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { Passwords } from '../../../src/standalone/passwords.ts'
import { KEY_BLOB, SOME_TEXT, startWorld, type World } from './world.ts'

const path = '/api/authentication/v1/auth/'
let hash: string
let world: World

beforeAll(async () => {
  hash = await new Passwords().hash(new Secret('Fx-zhangsan-1'))
  world = await startWorld(hash)
})
afterAll(() => world[Symbol.asyncDispose]())

/** Each test comes from an address of its own: failures are counted by it. */
const login = (fields: Record<string, string>, at = path) =>
  world.call('POST', at, {
    unsigned: true,
    body: {
      username: 'zhangsan',
      password: '',
      public_key: '',
      remote_addr: '203.0.113.7',
      login_type: 'T',
      ...fields,
    },
  })
const no = (msg: string) => ({ status: 401, body: { msg } })
const INVALID = no('Password or SSH public key invalid')

describe('a login', () => {
  test('by password gives the user and a token that tells who one is', async () => {
    const { status, body } = await login({ password: 'Fx-zhangsan-1' })
    expect(status).toBe(200)
    const user = { username: 'zhangsan', name: '张三', role: 'User', is_active: true, otp_level: 0 }
    expect(body).toMatchObject({ token: SOME_TEXT, user })
    const token = /"token":"([0-9a-f]{32})"/.exec(JSON.stringify(body))?.[1]
    const headers = { Authorization: `Bearer ${token}` }
    const me = await world.call('GET', '/api/users/v1/profile/', { unsigned: true, headers })
    expect(me.body).toMatchObject({ username: 'zhangsan' })
    const config = await world.call('GET', '/api/terminal/v1/terminal/config/', { unsigned: true, headers })
    expect(config.body).toEqual({ detail: 'You do not have permission to perform this action.' })
    const kill = '/api/terminal/v1/tasks/kill-session/'
    expect((await world.call('POST', kill, { unsigned: true, headers, body: [] })).status).toBe(403)
    expect(JSON.stringify(body)).not.toContain('scrypt')
  })

  test('by public key, at the old path too', async () => {
    for (const at of [path, '/api/users/v1/auth/'])
      expect((await login({ public_key: KEY_BLOB }, at)).status).toBe(200)
    expect(await login({ public_key: `${KEY_BLOB.slice(0, -1)}x` })).toMatchObject(INVALID)
  })

  test("with a wrong password, nothing at all, or as nobody is refused in core's words", async () => {
    const remote_addr = '203.0.113.8'
    expect(await login({ remote_addr, password: 'nope' })).toMatchObject(INVALID)
    expect(await login({ remote_addr })).toMatchObject(INVALID)
    expect(await login({ remote_addr, password: 'nope', public_key: KEY_BLOB })).toMatchObject(INVALID)
    expect(await login({ remote_addr, username: 'nobody', password: 'x' })).toMatchObject(
      no('User not exist'),
    )
  })

  test('with a bad Authorization header is refused as such', async () => {
    const headers = { Authorization: 'Bearer 00' }
    expect((await world.call('POST', path, { unsigned: true, headers, body: {} })).status).toBe(403)
  })

  test('is locked after seven failures from one address, right password included, for thirty minutes', async () => {
    const remote_addr = '203.0.113.9'
    for (let count = 0; count < 7; count++)
      expect(await login({ remote_addr, public_key: 'x' })).toMatchObject(INVALID)
    const locked = no('Log in frequently and try again later')
    expect(await login({ remote_addr, public_key: KEY_BLOB })).toMatchObject(locked)
    expect((await login({ remote_addr: '203.0.113.10', public_key: KEY_BLOB })).status).toBe(200)
    world.clock.advance(30 * 60_000 - 1)
    expect(await login({ remote_addr, public_key: KEY_BLOB })).toMatchObject(locked)
    world.clock.advance(1)
    expect((await login({ remote_addr, public_key: KEY_BLOB })).status).toBe(200)
  })

  test('that succeeds clears the count', async () => {
    const remote_addr = '203.0.113.11'
    for (let round = 0; round < 2; round++) {
      for (let count = 0; count < 6; count++) await login({ remote_addr, public_key: 'x' })
      expect((await login({ remote_addr, public_key: KEY_BLOB })).status).toBe(200)
    }
  })

  test('has no second factor: every seed is unknown', async () => {
    const body = { seed: 'f'.repeat(32), otp_code: '123456', remote_addr: '203.0.113.7', login_type: 'T' }
    const answer = await world.call('POST', '/api/authentication/v1/otp/auth/', { unsigned: true, body })
    expect(answer).toMatchObject(no('Please verify the user name and password first'))
  })
})

test('wrong passwords sent at once are counted like those sent one after the other', async () => {
  const remote_addr = '203.0.113.99'
  const tries = Array.from({ length: 10 }, (_, i) => login({ remote_addr, password: `nope-${i}` }))
  const answers = (await Promise.all(tries)).map(({ body }) => JSON.stringify(body))
  expect(answers.filter((body) => body.includes('invalid'))).toHaveLength(7)
  expect(answers.filter((body) => body.includes('try again later'))).toHaveLength(3)
})
