import { request } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { IDS, KEY_BLOB, SOME_TEXT, signature, startWorld, TOKEN, type World } from './world.ts'

const UNKNOWN = '040263bf-b4d3-4085-b7f7-36a6e6e2afb0'
const sessions = '/api/terminal/v1/sessions/'
let world: World

beforeEach(async () => {
  world = await startWorld()
  await world.register('bj-01')
})
afterEach(() => world[Symbol.asyncDispose]())

describe('registration', () => {
  const path = '/api/terminal/v2/terminal-registrations/'
  const post = (body: unknown, token = TOKEN) =>
    world.call('POST', path, { body, headers: { Authorization: `BootstrapToken ${token}` } })

  test('gives a key that works at once', async () => {
    expect(await post({ name: '堡垒-sh-01', comment: 'bastion' })).toMatchObject({
      status: 201,
      body: {
        name: '堡垒-sh-01',
        comment: 'bastion',
        service_account: {
          name: '堡垒-sh-01',
          access_key: { id: SOME_TEXT, secret: SOME_TEXT },
        },
      },
    })
    const { status, body } = await world.call('GET', '/api/users/v1/profile/')
    expect(status).toBe(200)
    expect(body).toMatchObject({ role: 'App', username: 'bj-01', email: 'bj-01@serviceaccount.local' })
  })

  test('refuses a wrong token, a taken name, a user name, and a name too long', async () => {
    expect(await post({ name: 'x' }, 'wrong')).toMatchObject({
      status: 403,
      body: { detail: 'Authentication credentials were not provided.' },
    })
    for (const name of ['bj-01', 'zhangsan']) {
      expect(await post({ name })).toMatchObject({ status: 400, body: { name: ['name not unique'] } })
    }
    expect(await post({ name: '堡'.repeat(33) })).toMatchObject({
      status: 400,
      body: { name: ['Ensure this field has no more than 32 characters.'] },
    })
    expect((await post({ name: '堡'.repeat(32) })).status).toBe(201)
    expect((await post({ name: '  ' })).body).toEqual({ name: ['This field may not be blank.'] })
    expect((await post({})).body).toEqual({ name: ['This field is required.'] })
  })

  test('the key survives a restart; a lost one is replaced by registering again, once', async () => {
    await world.restart()
    expect((await world.call('GET', '/api/users/v1/profile/')).status).toBe(200)
    expect((await post({ name: 'bj-01' })).status).toBe(201)
    expect((await world.call('GET', '/api/users/v1/profile/')).body).toEqual({ detail: 'Invalid signature.' })
    expect((await post({ name: 'bj-01' })).status).toBe(400)
  })
})

describe('signatures', () => {
  const path = '/api/terminal/v1/terminal/config/'
  const get = (headers: Record<string, string>) => world.call('GET', path, { headers, unsigned: true })
  const detail = (text: string) => ({ status: 403, body: { detail: text } })

  test('are checked, with 403 and the reason for each fault', async () => {
    const key = await world.register('bj-02')
    const now = new Date(world.clock.now()).toUTCString()
    const at = (ms: number) => new Date(world.clock.now() + ms).toUTCString()
    expect((await get(signature(key, now))).status).toBe(200)
    expect(await get({})).toMatchObject(detail('Authentication credentials were not provided.'))
    expect(await get(signature({ ...key, secret: UNKNOWN }, now))).toMatchObject(detail('Invalid signature.'))
    expect(await get(signature({ ...key, id: UNKNOWN }, now))).toMatchObject(detail('Invalid signature.'))
    expect(await get(signature({ ...key, id: 'nonsense' }, now))).toMatchObject(
      detail('Access key id invalid'),
    )
    expect(await get({ ...signature(key, now), Date: at(1000) })).toMatchObject(detail('Invalid signature.'))
    const form = 'HTTP header: Date not provide or not %a, %d %b %Y %H:%M:%S GMT'
    expect(await get({ Authorization: signature(key, now)['Authorization'] ?? '' })).toMatchObject(
      detail(form),
    )
    expect(await get(signature(key, new Date(world.clock.now()).toISOString()))).toMatchObject(detail(form))
    expect(await get(signature(key, at(-901_000)))).toMatchObject(detail('Expired, more than 15 minutes'))
    expect((await get(signature(key, at(-899_000)))).status).toBe(200)
    expect((await get(signature(key, at(86_400_000)))).status).toBe(200)
    expect(await get({ Authorization: 'Bearer 00' })).toMatchObject(
      detail('Invalid token or cache refreshed.'),
    )
  })

  test("the contract's own vector holds", () => {
    const key = { id: '2c6f1a7e-38b4-4c55-9d0a-6b7e0f1d2c33', secret: '5f0b2c1e-7a44-4d0e-9f13-0c6d2b7a8e91' }
    expect(signature(key, 'Mon, 26 Aug 2019 10:00:00 GMT')['Authorization']).toBe(
      'Sign 2c6f1a7e-38b4-4c55-9d0a-6b7e0f1d2c33:ODgyNmRiZWY5YWU2NGMyNGIwMjlhMmVmMTRmMmQxMWY=',
    )
  })
})

describe('URLs', () => {
  /** The path under which all of the API is. */
  const base = (): string => new URL(world.core.url).pathname

  test('are found only by who was told the word of this start', async () => {
    expect(base()).toMatch(/^\/[\w-]{24}$/)
    const { origin } = new URL(world.core.url)
    const body = JSON.stringify({ username: 'zhangsan', public_key: KEY_BLOB })
    const headers = { 'Content-Type': 'application/json' }
    const other = base().endsWith('x') ? 'y' : 'x'
    for (const path of [
      '/api/authentication/v1/auth/',
      `${base().slice(0, -1)}${other}/api/authentication/v1/auth/`,
    ]) {
      expect((await fetch(origin + path, { method: 'POST', headers, body })).status).toBe(404)
    }
    const before = base()
    await world.restart()
    expect(base()).not.toBe(before)
  })

  test('without the last slash are redirected, unknown ones are not found, wrong methods are told', async () => {
    const missing = await world.call('GET', '/api/terminal/v1/terminal/config?a=1')
    expect(missing.status).toBe(301)
    expect(missing.headers.get('location')).toBe(`${base()}/api/terminal/v1/terminal/config/?a=1`)
    expect(await world.call('GET', '/api/terminal/v1/no-such-thing/')).toMatchObject({
      status: 404,
      body: { error: 'Not found' },
    })
    expect(await world.call('PUT', '/api/terminal/v1/terminal/config/')).toMatchObject({
      status: 405,
      body: { detail: 'Method "PUT" not allowed.' },
    })
    expect((await world.call('PUT', '/api/terminal/v1/terminal/config/', { unsigned: true })).status).toBe(
      403,
    )
    expect((await world.call('GET', '/api/assets/v1/assets/NOT-A-UUID/')).body).toEqual({
      error: 'Not found',
    })
  })

  test('of 1.5.1 are redirected to those of 1.5.2, with the query', async () => {
    const old = await world.call('GET', `/api/perms/v1/user/${IDS.zhang}/assets/?limit=1`)
    expect(old.status).toBe(307)
    expect(old.headers.get('location')).toBe(`${base()}/api/perms/v1/users/${IDS.zhang}/assets/?limit=1`)
    const validate = await world.call('GET', '/api/perms/v1/asset-permission/user/validate/?user_id=x')
    expect(validate.headers.get('location')).toBe(
      `${base()}/api/perms/v1/asset-permissions/user/validate/?user_id=x`,
    )
  })

  test('are served under the address of the listener only', async () => {
    const { port } = new URL(world.core.url)
    const status = await new Promise((resolve, reject) => {
      const path = '/api/users/v1/profile/'
      const asked = request(
        { host: '127.0.0.1', port, path, headers: { Host: `evil.example:${port}` } },
        (answer) => {
          answer.resume()
          resolve(answer.statusCode)
        },
      )
      asked.on('error', reject).end()
    })
    expect(status).toBe(400)
  })

  test('take JSON only, and say what is wrong with it', async () => {
    const headers = { 'Content-Type': 'application/json' }
    const bad = await world.call('POST', '/api/terminal/v1/command/', { raw: 'not json', headers })
    expect(bad.status).toBe(400)
    expect(JSON.stringify(bad.body)).toContain('JSON parse error - ')
    const other = await world.call('POST', sessions, {
      raw: 'a=1',
      headers: { 'Content-Type': 'text/plain' },
    })
    expect(JSON.stringify(other.body)).toContain('Missing filename')
  })
})

describe('the catalogue', () => {
  test('lists what a user was granted, now, plain or by pages', async () => {
    const path = `/api/perms/v1/users/${IDS.zhang}/assets/`
    const { body } = await world.call('GET', path)
    expect(body).toMatchObject([
      {
        id: IDS.db,
        hostname: 'db',
        protocols: ['ssh/22'],
        system_users_granted: [{ id: IDS.ops, actions: ['connect'] }],
      },
      {
        id: IDS.web,
        ip: '10.1.2.11',
        org_id: '',
        org_name: 'DEFAULT',
        domain: null,
        system_users_join: 'root',
        system_users_granted: [
          {
            id: IDS.root,
            name: 'root_key',
            username: 'root',
            priority: 20,
            protocol: 'ssh',
            login_mode: 'auto',
            actions: ['all', 'connect', 'upload_file', 'download_file', 'updownload'],
          },
        ],
      },
    ])
    const page = await world.call('GET', `${path}?limit=1`)
    expect(page.body).toMatchObject({ count: 2, previous: null, results: [{ hostname: 'db' }] })
    expect(page.body).toHaveProperty('next', `${world.core.url}${path}?limit=1&offset=1`)
    const names = async (query: string) => JSON.stringify((await world.call('GET', `${path}?${query}`)).body)
    expect(await names('search=WEB')).toContain('web-01')
    expect(await names('search=WEB')).not.toContain('"db"')
    expect(await names(`id=${IDS.web}`)).not.toContain('"db"')
    expect(await names('order=-hostname&limit=1')).toContain('web-01')
    world.clock.setWallClock(Date.UTC(2027, 2, 1))
    expect(JSON.stringify((await world.call('GET', path)).body)).not.toContain('"db"')
    expect((await world.call('GET', `/api/perms/v1/users/${UNKNOWN}/assets/`)).status).toBe(404)
  })

  test('validates one action: yes 200, no 403, unknown user 404', async () => {
    const ask = (query: Record<string, string>) =>
      world.call('GET', `/api/perms/v1/asset-permissions/user/validate/?${new URLSearchParams(query)}`)
    const yes = { user_id: IDS.zhang, asset_id: IDS.db, system_user_id: IDS.ops, action_name: 'connect' }
    expect(await ask(yes)).toMatchObject({ status: 200, body: { msg: true } })
    const { action_name: _action, ...without } = yes
    for (const query of [
      { ...yes, action_name: 'upload_file' },
      { ...yes, asset_id: IDS.web },
      { ...yes, asset_id: UNKNOWN },
      { ...yes, system_user_id: 'x' },
      without,
    ]) {
      expect(await ask(query)).toMatchObject({ status: 403, body: { msg: false } })
    }
    expect(await ask({ ...yes, user_id: UNKNOWN })).toMatchObject({
      status: 404,
      body: { detail: 'Not found.' },
    })
  })

  test('gives assets, accounts, their secrets, and no rules', async () => {
    const get = async (path: string) => await world.call('GET', `/api/assets/v1/${path}`)
    expect((await get(`assets/${IDS.web}/`)).body).toMatchObject({
      hostname: 'web-01',
      is_active: true,
      domain: null,
    })
    expect((await get(`assets/${UNKNOWN}/`)).body).toEqual({ detail: 'Not found.' })
    const root = { id: IDS.root, name: 'root_key', username: 'root', protocol: 'ssh', login_mode: 'auto' }
    const secrets = { ...root, password: null, private_key: 'PEM' }
    expect((await get(`system-user/${IDS.root}/auth-info/`)).body).toEqual(secrets)
    expect((await get(`system-user/${IDS.root}/asset/${IDS.web}/auth-info/`)).body).toEqual(secrets)
    expect((await get(`system-user/${IDS.root}/asset/${UNKNOWN}/auth-info/`)).status).toBe(404)
    expect((await get(`system-user/${IDS.telnet}/auth-info/`)).body).toMatchObject({ login_mode: 'manual' })
    expect((await get(`system-user/${IDS.root}/cmd-filter-rules/`)).body).toEqual([])
    expect((await get(`system-user/${IDS.root}/`)).body).toMatchObject(root)
    for (const path of [`system-user/${IDS.root}/auth-info/`, `assets/${IDS.web}/`]) {
      expect((await world.call('GET', `/api/assets/v1/${path}`, { unsigned: true })).status).toBe(403)
    }
  })
})
