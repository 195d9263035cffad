import { randomUUID } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { Heartbeat } from '../../../src/core/heartbeat.ts'
import { HttpAppService } from '../../../src/core/http-app-service.ts'
import { SettingsReader } from '../../../src/core/settings.ts'
import { CoreTransport } from '../../../src/core/transport.ts'
import { silentLog } from '../../../src/log.ts'
import type { OutageKind } from '../../fixtures/core-double/outages.ts'
import { startCoreDouble } from '../../fixtures/core-double.ts'
import { fileAudit, recordSession } from '../../fixtures/file-audit.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { START } from '../../fixtures/spool.ts'
import { SteadyCore } from '../../fixtures/steady-core.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'
import { fileLog, secretKey } from './parts.ts'

const KINDS: readonly OutageKind[] = [
  ...(['reset', 'hang', 'slow', '500', 'html', 'badGateway', 'halfBody', 'loseAnswer'] as const),
]
const COMMANDS = ['ls', 'cd /tmp', 'ls', 'exit']
const FILES = ['/a', '/b', '/c']

async function outageWorld() {
  const clock = new ManualClock(START)
  const double = await startCoreDouble({ now: () => clock.now() })
  const key = secretKey(double.state.addTerminal('bastion').key)
  const transport = new CoreTransport({ address: double.url, clock })
  const core = new SteadyCore(transport, { double, clock })
  const parts = { core, key, clock, log: silentLog() }
  const settings = new SettingsReader(parts)
  const service = new HttpAppService({ ...parts, settings })
  const home = await temporaryDirectory()
  return {
    ...{ clock, double, core, settings, service, parts },
    audit: fileAudit({ home: home.path, core: service, clock }),
    [Symbol.asyncDispose]: async () => {
      transport[Symbol.dispose]()
      await double[Symbol.asyncDispose]()
      await home[Symbol.asyncDispose]()
    },
  }
}

type World = Awaited<ReturnType<typeof outageWorld>>

/** All addresses that records go to, in the order in which one session meets them. */
const ENDPOINTS = [
  { method: 'POST', path: /\/sessions\/$/ },
  { method: 'POST', path: /\/command\// },
  { method: 'GET', path: /\/command\// },
  { method: 'PATCH', path: /\/sessions\//, field: 'is_finished' },
  { method: 'POST', path: /\/replay\// },
  { method: 'PATCH', path: /\/sessions\//, field: 'has_replay' },
  { method: 'POST', path: /\/ftp-log\// },
] as const

async function record({ audit, clock, core }: World): Promise<void> {
  audit.start()
  await recordSession(audit, clock, COMMANDS)
  for (const filename of FILES) await audit.fileLogs.add(fileLog({ id: randomUUID(), filename }))
  await core.until(() => audit.stats.waiting + audit.stats.fileLogs.waiting > 0)
}

const isDelivered = ({ audit }: World): boolean =>
  audit.stats.waiting === 0 && audit.stats.fileLogs.waiting === 0

function expectWhole({ double: { state }, audit }: World): void {
  const [session, ...others] = state.sessions.values()
  expect(others).toEqual([])
  expect(session).toMatchObject({ is_finished: true, has_replay: true })
  expect(state.commands.map(({ input }) => input)).toEqual(COMMANDS)
  expect(state.fileLogs.map(({ filename }) => filename)).toEqual(FILES)
  const replay: unknown = JSON.parse(gunzipSync(state.replays.get(session?.id ?? '') ?? '').toString())
  expect(Object.values(replay ?? {}).join('')).toBe(COMMANDS.map((each) => `$ ${each}\r\n`).join(''))
  expect([audit.stats.refused, audit.stats.fileLogs.refused]).toEqual([0, 0])
}

test.each(KINDS)('%s at every address in turn: nothing is lost, nothing is there twice', async (kind) => {
  await using all = await outageWorld()
  for (const endpoint of ENDPOINTS) all.double.fail(kind, { ...endpoint, times: 2 })
  await record(all)
  await all.core.until(() => isDelivered(all))
  expectWhole(all)
  const met = ENDPOINTS.filter(({ method, path }) =>
    all.double.journal.entries.some((each) => each.outage && each.method === method && path.test(each.url)),
  )
  expect(met).toHaveLength(ENDPOINTS.length)
  await all.audit.close(AbortSignal.abort())
})

test('a core that is taken away at each stage: nothing is lost, nothing is there twice', async () => {
  await using all = await outageWorld()
  const { state } = all.double
  const stages = [
    () => true,
    () => state.sessions.size > 0,
    () => state.commands.length > 0,
    () => [...state.sessions.values()].some((each) => each.is_finished),
    () => state.replays.size > 0,
  ]
  const recorded = record(all)
  for (const stage of stages) {
    await all.core.until(() => stage() || isDelivered(all))
    if (isDelivered(all) && state.sessions.size > 0) break
    await all.double.refuse()
    const before = all.core.failures
    // What was under way may have been the last of it: then nothing more is asked.
    await all.core.until(() => all.core.failures > before || isDelivered(all))
    await all.double.accept()
  }
  await recorded
  await all.core.until(() => isDelivered(all) && state.replays.size > 0)
  expectWhole(all)
  await all.audit.close(AbortSignal.abort())
})

const loginOf = (password: string) => ({
  username: 'alice',
  password: new Secret(password),
  remoteAddr: '192.0.2.7',
  loginType: 'T' as const,
})

/** Every question that is asked of core, and what it is answered when core is well. */
async function questions(all: World) {
  const { service, double, settings, parts } = all
  const alice = double.addUser({ username: 'alice', name: 'Alice', password: 'pw' })
  const domain = double.addDomain('b', { ip: '192.0.2.9' })
  const web = double.addAsset({ hostname: 'web-01', ip: '10.0.0.1', domain: domain.id })
  const root = double.addSystemUser({ username: 'root', password: 'pw' })
  double.grant(alice, web, root)
  const node = double.addNode('1', 'Default', [web])
  double.state.webSessions.set('c s', alice.id)
  double.state.seeds.set('seed', { user: alice.id, at: START })
  const ids = { user: alice.id, asset: web.id, systemUser: root.id }
  double.state.connectionTokens.set('token-of-alice', { ...ids, at: START + 3_600_000 })
  const user = { id: alice.id, username: 'alice', name: 'Alice' }
  const target = await service.targetById(user, { assetId: web.id, systemUserId: root.id })
  if (!target) throw new Error('no target')
  const heartbeat = new Heartbeat({
    ...parts,
    liveSessions: () => [],
    intervalSeconds: () => 20,
    onTask: () => Promise.resolve(),
  })
  const otp = { seed: new Secret('seed'), code: new Secret('1'), remoteAddr: '', loginType: 'T' } as const
  const asks: ReadonlyArray<readonly [string, () => Promise<unknown>]> = [
    ['authenticate', () => service.authenticate(loginOf('pw'))],
    ['authenticateOtp', () => service.authenticateOtp(otp)],
    ['userByCookie', () => service.userByCookie({ csrftoken: 'c', sessionid: 's' })],
    ['connectionToken', () => service.connectionToken('token-of-alice')],
    ['assets', () => service.assets(user, { fresh: true })],
    ['nodes', () => service.nodes({ ...user })],
    ['nodeAssets', () => service.nodeAssets(user, node.id)],
    ['prepare', () => service.prepare(user, target)],
    ['settings', () => settings.refresh()],
    ['heartbeat', () => heartbeat.beat()],
    ['finishTask', () => service.finishTask({ id: randomUUID(), name: 'kill_session', args: '' })],
  ]
  return { asks, permission: () => service.permission(user, target, 'connect') }
}

test.each(KINDS)(
  '%s: every question ends without an answer, none with a no, and all work again after it',
  async (kind) => {
    await using all = await outageWorld()
    const { asks, permission } = await questions(all)
    const outage = all.double.fail(kind)
    for (const [name, ask] of asks) {
      const became = await all.core.settled(ask().catch((error: unknown) => error))
      expect([name, became]).toMatchObject([name, { kind: 'unavailable' }])
    }
    expect(await all.core.settled(permission())).toBe('unknown')
    outage[Symbol.dispose]()
    all.clock.setWallClock(START)
    all.double.state.connectionTokens.forEach((each) => {
      each.at = all.clock.now()
    })
    for (const [name, ask] of asks) await expect(all.core.settled(ask()), name).resolves.not.toThrow()
    expect(await permission()).toBe('granted')
  },
)
