import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { readSettings } from '../../../src/core/settings.ts'
import { createLog } from '../../../src/log.ts'
import { startCoreDouble } from '../../fixtures/core-double.ts'
import { ObservedClock } from './observed-clock.ts'
import { CoreParts, secretKey } from './parts.ts'

test('a value of a neighbouring type is taken, an absent or empty one means "not set"', () => {
  const { settings, refused } = readSettings(
    { headerTitle: 'old', maxIdleMinutes: 5 },
    {
      TERMINAL_PASSWORD_AUTH: 'False',
      TERMINAL_HEARTBEAT_INTERVAL: '15',
      TERMINAL_HEADER_TITLE: null,
      TERMINAL_HOST_KEY: '',
      TERMINAL_SOMETHING_NEW: { TYPE: 'x' },
    },
  )
  expect(settings).toEqual({ passwordAuth: false, heartbeatSeconds: 15 })
  expect(refused).toEqual([])
})

test('a bad value is refused by name and the one before stays', () => {
  const previous = { passwordAuth: true, heartbeatSeconds: 20, hostKey: new Secret('k') }
  const { settings, refused } = readSettings(previous, {
    TERMINAL_PASSWORD_AUTH: 'perhaps',
    TERMINAL_HEARTBEAT_INTERVAL: 0,
    SECURITY_MAX_IDLE_TIME: 'soon',
    TERMINAL_HOST_KEY: 'not a key',
  })
  expect(settings).toEqual(previous)
  expect(refused).toEqual([
    'TERMINAL_PASSWORD_AUTH',
    'TERMINAL_HEARTBEAT_INTERVAL',
    'TERMINAL_HOST_KEY',
    'SECURITY_MAX_IDLE_TIME',
  ])
})

test('how lists look, how long records stay and how telnet logs in come from core too', () => {
  const { settings, refused } = readSettings(
    { pageSize: 'all', sortBy: 'ip', keepDays: 30 },
    {
      TERMINAL_ASSET_LIST_PAGE_SIZE: '25',
      TERMINAL_ASSET_LIST_SORT_BY: 'colour',
      TERMINAL_SESSION_KEEP_DURATION: '-1',
      TERMINAL_TELNET_REGEX: 'welcome$',
      SECURITY_MAX_SESSION_TIME: '12',
    },
  )
  expect(settings).toEqual({
    ...{ pageSize: 25, sortBy: 'ip', keepDays: 30 },
    ...{ telnetRegex: 'welcome$', maxSessionHours: 12 },
  })
  expect(refused).toEqual(['TERMINAL_ASSET_LIST_SORT_BY', 'TERMINAL_SESSION_KEEP_DURATION'])
  const auto = readSettings({}, { TERMINAL_ASSET_LIST_PAGE_SIZE: 'auto' })
  expect(auto.settings).toEqual({ pageSize: 'auto' })
})

const KEYS = { ACCESS_KEY: 'ak', SECRET_KEY: 'sk' }
const read = { accessKey: 'ak', secretKey: new Secret('sk') }

test.each([
  [
    { TYPE: 's3', ...KEYS },
    { type: 's3', bucket: 'jumpserver', ...read, endpoint: undefined, region: undefined },
  ],
  [
    { TYPE: 'swift', ...KEYS, BUCKET: 'b', ENDPOINT: 'https://swift.north.example.com' },
    { type: 's3', bucket: 'b', ...read, endpoint: 'https://swift.north.example.com', region: 'north' },
  ],
  [
    { TYPE: 'ceph', ...KEYS, BUCKET: 'b', HOSTNAME: 'ceph.example.com', PORT: 7480, REGION: null },
    { type: 's3', bucket: 'b', ...read, endpoint: 'http://ceph.example.com:7480', region: undefined },
  ],
  [
    { TYPE: 'oss', ...KEYS, BUCKET: '', ENDPOINT: 'https://oss-cn-beijing.aliyuncs.com' },
    { type: 'oss', bucket: 'jumpserver', ...read, endpoint: 'https://oss-cn-beijing.aliyuncs.com' },
  ],
  [
    { TYPE: 'azure', CONTAINER_NAME: 'c', ACCOUNT_NAME: 'a', ACCOUNT_KEY: 'sk', ENDPOINT_SUFFIX: '' },
    {
      ...{ type: 'azure', container: 'c', accountName: 'a', accountKey: new Secret('sk') },
      endpointSuffix: 'core.chinacloudapi.cn',
    },
  ],
  [
    { TYPE: 'cos', ...KEYS, BUCKET: 'b', ENDPOINT: 'cos.ap-guangzhou.myqcloud.com' },
    {
      ...{ type: 's3', bucket: 'b', ...read, endpoint: 'https://cos.ap-guangzhou.myqcloud.com' },
      region: 'ap-guangzhou',
    },
  ],
  [
    { TYPE: 'obs', ...KEYS, BUCKET: 'b', ENDPOINT: 'https://obs.cn-north-4.myhuaweicloud.com' },
    {
      ...{ type: 's3', bucket: 'b', ...read, endpoint: 'https://obs.cn-north-4.myhuaweicloud.com' },
      region: 'cn-north-4',
    },
  ],
  [
    { TYPE: 's3', ...KEYS, BUCKET: 'b', ENDPOINT: 'http://10.0.0.5:9000' },
    { type: 's3', bucket: 'b', ...read, endpoint: 'http://10.0.0.5:9000', region: undefined },
  ],
  [{ TYPE: 'null' }, { type: 'null' }],
])('a storage for replays is understood: %j', (value, storage) => {
  const { settings, refused } = readSettings({}, { TERMINAL_REPLAY_STORAGE: value })
  expect(settings.replayStorages).toEqual([storage])
  expect(refused).toEqual([])
})

test('several storages come as a list or under names, and one that is wrong refuses them all', () => {
  const ceph = { TYPE: 'ceph', ...KEYS, BUCKET: 'b', HOSTNAME: 'ceph', PORT: '7480' }
  const list = readSettings({}, { TERMINAL_REPLAY_STORAGE: [{ TYPE: 'server' }, ceph] })
  expect(list.settings.replayStorages?.map(({ type }) => type)).toEqual(['server', 's3'])
  const named = readSettings({}, { TERMINAL_REPLAY_STORAGE: { default: { TYPE: 'server' }, second: ceph } })
  expect(named.settings).toEqual(list.settings)
  const wrong = readSettings(list.settings, { TERMINAL_REPLAY_STORAGE: [{ TYPE: 'null' }, { TYPE: 's3' }] })
  expect(wrong).toMatchObject({ settings: list.settings, refused: ['TERMINAL_REPLAY_STORAGE'] })
  const empty = readSettings({}, { TERMINAL_REPLAY_STORAGE: [], TERMINAL_COMMAND_STORAGE: {} })
  expect(empty.refused).toEqual(['TERMINAL_COMMAND_STORAGE', 'TERMINAL_REPLAY_STORAGE'])
})

test('a storage that lacks what it needs is refused by name, and the one before stays', () => {
  const previous = { replayStorages: [{ type: 'null' }], commandStorages: [{ type: 'null' }] } as const
  const { settings, refused } = readSettings(previous, {
    TERMINAL_REPLAY_STORAGE: { TYPE: 's3', BUCKET: 'b', ACCESS_KEY: 'ak' },
    TERMINAL_COMMAND_STORAGE: { TYPE: 'es', HOSTS: ['ftp://es'] },
  })
  expect(settings).toEqual(previous)
  expect(refused).toEqual(['TERMINAL_COMMAND_STORAGE', 'TERMINAL_REPLAY_STORAGE'])
})

test('a storage of a later core leaves the records to core itself, and its kind is named', () => {
  const { settings, unknown } = readSettings({}, { TERMINAL_REPLAY_STORAGE: { TYPE: 'ftp', BUCKET: 'b' } })
  expect(settings).toEqual({ replayStorages: [{ type: 'server' }] })
  expect(unknown).toEqual(['TERMINAL_REPLAY_STORAGE: ftp'])
})

test('a bad value is told once, not at every reading', async () => {
  const lines: string[] = []
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString())
      done()
    },
  })
  await using core = await startCoreDouble()
  const key = secretKey(core.state.addTerminal('b').key)
  await using parts = new CoreParts(core.url, { key, log: createLog({ level: 'info', destination }) })
  core.state.config['TERMINAL_REPLAY_STORAGE'] = { TYPE: 's3', SECRET_KEY: 'canary' }
  for (let reading = 1; reading <= 3; reading += 1) await parts.settings.refresh()
  core.state.config['TERMINAL_REPLAY_STORAGE'] = { TYPE: 'ftp' }
  await parts.settings.refresh()
  expect(lines).toHaveLength(2)
  expect(lines[0]).toContain('TERMINAL_REPLAY_STORAGE')
  expect(lines[1]).toContain('TERMINAL_REPLAY_STORAGE: ftp')
  expect(lines.join('')).not.toContain('canary')
})

test('settings are read at the start and every ten minutes, and stay while core is away', async () => {
  const clock = new ObservedClock(Date.UTC(2026, 0, 1))
  await using core = await startCoreDouble({ now: () => clock.now() })
  await using parts = new CoreParts(core.url, { clock, key: secretKey(core.state.addTerminal('b').key) })
  parts.settings.start()
  await clock.untilTimer(600_000, 600_000)
  expect(parts.service.settings.maxIdleMinutes).toBe(30)
  core.state.config['SECURITY_MAX_IDLE_TIME'] = 7
  const outage = core.fail('500')
  clock.advance(600_000)
  const pause = await clock.untilTimer(2_500, 5_000)
  expect(parts.service.settings.maxIdleMinutes).toBe(30)
  outage[Symbol.dispose]()
  clock.advance(pause)
  await clock.untilTimer(600_000, 600_000)
  expect(parts.service.settings.maxIdleMinutes).toBe(7)
})
