import { readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { legalName } from '../../../src/core/registration-errors.ts'
import { ANY_PAUSE, deleteTerminals, exists, newcomer, PAUSE } from './newcomer.ts'
import { containing, matching } from './parts.ts'

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

const keyFiles = async (file: string): Promise<string[]> => (await readdir(dirname(file))).sort()

test('a key whose signature is refused for a minute is set aside, and one registration is made', async () => {
  await using all = await newcomer()
  const first = await all.obtain()
  const content = await readFile(all.file, 'utf8')
  deleteTerminals(all)
  const again = all.obtain()
  await all.clock.untilTimer(...PAUSE)
  await all.passUntil(55_000)
  await all.clock.untilTimer(...ANY_PAUSE)
  expect(await keyFiles(all.file)).toEqual(['.access_key'])
  expect(all.told[0]?.reason).toContain('Invalid signature')
  const second = await all.pass(again)
  expect(second.id).not.toBe(first.id)
  expect(all.core.journal.of('POST', 'registrations')).toHaveLength(2)
  const [kept, aside = ''] = await keyFiles(all.file)
  expect(kept).toBe('.access_key')
  expect(aside).toMatch(/^\.access_key\.rejected-20260101T0001\d\dZ$/)
  expect(await readFile(join(dirname(all.file), aside), 'utf8')).toBe(content)
  expect(await readFile(all.file, 'utf8')).toContain(second.id)
})

test('a new registration over a taken name stops with what to do; the key stays set aside', async () => {
  await using all = await newcomer()
  await all.obtain()
  // Only the terminal is gone, its account still has the name.
  all.core.state.terminals.clear()
  const outcome = expect(all.obtain()).rejects.toMatchObject({
    code: 'CORE_REGISTRATION',
    message: containing('"bj-01" is taken'),
    next: matching(/delete that terminal .* "bj-01-2"/),
  })
  await all.pass(outcome)
  expect(await keyFiles(all.file)).toEqual([matching(/^\.access_key\.rejected-/)])
  expect(all.core.journal.of('POST', 'registrations')).toHaveLength(2)
})

test('without a bootstrap token the start ends after a minute and names the file, which stays', async () => {
  await using all = await newcomer()
  await all.obtain()
  deleteTerminals(all)
  Object.assign(all.parts.options, { bootstrapToken: undefined })
  const outcome = expect(all.obtain()).rejects.toMatchObject({
    code: 'CORE_ACCESS_KEY',
    message: matching(new RegExp(`${all.file}.*no BOOTSTRAP_TOKEN is set`)),
    next: containing('BOOTSTRAP_TOKEN'),
  })
  await all.pass(outcome)
  expect(await keyFiles(all.file)).toEqual(['.access_key'])
})

test('with clocks 900 s apart nothing is registered anew', async () => {
  await using all = await newcomer()
  await all.obtain()
  deleteTerminals(all)
  // A Date in the future is no reason for core to refuse.
  all.skewCore(-902_000)
  const outcome = expect(all.obtain()).rejects.toMatchObject({
    code: 'CORE_ACCESS_KEY',
    message: matching(/clock is 90[123] s ahead of core's; not registered anew, as the clocks differ/),
  })
  await all.pass(outcome)
  expect(await keyFiles(all.file)).toEqual(['.access_key'])
})

test.each(['500', 'reset', 'html'] as const)('no amount of %s touches the key file', async (kind) => {
  await using all = await newcomer()
  await all.obtain()
  deleteTerminals(all)
  const again = all.obtain()
  again.catch(() => undefined)
  await all.clock.untilTimer(...PAUSE)
  await all.passUntil(50_000)
  await all.clock.untilTimer(...ANY_PAUSE)
  {
    using _outage = all.core.fail(kind)
    await all.passUntil(70_000)
    await all.clock.untilTimer(...ANY_PAUSE)
  }
  // The minute begins anew: before the outage it was another refusal.
  await all.passUntil(125_000)
  await all.clock.untilTimer(...ANY_PAUSE)
  expect(await keyFiles(all.file)).toEqual(['.access_key'])
  await all.pass(again)
  expect(all.core.journal.of('POST', 'registrations')).toHaveLength(2)
})

test('a new registration that core does not answer puts the key back', async () => {
  await using all = await newcomer()
  await all.obtain()
  deleteTerminals(all)
  const outage = all.core.fail('500', { path: /terminal-registrations/ })
  const again = all.obtain()
  await all.clock.untilTimer(...PAUSE)
  await all.passUntil(75_000)
  await all.clock.untilTimer(...ANY_PAUSE)
  expect(await keyFiles(all.file)).toEqual(['.access_key'])
  outage[Symbol.dispose]()
  await all.pass(again)
  expect(await keyFiles(all.file)).toEqual(['.access_key', matching(/rejected/)])
})

test('a terminal that is switched off is waited for, for ever, and the start says what to click', async () => {
  await using all = await newcomer()
  const { id } = await all.obtain()
  const user = all.core.state.terminals.get(id)?.user
  if (!user) throw new Error('no terminal')
  user.isActive = false
  const again = all.obtain()
  await all.clock.untilTimer(...PAUSE)
  expect(all.told[0]?.reason).toMatch(/switched off.*Sessions → Terminals → bj-01/)
  await all.passUntil(600_000)
  await all.clock.untilTimer(...ANY_PAUSE)
  user.isActive = true
  all.clock.advance(await all.clock.untilTimer(...ANY_PAUSE))
  expect((await again).id).toBe(id)
})

test('a clock that is too slow is told in seconds with the limit, and waited for', async () => {
  await using all = await newcomer()
  const { id } = await all.obtain()
  all.skewCore(1_234_000)
  const again = all.obtain()
  await all.clock.untilTimer(...PAUSE)
  expect(all.told[0]?.reason).toMatch(/clock is 123[345] s behind core's; core takes at most 900 s/)
  await all.passUntil(300_000)
  await all.clock.untilTimer(...ANY_PAUSE)
  all.skewCore(0)
  all.clock.advance(await all.clock.untilTimer(...ANY_PAUSE))
  expect((await again).id).toBe(id)
})

test.each([
  ['web 01 (北京)/a', 'web-01-北京-a'],
  ['-.!', '.'],
  ['  ', 'cocod'],
  ['a'.repeat(40), 'a'.repeat(32)],
  ['堡'.repeat(33), '堡'.repeat(32)],
])('a legal name near "%s" is "%s"', (name, legal) => {
  expect(legalName(name)).toBe(legal)
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
