import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { createLog } from '../../../src/log.ts'
import { type EmbeddedCore, startEmbeddedCore } from '../../../src/standalone/core/embedded-core.ts'
import { ACTIONS, type Inventory, stableId } from '../../../src/standalone/inventory.ts'
import { Passwords } from '../../../src/standalone/passwords.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'

/** Matches any text, in what is expected of an answer. */
export const SOME_TEXT: unknown = expect.any(String)

export const TOKEN = 'bootstrap-token-of-this-test'
export const KEY_BLOB = 'AAAAC3NzaC1lZDI1NTE5AAAAIFixtureOnlyFixtureOnlyFixtureOnlyFixtureOn'

const userId = (name: string): string => stableId('user', name)
export const IDS = {
  zhang: userId('zhangsan'),
  web: stableId('asset', 'web-01'),
  db: stableId('asset', 'db'),
  root: stableId('account', 'root_key'),
  ops: stableId('account', 'ops'),
  telnet: stableId('account', 'net'),
}

/** Two assets; zhangsan may use root on web-01 for all, and ops on db for connect in 2026 only. */
function testInventory(passwordHash: string): Inventory {
  const user = { name: '张三', passwordHash, publicKeys: [KEY_BLOB], admin: false }
  const account = { priority: 20, protocol: 'ssh', password: undefined, privateKey: undefined }
  const asset = { protocols: [{ name: 'ssh', port: 22 }], platform: 'Linux', comment: '' }
  const all = { users: new Set([IDS.zhang]), from: undefined, until: undefined }
  return {
    users: new Map([
      [IDS.zhang, { ...user, id: IDS.zhang, username: 'zhangsan' }],
      [userId('boss'), { ...user, id: userId('boss'), username: 'boss', admin: true }],
    ]),
    assets: new Map([
      [
        IDS.web,
        {
          ...asset,
          id: IDS.web,
          hostname: 'web-01',
          ip: '10.1.2.11',
          accounts: new Set([IDS.root, IDS.telnet]),
        },
      ],
      [IDS.db, { ...asset, id: IDS.db, hostname: 'db', ip: '10.1.3.21', accounts: new Set([IDS.ops]) }],
    ]),
    accounts: new Map([
      [
        IDS.root,
        { ...account, id: IDS.root, name: 'root_key', username: 'root', privateKey: new Secret('PEM') },
      ],
      [IDS.ops, { ...account, id: IDS.ops, name: 'ops', username: 'ops', password: new Secret('pw') }],
      [IDS.telnet, { ...account, id: IDS.telnet, name: 'net', username: '', protocol: 'telnet' }],
    ]),
    permissions: [
      {
        ...all,
        assets: new Set([IDS.web]),
        accounts: new Set([IDS.root, IDS.telnet]),
        actions: new Set(ACTIONS['all']),
      },
      {
        ...all,
        assets: new Set([IDS.db]),
        accounts: new Set([IDS.ops]),
        actions: new Set(['connect']),
        from: Date.UTC(2026, 0, 1),
        until: Date.UTC(2027, 0, 1),
      },
    ],
  }
}

export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers: Headers
}

export interface World extends AsyncDisposable {
  readonly core: EmbeddedCore
  readonly clock: ManualClock
  readonly dataDir: string
  /** Registers under a new name and signs from then on. */
  register(name: string): Promise<AccessKey>
  /** One request; signed unless `headers` says otherwise. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>
  /** Stops the core and starts it again on the same files. */
  restart(): Promise<void>
}

export interface AccessKey {
  readonly id: string
  readonly secret: string
}

export interface CallOptions {
  readonly body?: unknown
  readonly raw?: RequestInit['body']
  readonly headers?: Readonly<Record<string, string>>
  readonly unsigned?: boolean
}

/** An embedded core in a directory of its own, with a clock that stands at noon of 2026-03-01. */
export async function startWorld(passwordHash = ''): Promise<World> {
  const dataDir = await mkdtemp(join(tmpdir(), 'cocod-core-'))
  const clock = new ManualClock(Date.UTC(2026, 2, 1, 12))
  const passwords = new Passwords()
  const start = (): Promise<EmbeddedCore> =>
    startEmbeddedCore({
      dataDir,
      inventory: { current: testInventory(passwordHash) },
      passwords,
      bootstrapToken: new Secret(TOKEN),
      clock,
      log: createLog({ level: 'error', destination: process.stderr }),
    })
  let core = await start()
  let key: AccessKey | undefined
  const call = async (method: string, path: string, options: CallOptions = {}): Promise<Answer> => {
    const signed = key && !options.unsigned ? signature(key, new Date(clock.now()).toUTCString()) : {}
    const json = options.raw === undefined ? { 'Content-Type': 'application/json' } : {}
    const body = options.body === undefined ? options.raw : JSON.stringify(options.body)
    const response = await fetch(`${core.url}${path}`, {
      method,
      redirect: 'manual',
      headers: { ...json, ...signed, ...options.headers },
      ...(body === undefined ? {} : { body }),
    })
    return { status: response.status, body: await bodyOf(response), headers: response.headers }
  }
  return {
    get core() {
      return core
    },
    clock,
    dataDir,
    call,
    register: async (name) => {
      const headers = { Authorization: `BootstrapToken ${TOKEN}` }
      const { body } = await call('POST', '/api/terminal/v2/terminal-registrations/', {
        body: { name },
        headers,
      })
      key = accessKeyOf(body)
      return key
    },
    restart: async () => {
      await core.close()
      core = await start()
    },
    [Symbol.asyncDispose]: async () => {
      await core.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** The headers of a signed request, made by hand from the contract. Node's fetch passes `Date` on. */
export function signature({ id, secret }: AccessKey, date: string): Record<string, string> {
  const hex = createHash('md5').update(`${secret}\n${date}`).digest('hex')
  return { Date: date, Authorization: `Sign ${id}:${Buffer.from(hex).toString('base64')}` }
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text()
  return response.headers.get('content-type')?.startsWith('application/json') ? JSON.parse(text) : text
}

function accessKeyOf(body: unknown): AccessKey {
  const found = /"access_key":\{"id":"([^"]+)","secret":"([^"]+)"\}/.exec(JSON.stringify(body))
  if (!found) throw new Error(`not registered: ${JSON.stringify(body)}`)
  return { id: found[1] ?? '', secret: found[2] ?? '' }
}
