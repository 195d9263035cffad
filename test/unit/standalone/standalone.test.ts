import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { systemClock } from '../../../src/base/clock.ts'
import { silentLog } from '../../../src/log.ts'
import { openDatabase } from '../../../src/standalone/core/database.ts'
import { DEMO_PASSWORDS, demoPassword } from '../../../src/standalone/demo-password.ts'
import { stableId } from '../../../src/standalone/inventory.ts'
import { type StandaloneOptions, startStandalone } from '../../../src/standalone/standalone.ts'
import { runSsh } from '../../fixtures/ssh-client.ts'
import { signature } from './world.ts'

const Registered = z.object({
  service_account: z.object({ access_key: z.object({ id: z.string(), secret: z.string() }) }),
})
const Assets = z
  .object({
    id: z.string(),
    ip: z.string(),
    protocols: z.string().array(),
    system_users_granted: z.object({ id: z.string() }).array(),
  })
  .array()
const AuthInfo = z.object({ username: z.string(), private_key: z.string() })

let dataDir: string
let options: StandaloneOptions
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'cocod-standalone-'))
  options = {
    dataDir,
    inventoryFile: undefined,
    environment: process.env,
    clock: systemClock,
    log: silentLog(),
  }
})
afterEach(() => rm(dataDir, { recursive: true, force: true }))

async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<unknown> {
  const json = { 'Content-Type': 'application/json', ...headers }
  const response = await fetch(url, { method: 'POST', headers: json, body: JSON.stringify(body) })
  return await response.json()
}

test('the demo lets its user in with the password of this start, which is another one at the next', async () => {
  await using first = await startStandalone(options)
  const { user = '', password } = first.demo ?? {}
  const login = { username: user, password: password?.reveal(), remote_addr: '127.0.0.1', login_type: 'T' }
  expect(await post(`${first.url}/api/authentication/v1/auth/`, login)).toMatchObject({
    user: { username: 'demo' },
  })
  await first.close()
  await using second = await startStandalone(options)
  expect(second.demo?.password.reveal()).not.toBe(password?.reveal())
  expect(second.bootstrapToken.reveal()).not.toBe(first.bootstrapToken.reveal())
  expect(await post(`${second.url}/api/authentication/v1/auth/`, login)).toEqual({
    msg: 'Password or SSH public key invalid',
  })
})

test("the demo's asset can be reached with what the core hands out for it", async () => {
  await using standalone = await startStandalone(options)
  const { url, bootstrapToken, demo } = standalone
  const headers = { Authorization: `BootstrapToken ${bootstrapToken.reveal()}` }
  const registered = await post(`${url}/api/terminal/v2/terminal-registrations/`, { name: 'node' }, headers)
  const { id = '', secret = '' } = Registered.parse(registered).service_account.access_key
  const get = async (path: string): Promise<unknown> => {
    const signed = signature({ id, secret }, new Date().toUTCString())
    return await (await fetch(`${url}${path}`, { headers: signed })).json()
  }
  const [asset] = Assets.parse(await get(`/api/perms/v1/users/${stableId('user', 'demo')}/assets/`))
  const [account] = asset?.system_users_granted ?? []
  const info = AuthInfo.parse(
    await get(`/api/assets/v1/system-user/${account?.id}/asset/${asset?.id}/auth-info/`),
  )
  const port = Number(asset?.protocols[0]?.replace('ssh/', ''))
  expect(demo?.assets).toBe(`this-machine (a shell here as ${info.username})`)
  expect(demo?.host).toMatchObject({ address: asset?.ip, port })
  expect(demo?.host.fingerprint).toMatch(/^SHA256:/)
  const identity = join(dataDir, 'key')
  await writeFile(identity, info.private_key, { mode: 0o600 })
  const { stdout } = await runSsh({ port, user: info.username, identity, command: 'echo reached' })
  expect(stdout.toString()).toBe('reached\n')
})

test('a demo password is one of more than 2^40, in words', () => {
  expect(DEMO_PASSWORDS).toBeGreaterThan(2 ** 40)
  const made = new Set(Array.from({ length: 200 }, () => demoPassword().reveal()))
  expect(made.size).toBe(200)
  for (const password of made) expect(password).toMatch(/^[a-z]+-[a-z]+-\d{4}-[a-z]+-[a-z]+$/)
  expect(String(demoPassword())).toBe('***')
})

test('a wrong inventory ends the start and leaves nothing open', async () => {
  const inventoryFile = join(dataDir, 'inventory.ini')
  await writeFile(inventoryFile, '[user]\n')
  await expect(startStandalone({ ...options, inventoryFile })).rejects.toThrow(/inventory\.ini:1: /)
  await writeFile(inventoryFile, '[user ada]\n')
  await using standalone = await startStandalone({ ...options, inventoryFile })
  expect(standalone.demo).toBeUndefined()
})

test('the database is for its owner only, and neither a newer one nor another file is touched', async () => {
  const directory = join(dataDir, 'core')
  const database = await openDatabase(directory)
  expect((await stat(join(directory, 'core.db'))).mode & 0o777).toBe(0o600)
  expect((await stat(join(directory, 'core.db-wal'))).mode & 0o777).toBe(0o600)
  expect((await stat(directory)).mode & 0o777).toBe(0o700)
  database.exec('PRAGMA user_version = 99')
  database.close()
  await expect(startStandalone(options)).rejects.toMatchObject({
    code: 'EMBEDDED_CORE_DATABASE',
    facts: { version: 99 },
  })
  await rm(directory, { recursive: true })
  await mkdir(directory)
  await writeFile(
    join(directory, 'core.db'),
    'this is no database, and it is long enough to be seen as none '.repeat(20),
  )
  await expect(openDatabase(directory)).rejects.toMatchObject({ code: 'EMBEDDED_CORE_DATABASE' })
})
