import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { stableId } from '../../../src/standalone/inventory.ts'
import { loadInventory } from '../../../src/standalone/inventory-file.ts'
import { Passwords } from '../../../src/standalone/passwords.ts'
import { totpCode } from '../../../src/standalone/totp.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'
import { SOME_TEXT, startWorld, type World } from './world.ts'

const KEY = 'AAAAC3NzaC1lZDI1NTE5AAAAIG'
const TOTP = new Secret('GEZDGNBVGY3TQOJQ')
const INVENTORY = `
[user lisi]
name = 李四
public_key = ssh-ed25519 ${KEY} laptop
totp_secret_file = lisi.totp
[user visitor]
public_key = ssh-ed25519 ${KEY}B laptop

[account root]
username = root
private_key_file = root.key
[account ops]
username = ops
[gateway gw-1]
address = 198.51.100.5
username = jump
password_file = gw.password
[gateway gw-2]
address = 198.51.100.6
port = 2200
username = jump
private_key_file = root.key

[asset web-01]
address = 10.0.0.1
accounts = root
groups = web
[asset db-01]
address = 10.0.0.2
accounts = root, ops
groups = data/mysql, web
gateways = gw-1, gw-2
[asset db-02]
address = 10.0.0.3
accounts = ops
groups = data
gateways = gw-2, gw-1
[asset alone]
address = 10.0.0.4
accounts = ops
[asset hidden]
address = 10.0.0.5
groups = secret

[permission all of it]
users = lisi
assets = web-01, db-01, db-02
[permission march and connect only]
users = lisi
assets = alone
actions = connect
from = 2026-02-01
until = 2026-04-01T00:00:00+02:00

[rule allow status]
regex = ^(sudo\\s+)?systemctl\\s+status
action = allow
priority = 50
accounts = root
[rule deny systemctl]
regex = ^(sudo )?systemctl
priority = 50
accounts = root
[rule destroy]
commands = rm -rf, reboot
priority = 80
comment = 禁止
`

const id = {
  lisi: stableId('user', 'lisi'),
  visitor: stableId('user', 'visitor'),
  web: stableId('asset', 'web-01'),
  db: stableId('asset', 'db-01'),
  db2: stableId('asset', 'db-02'),
  alone: stableId('asset', 'alone'),
  root: stableId('account', 'root'),
  ops: stableId('account', 'ops'),
}
const UNKNOWN = '040263bf-b4d3-4085-b7f7-36a6e6e2afb0'
let world: World

beforeAll(async () => {
  await using directory = await temporaryDirectory()
  const write = (name: string, text: string) => writeFile(join(directory.path, name), text, { mode: 0o600 })
  await write('lisi.totp', 'gezd gnbv gy3t qojq\n')
  await write('root.key', 'PEM')
  await write('gw.password', 'Gw-pass-1\n')
  await write('inventory.ini', INVENTORY)
  const current = await loadInventory(join(directory.path, 'inventory.ini'), new Passwords())
  world = await startWorld('', { current })
  await world.register('bj-01')
})
afterAll(() => world[Symbol.asyncDispose]())

const get = async (path: string) => (await world.call('GET', path)).body

describe('a user with a TOTP secret', () => {
  const post = (path: string, body: unknown) =>
    world.call('POST', `/api/authentication/v1/${path}`, { unsigned: true, body })
  const firstFactor = async (remote_addr: string): Promise<string> => {
    const login = { username: 'lisi', password: '', public_key: KEY, remote_addr, login_type: 'T' }
    const { status, body } = await post('auth/', login)
    expect(status).toBe(300)
    expect(body).toEqual({
      code: 101,
      msg: 'Please carry seed value and conduct MFA secondary certification',
      otp_url: '/api/authentication/v1/otp/auth/',
      seed: SOME_TEXT,
      user: expect.objectContaining({ username: 'lisi', otp_level: 1 }) as unknown,
    })
    return /"seed":"([0-9a-f]{32})"/.exec(JSON.stringify(body))?.[1] ?? ''
  }
  const secondFactor = (seed: string, otp_code: string, path = 'otp/auth/') =>
    post(path, { seed, otp_code, remote_addr: '203.0.113.7', login_type: 'T' })
  const code = (ms = 0): string => totpCode(TOTP, world.clock.now() + ms)

  test('is let in with the seed of the first factor and the code of two steps before or after', async () => {
    const seed = await firstFactor('203.0.113.1')
    for (const ms of [-60_000, 0, 60_000]) {
      const { status, body } = await secondFactor(seed, code(ms))
      expect(status).toBe(200)
      expect(body).toMatchObject({ token: SOME_TEXT, user: { username: 'lisi', name: '李四' } })
    }
  })

  test("is refused with another code, and with a seed older than 300 s or made up, in core's words", async () => {
    const seed = await firstFactor('203.0.113.2')
    const wrong = { status: 401, body: { msg: 'MFA certification failed' } }
    expect(await secondFactor(seed, code(90_000))).toMatchObject(wrong)
    expect(await secondFactor(seed, '')).toMatchObject(wrong)
    const first = { status: 401, body: { msg: 'Please verify the user name and password first' } }
    expect(await secondFactor('f'.repeat(32), code())).toMatchObject(first)
    world.clock.advance(299_999)
    expect((await secondFactor(seed, code())).status).toBe(200)
    world.clock.advance(1)
    expect(await secondFactor(seed, code())).toMatchObject(first)
  })

  test('is locked by seven wrong codes, however many right first factors come between', async () => {
    for (let count = 0; count < 7; count++) {
      await secondFactor(await firstFactor('203.0.113.3'), '000000')
    }
    const login = { username: 'lisi', password: '', public_key: KEY, remote_addr: '203.0.113.3' }
    const locked = { status: 401, body: { msg: 'Log in frequently and try again later' } }
    expect(await post('auth/', login)).toMatchObject(locked)
    await firstFactor('203.0.113.4')
  })
})

describe('groups', () => {
  const nodes = `/api/perms/v1/users/${id.lisi}/nodes/`

  test('are the nodes in which a user was granted something, with their ancestors, by depth and key', async () => {
    const shown = { org_id: '', org_name: 'DEFAULT' }
    expect(await get(nodes)).toEqual([
      { id: stableId('group', ''), key: '1', value: 'Default', name: 'Default', assets_amount: 4, ...shown },
      { id: stableId('group', 'web'), key: '1:1', value: 'web', name: 'web', assets_amount: 2, ...shown },
      { id: stableId('group', 'data'), key: '1:2', value: 'data', name: 'data', assets_amount: 2, ...shown },
      {
        id: stableId('group', 'data/mysql'),
        key: '1:2:1',
        value: 'mysql',
        name: 'mysql',
        assets_amount: 1,
        ...shown,
      },
    ])
    expect(await get(`${nodes}?limit=1&offset=1`)).toMatchObject({ count: 4, results: [{ name: 'web' }] })
    const empty = { id: '00000000-0000-0000-0000-000000000003', key: '1:-2', name: 'empty', assets_amount: 0 }
    expect(await get(`/api/perms/v1/users/${id.visitor}/nodes/`)).toMatchObject([empty])
    expect((await world.call('GET', `/api/perms/v1/users/${UNKNOWN}/nodes/`)).status).toBe(404)
  })

  test('give their assets, with all=1 those below as well', async () => {
    const names = async (group: string, query = '') =>
      [
        ...JSON.stringify(await get(`${nodes}${stableId('group', group)}/assets/${query}`)).matchAll(
          /"hostname":"([^"]+)"/g,
        ),
      ].map(([, name]) => name)
    expect(await names('data')).toEqual(['db-02'])
    expect(await names('data', '?all=1')).toEqual(['db-01', 'db-02'])
    expect(await names('data', '?all=1&order=-hostname')).toEqual(['db-02', 'db-01'])
    expect(await names('data', '?all=1&search=0.3')).toEqual(['db-02'])
    expect(await names('')).toEqual(['alone'])
    expect(await names('', '?all=1')).toEqual(['alone', 'db-01', 'db-02', 'web-01'])
    expect(await names('secret', '?all=1')).toEqual([])
    expect(await get(`${nodes}00000000-0000-0000-0000-000000000003/assets/`)).toEqual([])
    expect(await get(`${nodes}${UNKNOWN}/assets/`)).toEqual({ detail: 'Not found.' })
  })

  test('come with their assets in one list, and stand in the detail of an asset', async () => {
    const list = await get(`/api/perms/v1/users/${id.lisi}/nodes-assets/`)
    expect(list).toMatchObject([
      { name: 'Default', assets_amount: 4, assets_granted: [{ hostname: 'alone' }] },
      { name: 'web', assets_granted: [{ hostname: 'db-01' }, { hostname: 'web-01' }] },
      { name: 'data', assets_amount: 2, assets_granted: [{ hostname: 'db-02' }] },
      { name: 'mysql', assets_granted: [{ hostname: 'db-01' }] },
    ])
    expect(JSON.stringify(list)).not.toContain('hidden')
    expect(await get(`/api/assets/v1/assets/${id.db}/`)).toMatchObject({
      nodes: [stableId('group', 'data/mysql'), stableId('group', 'web')],
    })
  })
})

describe('gateways', () => {
  const domainOf = async (asset: string): Promise<string> =>
    /"domain":"([^"]+)"/.exec(JSON.stringify(await get(`/api/assets/v1/assets/${asset}/`)))?.[1] ?? ''

  test('make a domain, the same for all assets that name the same ones', async () => {
    expect(await domainOf(id.db)).toMatch(/^[0-9a-f-]{36}$/)
    expect(await domainOf(id.db2)).toBe(await domainOf(id.db))
    expect(await domainOf(id.web)).toBe('')
    expect(await get(`/api/perms/v1/users/${id.lisi}/assets/?id=${id.db}`)).toMatchObject([
      { domain: await domainOf(id.db) },
    ])
  })

  test('are told with their secrets, to terminals that ask with gateway=1', async () => {
    const domain = await domainOf(id.db)
    const path = `/api/assets/v1/domain/${domain}/`
    const gateway = { protocol: 'ssh', username: 'jump', is_active: true, domain, public_key: null }
    expect(await get(`${path}?gateway=1`)).toMatchObject({
      id: domain,
      name: 'gw-1, gw-2',
      org_id: '',
      gateways: [
        { ...gateway, name: 'gw-1', ip: '198.51.100.5', port: 22, password: 'Gw-pass-1', private_key: null },
        { ...gateway, name: 'gw-2', ip: '198.51.100.6', port: 2200, password: null, private_key: 'PEM' },
      ],
    })
    const forbidden = { detail: 'You do not have permission to perform this action.' }
    expect(await get(path)).toEqual(forbidden)
    expect((await world.call('GET', `${path}?gateway=1`, { unsigned: true })).status).toBe(403)
    expect((await world.call('GET', `/api/assets/v1/domain/${UNKNOWN}/?gateway=1`)).status).toBe(404)
  })

  test('one of them is told for an asset, or that there is none', async () => {
    expect(await get(`/api/assets/v1/assets/${id.db}/gateway/`)).toMatchObject({ username: 'jump' })
    expect(await world.call('GET', `/api/assets/v1/assets/${id.web}/gateway/`)).toMatchObject({
      status: 404,
      body: { msg: 'Not have gateway' },
    })
  })
})

describe('rules', () => {
  const rules = (account: string) => get(`/api/assets/v1/system-user/${account}/cmd-filter-rules/`)

  test("come in core's form and order: higher priority first, deny before allow", async () => {
    expect(await rules(id.root)).toMatchObject([
      {
        type: { value: 'command', display: 'Command' },
        priority: 80,
        content: 'rm -rf\r\nreboot',
        action: { value: 0, display: 'Deny' },
        comment: '禁止',
        org_id: '',
      },
      { type: { value: 'regex' }, priority: 50, content: '^(sudo )?systemctl', action: { value: 0 } },
      { content: '^(sudo\\s+)?systemctl\\s+status', action: { value: 1, display: 'Allow' } },
    ])
  })

  test('count for the accounts they name only, which tell their filters', async () => {
    expect(await rules(id.ops)).toMatchObject([{ content: 'rm -rf\r\nreboot' }])
    expect(await get(`/api/assets/v1/system-user/${id.ops}/`)).toMatchObject({
      cmd_filters: [stableId('filter', 'destroy')],
    })
  })
})

test('a permission holds for its actions, from its first moment to before its last, at validate', async () => {
  const ask = async (action_name: string, asset_id = id.alone) => {
    const query = { user_id: id.lisi, asset_id, system_user_id: id.ops, action_name }
    const path = `/api/perms/v1/asset-permissions/user/validate/?${new URLSearchParams(query)}`
    return (await world.call('GET', path)).status
  }
  const before = world.clock.now()
  for (const [at, status] of [
    ['2026-01-31T23:59:59.999Z', 403],
    ['2026-02-01T00:00:00Z', 200],
    ['2026-03-31T21:59:59.999Z', 200],
    ['2026-03-31T22:00:00Z', 403],
  ] as const) {
    world.clock.setWallClock(Date.parse(at))
    expect([at, await ask('connect')]).toEqual([at, status])
    expect(await ask('upload_file')).toBe(403)
    expect(await ask('upload_file', id.db)).toBe(200)
  }
  world.clock.setWallClock(before)
})
