import { access, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { obtainAccessKey } from '../../../src/core/registration.ts'
import { CoreTransport } from '../../../src/core/transport.ts'
import type { Waiting } from '../../../src/core/waiting.ts'
import { silentLog } from '../../../src/log.ts'
import { startCoreDouble } from '../../fixtures/core-double.ts'
import { ObservedClock } from './observed-clock.ts'
import { containing, matching } from './parts.ts'

const PAUSE = [100, 600] as const
const ANY_PAUSE = [250, 4_000] as const

/** A host that starts for the first time, and a core for it. */
async function newcomer({ name = 'bj-01', token = 'bootstrap-of-the-double' } = {}) {
  const home = await mkdtemp(join(tmpdir(), 'cocod-register-'))
  const file = join(home, 'keys', '.access_key')
  const clock = new ObservedClock(Date.UTC(2026, 0, 1))
  const core = await startCoreDouble({ now: () => clock.now() })
  const transport = new CoreTransport({ address: core.url, clock })
  const told: Waiting[] = []
  const stop = new AbortController()
  const options = { name, bootstrapToken: new Secret(token), accessKey: { file } }
  const parts = {
    core: transport,
    clock,
    log: silentLog(),
    options,
    onWaiting: (waiting: Waiting) => void told.push(waiting),
  }
  return {
    core,
    clock,
    file,
    told,
    stop,
    obtain: () => obtainAccessKey(parts, stop.signal),
    [Symbol.asyncDispose]: async () => {
      transport[Symbol.dispose]()
      await core[Symbol.asyncDispose]()
      await rm(home, { recursive: true })
    },
  }
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )

test('a new bastion registers once, saves its key, and uses it from then on', async () => {
  await using all = await newcomer({ name: '堡垒-sh-01' })
  const key = await all.obtain()
  expect(all.core.state.terminals.get(key.id)?.key.secret).toBe(key.secret.reveal())
  expect(all.core.state.userNamed('堡垒-sh-01')?.role).toBe('App')
  expect((await all.obtain()).id).toBe(key.id)
  expect(all.core.journal.of('POST', 'registrations')).toHaveLength(1)
})

test.each([
  ['a wrong bootstrap token', { token: 'wrong' }, /bootstrap token/, /BOOTSTRAP_TOKEN/],
  ['no bootstrap token', { token: '' }, /BOOTSTRAP_TOKEN/, /BOOTSTRAP_TOKEN/],
  ['a name that is taken', { name: 'taken' }, /"taken" is taken/, /"taken-2"/],
  [
    'a name that is too long',
    { name: 'a-host-name-with-more-than-32-characters' },
    /1 to 32/,
    /"a-host-name-with-more-than-32-ch"/,
  ],
  ['a blank name', { name: '  ' }, /1 to 32/, /"cocod"/],
])('the start gives up over %s, and says what to do', async (_what, given, message, next) => {
  await using all = await newcomer(given)
  all.core.addUser({ username: 'taken' })
  await expect(all.obtain()).rejects.toMatchObject({
    code: 'CORE_REGISTRATION',
    message: matching(message),
    next: matching(next),
  })
  expect(await exists(all.file)).toBe(false)
})

test('the start gives up where registration is switched off', async () => {
  await using all = await newcomer()
  all.core.state.registrationEnabled = false
  await expect(all.obtain()).rejects.toMatchObject({
    code: 'CORE_REGISTRATION',
    next: containing('switch'),
  })
})

test('the start waits for a core that is away, saying so at once and every 30 s', async () => {
  await using all = await newcomer()
  await all.core.refuse()
  const key = all.obtain()
  await all.clock.untilTimer(...PAUSE)
  expect(all.told).toMatchObject([{ address: all.core.url, reason: containing('ECONNREFUSED') }])
  while (all.clock.monotonic() < 62_000) all.clock.advance(await all.clock.untilTimer(...ANY_PAUSE))
  await all.clock.untilTimer(...ANY_PAUSE)
  expect(all.told).toHaveLength(3)
  expect(all.told[2]?.forMs).toBeGreaterThanOrEqual(60_000)
  await all.core.accept()
  all.clock.advance(await all.clock.untilTimer(...ANY_PAUSE))
  expect((await key).id).toMatch(/^[0-9a-f-]{36}$/)
})

test('the start says within a second what it waits for, also when core takes the connection and hangs', async () => {
  await using all = await newcomer()
  all.core.fail('hang')
  const key = all.obtain()
  const outcome = expect(key).rejects.toMatchObject({ code: 'CORE_UNAVAILABLE' })
  await all.core.until(({ journal }) => journal.entries.length === 1)
  all.clock.advance(1_000)
  expect(all.told).toMatchObject([{ reason: 'no answer yet' }])
  all.stop.abort()
  await outcome
})

test('a name that our own lost try took is told as such', async () => {
  await using all = await newcomer()
  all.core.fail('loseAnswer', { times: 1 })
  const key = all.obtain()
  const outcome = expect(key).rejects.toMatchObject({ message: containing('own try') })
  all.clock.advance(await all.clock.untilTimer(...PAUSE))
  await outcome
})

test('nothing is registered where the key could not be saved', async () => {
  await using all = await newcomer()
  // A file in place of the directory.
  await writeFile(join(all.file, '..'), '')
  await expect(all.obtain()).rejects.toMatchObject({ code: 'CORE_ACCESS_KEY' })
  expect(all.core.journal.entries).toEqual([])
})

test('the key of a person is refused', async () => {
  await using all = await newcomer()
  const { id } = await all.obtain()
  Object.assign(all.core.state.terminals.get(id)?.user ?? {}, { role: 'Admin', username: 'admin' })
  await expect(all.obtain()).rejects.toMatchObject({
    code: 'CORE_ACCESS_KEY',
    message: containing('admin'),
  })
})

test('a refused key is waited for a minute, then the start ends and names the file, which stays', async () => {
  await using all = await newcomer()
  await all.obtain()
  all.core.state.terminals.clear()
  const again = all.obtain()
  const outcome = expect(again).rejects.toMatchObject({
    code: 'CORE_ACCESS_KEY',
    message: containing(all.file),
  })
  await all.clock.untilTimer(...PAUSE)
  while (all.clock.monotonic() < 60_000) all.clock.advance(await all.clock.untilTimer(...ANY_PAUSE))
  await outcome
  expect(all.told[0]?.reason).toContain('Invalid signature')
  expect(await exists(all.file)).toBe(true)
})

test('a terminal that is switched on again within the minute goes on', async () => {
  await using all = await newcomer()
  const { id } = await all.obtain()
  const user = all.core.state.terminals.get(id)?.user
  if (!user) throw new Error('no terminal')
  user.isActive = false
  const again = all.obtain()
  await all.clock.untilTimer(...PAUSE)
  user.isActive = true
  all.clock.advance(await all.clock.untilTimer(...PAUSE))
  expect((await again).id).toBe(id)
})
