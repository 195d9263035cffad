import { expect, test } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { CoreError } from '../../../src/core/core-error.ts'
import { Heartbeat } from '../../../src/core/heartbeat.ts'
import type { LoginAttempt, Target, User } from '../../../src/core/model.ts'
import { silentLog } from '../../../src/log.ts'
import {
  DB,
  OPS,
  ROOT_KEY,
  SEED,
  SESSION,
  WEB_01,
  ZHANGSAN,
} from '../../fixtures/core-double/world-of-pairs.ts'
import { corePair, PAIRS_KEY, PAIRS_TIME } from '../../fixtures/core-fixtures.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { answering, expected } from './answering.ts'
import { CoreParts, fileLog, secretKey, sessionRecord } from './parts.ts'

const zhangsan: User = { id: ZHANGSAN, username: 'zhangsan', name: '张三', role: 'User' }
const lisi: User = {
  id: 'b7145a12-8500-5804-b053-ab0680c4f59a',
  username: 'lisi',
  name: '李四',
  role: 'User',
}
const unknownId = '040263bf-b4d3-5085-b7f7-36a6e6e2afb0'

const attempt = (username: string, password: string): LoginAttempt => ({
  username,
  password: new Secret(password),
  remoteAddr: '::ffff:203.0.113.7',
  loginType: 'T',
})

const otp = (code: string, seed = SEED) =>
  ({ seed: new Secret(seed), code: new Secret(code), remoteAddr: '203.0.113.7', loginType: 'T' }) as const

function target(asset: string, systemUser: string): Target {
  const account = {
    id: systemUser,
    name: 'a',
    username: 'u',
    priority: 20,
    protocol: 'ssh',
    loginMode: 'auto',
    actions: [],
  } as const
  const base = {
    hostname: 'h',
    ip: '10.0.0.1',
    protocols: [],
    platform: 'Linux',
    comment: '',
    domain: null,
    orgId: '',
    orgName: '',
  }
  return { asset: { id: asset, ...base, systemUsers: [account] }, systemUser: account }
}

const refused = (reason: string) => ({ kind: 'refused', reason })
const granted = 'granted'

type Act = (parts: CoreParts) => Promise<unknown>

/** Each pair: what is called, and what has to be understood of the answer. */
const ACTS: ReadonlyArray<readonly [name: string, act: Act, understood: unknown]> = [
  [
    'user-auth: password',
    ({ service }) => service.authenticate(attempt('zhangsan', 'Fx-zhangsan-1')),
    { kind: 'accepted', user: zhangsan },
  ],
  [
    'user-auth: public key',
    ({ service }) =>
      service.authenticate({
        username: 'zhangsan',
        publicKey: 'AAAAB3NzaC1yc2EAAAADAQABAAAAgQCfixtureKEY0zhangsan',
        remoteAddr: '203.0.113.7',
        loginType: 'T',
      }),
    { kind: 'accepted', user: zhangsan },
  ],
  [
    'user-auth: wrong password',
    ({ service }) => service.authenticate(attempt('zhangsan', 'nope')),
    refused('Password or SSH public key invalid'),
  ],
  [
    'user-auth: unknown user',
    ({ service }) => service.authenticate(attempt('没有此人', 'nope')),
    refused('User not exist'),
  ],
  [
    'user-auth: expired',
    ({ service }) => service.authenticate(attempt('wangwu', 'Fx-wangwu-1')),
    refused('Disabled or expired'),
  ],
  [
    'user-auth: disabled',
    ({ service }) => service.authenticate(attempt('zhaoliu', 'Fx-zhaoliu-1')),
    refused('Disabled or expired'),
  ],
  [
    'user-auth: password expired',
    ({ service }) => service.authenticate(attempt('sunqi', 'Fx-sunqi-1')),
    refused('The user sunqi password has expired, please update.'),
  ],
  [
    'user-auth: locked',
    ({ service }) => service.authenticate(attempt('wujiu', 'Fx-wujiu-1')),
    refused('Log in frequently and try again later'),
  ],
  [
    'user-auth: mfa needed',
    ({ service }) => service.authenticate(attempt('lisi', 'Fx-lisi-1')),
    { kind: 'otp', seed: new Secret(SEED), user: lisi, bound: true },
  ],
  [
    'user-otp-auth',
    ({ service }) => service.authenticateOtp(otp('650162')),
    { kind: 'accepted', user: lisi },
  ],
  [
    'user-otp-auth: wrong code',
    ({ service }) => service.authenticateOtp(otp('000000')),
    refused('MFA certification failed'),
  ],
  [
    'user-otp-auth: seed expired',
    ({ service }) => service.authenticateOtp(otp('123456', 'f'.repeat(32))),
    refused('Please verify the user name and password first'),
  ],
  [
    'validate: yes',
    ({ service }) => service.permission(zhangsan, target(WEB_01, ROOT_KEY), 'connect'),
    granted,
  ],
  [
    'validate: no',
    ({ service }) =>
      service.permission(
        zhangsan,
        target('2b4473d8-d9be-50b7-8f95-b96ec9757d9c', 'a1100925-4a04-592d-a735-ac9bc86a09cf'),
        'upload_file',
      ),
    'denied',
  ],
  [
    'validate: unknown asset',
    ({ service }) => service.permission(zhangsan, target(unknownId, ROOT_KEY), 'connect'),
    'denied',
  ],
  [
    'validate: unknown user',
    ({ service }) => service.permission({ ...zhangsan, id: unknownId }, target(WEB_01, ROOT_KEY), 'connect'),
    'denied',
  ],
  ['session-create', ({ service }) => service.createSession(sessionRecord()), undefined],
  ['session-create: duplicate id', ({ service }) => service.createSession(sessionRecord()), undefined],
  [
    'session-create: other org',
    ({ service }) =>
      service.createSession(
        sessionRecord({
          id: 'ed7dbefb-9b9f-5773-a621-60ae8fbdec33',
          asset: 'east-web',
          orgId: '07f19f65-53cd-5fc9-b79b-c4a0d3b88dab',
        }),
      ),
    undefined,
  ],
  ['session-finish', ({ service }) => service.finishSession(SESSION, PAIRS_TIME + 300_000), undefined],
  ['session-has-replay', ({ service }) => service.markReplay(SESSION), undefined],
  [
    'profile: cookie',
    ({ service }) =>
      service.userByCookie({
        csrftoken: '35d95471484654c8d91398ace486edc7629bde801fe67b26eca03f6387576752',
        sessionid: '011ff4e7caa56d19cad24d607af79434',
      }),
    lisi,
  ],
  [
    'profile: cookie unknown',
    ({ service }) => service.userByCookie({ csrftoken: 'a', sessionid: 'b' }),
    undefined,
  ],
  [
    'connection-token: unknown',
    ({ service }) => service.connectionToken('4ade0e06-6e3c-5e92-8323-4f0966209a75'),
    undefined,
  ],
  ['ftp-log', ({ service }) => service.sendFileLog(fileLog()), undefined],
  ['ftp-log: duplicate id', ({ service }) => service.sendFileLog(fileLog()), undefined],
  ['command-batch', ({ service }) => service.sendCommands(sessionRecord(), twoCommands), undefined],
  [
    'command-batch: save error',
    ({ service }) => service.sendCommands(sessionRecord(), twoCommands),
    'CORE_UNAVAILABLE unavailable',
  ],
  [
    'task-finish',
    ({ service }) =>
      service.finishTask({ id: '633416ca-2871-45df-990c-18954ef7df8b', name: 'kill_session', args: SESSION }),
    undefined,
  ],
  [
    'task-finish: unknown',
    ({ service }) => service.finishTask({ id: unknownId, name: 'kill_session', args: SESSION }),
    undefined,
  ],
  [
    'user-assets: unknown user',
    ({ service }) => service.assets({ ...zhangsan, id: unknownId }),
    'CORE_MISSING missing',
  ],
  ['terminal-config', readConfig, coreConfig()],
  [
    'terminal-config: storages',
    readConfig,
    {
      ...coreConfig(),
      commandStorages: [
        { type: 'es', hosts: [new Secret('any')], index: 'jumpserver', docType: 'command_store' },
      ],
      replayStorages: [
        {
          type: 's3',
          bucket: 'jms-replay',
          accessKey: 'AKEXAMPLE',
          secretKey: new Secret('any'),
          endpoint: 'https://s3.cn-north-1.example.com',
          region: 'cn-north-1',
        },
      ],
    },
  ],
  ['auth: terminal disabled', readConfig, 'CORE_CREDENTIALS credentials'],
  ['auth: date too old', readConfig, 'CORE_CREDENTIALS credentials'],
  ['heartbeat', (parts) => beat(parts, []), []],
  [
    'heartbeat: with task',
    (parts) => beat(parts, [SESSION]),
    [{ id: '633416ca-2871-45df-990c-18954ef7df8b', name: 'kill_session', args: SESSION }],
  ],
]

const twoCommands = [
  { input: 'ls -l', output: 'total 0', at: PAIRS_TIME + 5_500 },
  { input: '  ', output: 'only Enter', at: PAIRS_TIME + 7_000 },
  { input: 'echo 你好', output: '你好', at: PAIRS_TIME + 11_000 },
]

test.each(ACTS)('core gets what it wants and is understood: %s', async (name, act, understood) => {
  const pair = corePair(name)
  await using core = await answering([pair])
  await using parts = new CoreParts(core.address, { clock: new ManualClock(PAIRS_TIME) })

  const outcome = await act(parts).catch((error: unknown) =>
    error instanceof CoreError ? `${error.code} ${error.kind}` : error,
  )

  expect(outcome).toEqual(understood)
  expect(core.asked).toEqual([expected(pair)])
})

test.each(ACTS)('what a later core adds changes nothing: %s', async (name, act, understood) => {
  const pair = corePair(name)
  const { status, headers, body } = pair.response
  await using core = await answering([{ ...pair, response: { status, headers, body: grown(body) } }])
  await using parts = new CoreParts(core.address, { clock: new ManualClock(PAIRS_TIME) })
  const outcome = await act(parts).catch((error: unknown) =>
    error instanceof CoreError ? `${error.code} ${error.kind}` : error,
  )
  expect(outcome).toEqual(understood)
})

/** With a field more in each object, at any depth. */
function grown(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(grown)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).map(([name, inner]): [string, unknown] => [name, grown(inner)])
  return Object.fromEntries([...fields, ['of_a_later_core', { of: ['a', { later: 'core' }] }]])
}

test('a link to a web terminal is read and understood, with the person it is for', async () => {
  const pairs = ['connection-token: read', 'user-detail'].map(corePair)
  await using core = await answering(pairs)
  await using parts = new CoreParts(core.address, { clock: new ManualClock(PAIRS_TIME) })
  const link = await parts.service.connectionToken('3c21ea13-5075-4640-8985-9b4c156db5c2')
  expect(link).toEqual({ user: zhangsan, assetId: WEB_01, systemUserId: ROOT_KEY })
  expect(core.asked).toEqual(pairs.map(expected))
})

test("a user's assets are read and understood", async () => {
  await using core = await answering([corePair('user-assets')])
  await using parts = new CoreParts(core.address, { clock: new ManualClock(PAIRS_TIME) })
  const assets = await parts.service.assets(zhangsan, { fresh: true })
  expect(core.asked).toEqual([expected(corePair('user-assets'))])
  expect(assets.map(({ hostname }) => hostname)).toEqual(['db-主库', 'east-web', 'web-01', 'win-01'])
  expect(assets[2]).toMatchObject({
    protocols: [
      { name: 'ssh', port: 22 },
      { name: 'telnet', port: 23 },
    ],
    domain: null,
    orgId: '',
    comment: '前端主机\n值班: 张三',
  })
  expect(assets[0]?.systemUsers.at(-1)).toMatchObject({
    name: '手动登录',
    username: '',
    priority: 10,
    loginMode: 'manual',
    protocol: 'ssh',
  })
})

test('a list that comes as a page, though none was asked for, is read to its end', async () => {
  // The pair holds one of four; here every page is the same.
  await using core = await answering([corePair('user-assets: cached')])
  await using parts = new CoreParts(core.address, { clock: new ManualClock(PAIRS_TIME) })
  expect(await parts.service.assets(zhangsan)).toHaveLength(4)
  expect(core.asked.map(({ query }) => query['offset'])).toEqual([undefined, '1', '2', '3'])
})

test("a user's nodes are read and understood, in the order of the tree", async () => {
  await using core = await answering([corePair('user-nodes')])
  await using parts = new CoreParts(core.address, { clock: new ManualClock(PAIRS_TIME) })
  const nodes = await parts.service.nodes(zhangsan)
  expect(core.asked).toEqual([expected(corePair('user-nodes'))])
  expect(nodes.map(({ key, name, assetsAmount }) => [key.join(':'), name, assetsAmount])).toEqual([
    ['1', 'Default', 3],
    ['1:2', '前端', 2],
    ['1:3', '数据库', 1],
    ['1:3:10', 'MySQL 集群', 1],
    ['2', '华东', 1],
  ])
  expect(nodes.at(-1)).toMatchObject({ orgId: '07f19f65-53cd-5fc9-b79b-c4a0d3b88dab', orgName: '华东' })
})

test('the stand-in that core sends for no grants is no node', async () => {
  const pair = corePair('user-nodes: no grants')
  await using core = await answering([pair])
  await using parts = new CoreParts(core.address, { clock: new ManualClock(PAIRS_TIME) })
  const user = { ...zhangsan, id: '3b903d1f-bc25-56b7-bb6b-357acde8f0ad' }
  expect(await parts.service.nodes(user)).toEqual([])
  expect(core.asked).toEqual([expected(pair)])
})

test('the assets of a node are read with those below it', async () => {
  const pair = corePair('user-node-assets')
  await using core = await answering([pair])
  await using parts = new CoreParts(core.address, { clock: new ManualClock(PAIRS_TIME) })
  const assets = await parts.service.nodeAssets(zhangsan, '6a8cc914-1247-5508-9fc9-b1f1cca2fad9')
  expect(core.asked).toEqual([expected(pair)])
  expect(assets).toMatchObject([{ hostname: 'db-主库', domain: 'f435bded-7a62-5ee7-b5a6-06559febcb1b' }])
})

test("the gateways of an asset's domain come with the connection", async () => {
  const pairs = [
    ...['validate: yes', 'system-user-asset-auth-info', 'cmd-filter-rules: none', 'domain-detail'],
  ].map(corePair)
  await using core = await answering(pairs)
  await using parts = new CoreParts(core.address, { clock: new ManualClock(PAIRS_TIME) })
  const plain = target(DB, OPS)
  const behind = { ...plain, asset: { ...plain.asset, domain: 'f435bded-7a62-5ee7-b5a6-06559febcb1b' } }
  const { gateways } = await parts.service.prepare(zhangsan, behind)
  expect(core.asked).toContainEqual(expected(corePair('domain-detail')))
  expect(gateways.map(({ name, ip, port, username }) => [name, ip, port, username])).toEqual([
    ['gw-b1', '198.51.100.5', 22, 'jump'],
    ['gw-b2', '198.51.100.6', 2200, 'jump'],
  ])
  expect(gateways[0]?.password?.reveal()).toBe('Gw-pass-1')
  expect(gateways[0]?.privateKey).toBeUndefined()
  expect(gateways[1]?.password).toBeUndefined()
  expect(gateways[1]?.privateKey?.reveal()).toContain('BEGIN RSA PRIVATE KEY')
})

test("a connection is prepared from permission, the asset's own secrets and the rules in their order", async () => {
  const pairs = ['validate: yes', 'system-user-asset-auth-info', 'cmd-filter-rules: none'].map(corePair)
  await using core = await answering(pairs)
  await using parts = new CoreParts(core.address, { clock: new ManualClock(PAIRS_TIME) })
  const { credentials, rules } = await parts.service.prepare(zhangsan, target(DB, OPS))
  expect(credentials.username).toBe('ops')
  expect(credentials.password?.reveal()).toBe('Ops-on-db-1')
  expect(credentials.privateKey).toBeUndefined()
  expect(rules).toEqual([])
})

test("core's rules are understood, in order of evaluation", async () => {
  const rulesPair = corePair('cmd-filter-rules')
  const secrets = corePair('system-user-auth-info: root')
  const path = `/api/assets/v1/system-user/${ROOT_KEY}/asset/${WEB_01}/auth-info/`
  await using core = await answering([
    corePair('validate: yes'),
    rulesPair,
    { ...secrets, request: { ...secrets.request, path } },
  ])
  await using parts = new CoreParts(core.address, { clock: new ManualClock(PAIRS_TIME) })
  const { credentials, rules } = await parts.service.prepare(zhangsan, target(WEB_01, ROOT_KEY))
  expect(credentials.privateKey?.reveal()).toContain('BEGIN RSA PRIVATE KEY')
  expect(credentials.password).toBeUndefined()
  expect(rules.map(({ kind, action, priority }) => [kind, action, priority])).toEqual([
    ['command', 'deny', 80],
    ['regex', 'deny', 50],
    ['regex', 'allow', 50],
  ])
  expect(rules[0]?.content).toBe('rm -rf\r\nreboot')
})

test('of the stored commands those of the session are found', async () => {
  await using core = await answering([corePair('command-list')])
  await using parts = new CoreParts(core.address, { clock: new ManualClock(PAIRS_TIME) })
  const asked = [{ input: '', output: '', at: 1566813605_000 }]
  expect(await parts.service.commandsStored(sessionRecord(), asked)).toEqual([
    { input: 'echo 你好', timestamp: 1566813611 },
    { input: 'ls -l', timestamp: 1566813605 },
  ])
  expect(await parts.service.commandsStored(sessionRecord({ id: unknownId }), asked)).toEqual([])
})

async function readConfig({ service, settings }: CoreParts): Promise<unknown> {
  await settings.refresh()
  return service.settings
}

function coreConfig() {
  return {
    passwordAuth: true,
    publicKeyAuth: true,
    heartbeatSeconds: 20,
    hostKey: new Secret('any'),
    maxIdleMinutes: 30,
    sortBy: 'hostname',
    pageSize: 15,
    keepDays: 9999,
    commandStorages: [{ type: 'server' }],
    replayStorages: [{ type: 'server' }],
  }
}

async function beat({ transport }: CoreParts, live: string[]): Promise<unknown> {
  const tasks: unknown[] = []
  await using heartbeat = new Heartbeat({
    core: transport,
    key: secretKey(PAIRS_KEY),
    clock: new ManualClock(PAIRS_TIME),
    log: silentLog(),
    liveSessions: () => live,
    intervalSeconds: () => 20,
    onTask: async (task) => void tasks.push(task),
  })
  await heartbeat.beat()
  return tasks
}
