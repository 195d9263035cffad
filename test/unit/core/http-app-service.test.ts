import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { commandKey } from '../../../src/core/command-records.ts'
import type { CommandRecord, Target, User } from '../../../src/core/model.ts'
import { ASTRAL } from '../../fixtures/core-double/state.ts'
import { totp } from '../../fixtures/core-double/totp.ts'
import { startCoreDouble } from '../../fixtures/core-double.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { CoreParts, secretKey, sessionRecord } from './parts.ts'

const EMOJI = '😀'

/** A core with one user, one asset and a registered terminal, and the service on it. */
async function world({
  version = '1.5.2' as '1.5.1' | '1.5.2',
  clock = undefined as ManualClock | undefined,
} = {}) {
  const core = await startCoreDouble({ version, ...(clock ? { now: () => clock.now() } : {}) })
  const terminal = core.state.addTerminal('bastion')
  const alice = core.addUser({ username: 'alice', name: '爱丽丝', password: 'pw-alice' })
  const web = core.addAsset({ hostname: 'web-01', ip: '10.0.0.1' })
  const root = core.addSystemUser({ username: 'root', password: 'root-pw' })
  core.grant(alice, web, root)
  const parts = new CoreParts(core.url, { key: secretKey(terminal.key), ...(clock ? { clock } : {}) })
  const user: User = { id: alice.id, username: 'alice', name: '爱丽丝' }
  return {
    core,
    parts,
    service: parts.service,
    user,
    alice,
    web,
    root,
    [Symbol.asyncDispose]: async () => {
      await parts[Symbol.asyncDispose]()
      await core[Symbol.asyncDispose]()
    },
  }
}

async function onlyTarget({ service, user }: { service: CoreParts['service']; user: User }): Promise<Target> {
  const [asset] = await service.assets(user)
  const systemUser = asset?.systemUsers[0]
  if (!asset || !systemUser) throw new Error('no target')
  return { asset, systemUser }
}

const newSession = () => sessionRecord({ id: randomUUID(), dateStart: Date.now() })
const command = (input: string, given: Partial<CommandRecord> = {}): CommandRecord => ({
  input,
  output: '',
  at: Date.now(),
  ...given,
})

test('a second factor is asked for and given', async () => {
  await using all = await world()
  const { service, core } = all
  core.addUser({ username: 'bob', password: 'pw-bob', otpSecret: 'GEZDGNBVGY3TQOJQ' })
  const where = { remoteAddr: '203.0.113.9', loginType: 'T' } as const
  const first = await service.authenticate({ username: 'bob', password: new Secret('pw-bob'), ...where })
  if (first.kind !== 'otp') throw new Error(first.kind)
  expect(first).toMatchObject({ bound: true, user: { username: 'bob' } })
  const wrong = await service.authenticateOtp({ seed: first.seed, code: new Secret('000000'), ...where })
  expect(wrong.kind).toBe('refused')
  const code = new Secret(totp('GEZDGNBVGY3TQOJQ', Date.now()))
  expect((await service.authenticateOtp({ seed: first.seed, code, ...where })).kind).toBe('accepted')
  for (const { headers } of core.journal.of('POST', '/auth/'))
    expect(headers['authorization']).toBeUndefined()
})

test('a login is sent once, also when the answer is lost: a second try would count towards the lock-out', async () => {
  await using all = await world()
  all.core.fail('loseAnswer')
  const login = all.service.authenticate({
    username: 'alice',
    password: new Secret('no'),
    remoteAddr: '1.2.3.4',
    loginType: 'T',
  })
  await expect(login).rejects.toMatchObject({ kind: 'unavailable' })
  expect(all.core.journal.of('POST', '/auth/')).toHaveLength(1)
})

test('assets are kept for five minutes, for each user, and asked anew on request', async () => {
  const clock = new ManualClock(Date.UTC(2026, 0, 1))
  await using all = await world({ clock })
  const { service, core, user, alice, root } = all
  await service.assets(user)
  const db = core.addAsset({ hostname: 'db-01', ip: '10.0.0.2' })
  core.grant(alice, db, root)
  expect(await service.assets(user)).toHaveLength(1)
  expect(await service.assets(user, { fresh: true })).toHaveLength(2)
  core.revoke(alice, db, root)
  clock.advance(299_000)
  expect(await service.assets(user)).toHaveLength(2)
  clock.advance(2_000)
  expect(await service.assets(user)).toHaveLength(1)
  const asked = core.journal
    .of('GET', '/assets/')
    .map(({ url }) => new URL(url, core.url).searchParams.get('cache_policy'))
  expect(asked).toEqual(['1', '2', '1'])
})

test('core 1.5.1 is asked at its own addresses, and the second time at once', async () => {
  await using all = await world({ version: '1.5.1' })
  const target = await onlyTarget(all)
  expect(await all.service.permission(all.user, target, 'connect')).toBe('granted')
  expect(await all.service.permission(all.user, target, 'connect')).toBe('granted')
  expect(
    all.core.journal.of('GET', '/validate/').map(({ path, status }) => [path.split('/')[4], status]),
  ).toEqual([
    ['asset-permissions', 404],
    ['asset-permission', 200],
    ['asset-permission', 200],
  ])
})

test('a connection is refused by name when core says no, whatever else core answers', async () => {
  await using all = await world()
  const target = await onlyTarget(all)
  expect((await all.service.prepare(all.user, target)).credentials.password?.reveal()).toBe('root-pw')
  all.core.revoke(all.alice, all.web, all.root)
  all.core.fail('500', { path: /auth-info/ })
  await expect(all.service.prepare(all.user, target)).rejects.toMatchObject({
    code: 'CORE_DENIED',
    facts: { asset: 'web-01', account: 'root' },
  })
})

test.each([/validate/, /auth-info/, /cmd-filter-rules/])(
  'nothing is prepared while %s does not answer',
  async (path) => {
    await using all = await world()
    const target = await onlyTarget(all)
    all.core.fail('500', { path })
    await expect(all.service.prepare(all.user, target)).rejects.toMatchObject({ kind: 'unavailable' })
  },
)

test('a call that may be repeated survives one failure of core', async () => {
  await using all = await world()
  const target = await onlyTarget(all)
  all.core.fail('reset', { times: 2 })
  expect((await all.service.prepare(all.user, target)).target).toBe(target)
})

test('a rule that is not understood refuses the connection; an unknown action forbids', async () => {
  await using all = await world()
  const target = await onlyTarget(all)
  all.root.rules = [{ id: 'r', type: { value: 'regex' }, content: 'x', action: { value: 7 }, priority: 1 }]
  expect((await all.service.prepare(all.user, target)).rules).toMatchObject([{ action: 'deny' }])
  all.root.rules = [{ id: 'r', type: { value: 'glob' }, content: 'x', action: { value: 1 }, priority: 1 }]
  await expect(all.service.prepare(all.user, target)).rejects.toMatchObject({ code: 'CORE_REPLY' })
})

test.each(['reset', '500', 'html', 'badGateway', 'halfBody'] as const)(
  'a permission is unknown when core fails: %s',
  async (kind) => {
    await using all = await world()
    const target = await onlyTarget(all)
    const outage = all.core.fail(kind)
    expect(await all.service.permission(all.user, target, 'connect')).toBe('unknown')
    outage[Symbol.dispose]()
    expect(await all.service.permission(all.user, target, 'connect')).toBe('granted')
  },
)

test('a permission is unknown, not denied, when core refuses our own key', async () => {
  await using all = await world()
  const target = await onlyTarget(all)
  all.core.state.terminals.clear()
  expect(await all.service.permission(all.user, target, 'connect')).toBe('unknown')
  await expect(all.service.createSession(newSession())).rejects.toMatchObject({ kind: 'credentials' })
})

test('a session whose answer is lost is there once, and the call succeeds', async () => {
  await using all = await world()
  const session = newSession()
  all.core.fail('loseAnswer', { times: 1 })
  await all.service.createSession(session)
  expect(all.core.journal.of('POST', '/sessions/').map(({ status }) => status)).toEqual([201, 400])
  expect(all.core.onlySession().id).toBe(session.id)
})

test('a session is accepted by core however long its names are, and over IPv6', async () => {
  await using all = await world()
  const long = EMOJI.repeat(2_000)
  await all.service.createSession({
    ...newSession(),
    user: long,
    asset: long,
    systemUser: `${long}\0`,
    remoteAddr: '2001:db8::1',
  })
  const { user, asset, system_user, remote_addr } = all.core.onlySession()
  expect([user, asset, system_user].map((text) => [...text].length)).toEqual([128, 1024, 128])
  expect(remote_addr).toBeNull()
})

test('a session core has deleted is missing; an address core does not know is not that', async () => {
  await using all = await world()
  await expect(all.service.finishSession(randomUUID(), Date.now())).rejects.toMatchObject({ kind: 'missing' })
  // Not a UUID: no address of core's.
  await expect(all.service.finishSession('x', Date.now())).rejects.toMatchObject({ kind: 'unavailable' })
})

test('commands are cut to what core takes, by characters, and blank ones are not sent', async () => {
  await using all = await world()
  const session = { ...newSession(), user: `张三 ${EMOJI.repeat(100)}` }
  const input = `echo ${EMOJI.repeat(300)}`
  await all.service.sendCommands(session, [
    command(' \0 '),
    command(`${input}\0`, { output: EMOJI.repeat(3000) }),
  ])
  const [stored, ...others] = all.core.state.commands
  expect(others).toEqual([])
  expect([stored?.user, stored?.input, stored?.output].map((text) => [...(text ?? '')].length)).toEqual([
    64, 128, 1024,
  ])
  expect(stored?.input.endsWith(EMOJI)).toBe(true)
  const known = (await all.service.commandsStored(session)).map(commandKey)
  expect(known).toEqual([commandKey({ input, timestamp: stored?.timestamp ?? 0 })])
})

test('commands whose answer was lost are found again, and not sent twice by the service', async () => {
  await using all = await world()
  const session = newSession()
  all.core.fail('loseAnswer', { times: 1 })
  const at = Date.now()
  await expect(all.service.sendCommands(session, [command('ls', { at })])).rejects.toMatchObject({
    kind: 'unavailable',
  })
  expect(all.core.journal.of('POST', '/command/')).toHaveLength(1)
  expect(await all.service.commandsStored(session)).toEqual([
    { input: 'ls', timestamp: Math.floor(at / 1000) },
  ])
})

test('more commands than one page are found', async () => {
  await using all = await world()
  const session = newSession()
  const many = Array.from({ length: 1_203 }, (_, n) => command(`echo ${n}`))
  await all.service.sendCommands(session, many)
  await all.service.sendCommands({ ...session, id: randomUUID() }, [command('of another session')])
  expect(await all.service.commandsStored(session)).toHaveLength(1_203)
})

test('a command that core refuses for good does not keep the others', async () => {
  await using all = await world()
  const session = newSession()
  // The session id is what core measures and we do not cut.
  const { service, core } = all
  const bad = { ...session, id: 'x'.repeat(37) }
  await service.sendCommands(bad, [command('a'), command('b')])
  expect(core.state.commands).toEqual([])
  expect(core.journal.of('POST', '/command/').map(({ status }) => status)).toEqual([401, 401, 401])
  await service.sendCommands(session, [command('a')])
  expect(core.state.commands).toHaveLength(1)
})

test('after two failures 4-byte characters are replaced, so that a core that cannot store them gets the rest', async () => {
  await using all = await world()
  all.core.state.unstorable = ASTRAL
  const session = newSession()
  const at = Date.now()
  const send = () => all.service.sendCommands(session, [command(`echo ${EMOJI}`, { at })])
  await expect(send()).rejects.toMatchObject({ kind: 'unavailable' })
  await expect(send()).rejects.toMatchObject({ kind: 'unavailable' })
  await send()
  expect(all.core.state.commands.map(({ input }) => input)).toEqual(['echo \ufffd'])
  const [stored] = await all.service.commandsStored(session)
  expect(stored && commandKey(stored)).toBe(
    commandKey({ input: `echo ${EMOJI}`, timestamp: Math.floor(at / 1000) }),
  )
})

async function replayFile(bytes: number) {
  const folder = await mkdtemp(join(tmpdir(), 'cocod-replay-'))
  const path = join(folder, 'x.replay.gz')
  const content = randomBytes(bytes)
  await writeFile(path, content)
  return { path, bytes, content, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}

test('a replay arrives byte for byte, with its length told beforehand, and a second upload does no harm', async () => {
  await using all = await world()
  await using file = await replayFile(3_000_000)
  const session = newSession()
  await all.service.createSession(session)
  all.core.fail('loseAnswer', { times: 1, path: /replay/ })
  await expect(all.service.uploadReplay(session.id, file)).rejects.toMatchObject({ kind: 'unavailable' })
  await all.service.uploadReplay(session.id, file)
  await all.service.markReplay(session.id)
  await all.service.finishSession(session.id, Date.now())
  expect(all.core.state.replays.get(session.id)?.equals(file.content)).toBe(true)
  expect(all.core.onlySession()).toMatchObject({ has_replay: true, is_finished: true })
  const [sent] = all.core.journal.of('POST', '/replay/')
  expect(Number(sent?.headers['content-length'])).toBeGreaterThan(3_000_000)
  expect(sent?.headers['transfer-encoding']).toBeUndefined()
})

test('a replay that became shorter, is empty or gone is not half uploaded', async () => {
  await using all = await world()
  await using file = await replayFile(1000)
  const session = newSession()
  await all.service.createSession(session)
  await expect(all.service.uploadReplay(session.id, { ...file, bytes: 2000 })).rejects.toMatchObject({
    kind: 'unavailable',
  })
  await expect(all.service.uploadReplay(session.id, { ...file, bytes: 0 })).rejects.toMatchObject({
    kind: 'refused',
  })
  await expect(all.service.uploadReplay(session.id, { ...file, path: '/nowhere' })).rejects.toMatchObject({
    kind: 'unavailable',
  })
  await expect(all.service.uploadReplay(randomUUID(), file)).rejects.toMatchObject({ kind: 'missing' })
  expect(all.core.state.replays.size).toBe(0)
})

test('a task core has forgotten counts as finished', async () => {
  await using all = await world()
  await all.service.createSession(newSession())
  const { id, name, args } = all.core.orderKill(all.core.onlySession().id)
  await all.service.finishTask({ id, name, args })
  expect(all.core.state.tasks.get(id)?.is_finished).toBe(true)
  all.core.state.tasks.clear()
  await all.service.finishTask({ id, name, args })
})

test('no error carries a secret, however deep one looks', async () => {
  await using all = await world()
  const target = await onlyTarget(all)
  const canary = 'canary-7f3a'
  const { key } = [...all.core.state.terminals.values()][0] ?? {}
  const errors: unknown[] = []
  const keep = (error: unknown): void => void errors.push(error)
  for (const kind of ['reset', 'html', '500', 'halfBody', 'loseAnswer'] as const) {
    using _outage = all.core.fail(kind)
    await all.service
      .authenticate({
        username: 'alice',
        password: new Secret(canary),
        remoteAddr: '1.2.3.4',
        loginType: 'T',
      })
      .catch(keep)
    await all.service
      .authenticateOtp({
        seed: new Secret(canary),
        code: new Secret(canary),
        remoteAddr: '1.2.3.4',
        loginType: 'T',
      })
      .catch(keep)
    await all.service.prepare(all.user, target).catch(keep)
  }
  expect(errors).toHaveLength(15)
  for (const error of errors) {
    const text = everything(error)
    for (const secret of [canary, 'root-pw', key?.secret ?? canary, 'Sign '])
      expect(text).not.toContain(secret)
  }
})

/** All that hangs on an error: its own fields, hidden ones too, and those of its causes. */
function everything(value: unknown, seen = new Set<unknown>()): string {
  if (typeof value !== 'object' || value === null) return String(value)
  if (seen.has(value)) return ''
  seen.add(value)
  return Reflect.ownKeys(value)
    .map((key) => `${String(key)}=${everything(Reflect.get(value, key), seen)}`)
    .join('\n')
}

test('a core that comes back is used again', async () => {
  await using all = await world()
  await all.core.refuse()
  await expect(all.service.assets(all.user)).rejects.toMatchObject({ kind: 'unavailable' })
  await all.core.accept()
  expect(await all.service.assets(all.user)).toHaveLength(1)
})
