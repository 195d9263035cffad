import { expect, test } from 'vitest'
import { obtainAccessKey } from '../../../src/core/registration.ts'
import { CoreTransport } from '../../../src/core/transport.ts'
import { exists, newcomer } from './newcomer.ts'
import { containing, matching } from './parts.ts'

const LOOK = [7_000, 7_000] as const
const CLICK = 'Sessions → Terminals → bj-01 → Accept'

/** A host before a core without version 2. */
async function beforeOldCore(registersAs: '1.4.4' | '1.4.8' = '1.4.4', token = '') {
  const all = await newcomer({ token })
  all.core.state.registersAs = registersAs
  /** One look at whether somebody accepted. */
  const look = async (): Promise<void> => all.clock.advance(await all.clock.untilTimer(...LOOK))
  return { ...all, look }
}

const asked = ({ core }: { core: Awaited<ReturnType<typeof newcomer>>['core'] }) =>
  core.journal.of('POST', '/v1/terminal/')

test('before an old core the start says what to click, and goes on once it is accepted', async () => {
  await using all = await beforeOldCore()
  const key = all.obtain()
  await all.clock.untilTimer(...LOOK)
  expect(all.told.at(-1)?.reason).toContain(CLICK)
  await all.look()
  await all.clock.untilTimer(...LOOK)
  all.core.acceptTerminal('bj-01')
  await all.look()
  expect(all.core.state.terminals.has((await key).id)).toBe(true)
  expect(await exists(all.file)).toBe(true)
  expect(asked(all)).toHaveLength(1)
})

test('what to click is said again every 30 s, and not with every look', async () => {
  await using all = await beforeOldCore()
  const outcome = expect(all.obtain()).rejects.toMatchObject({ code: 'CORE_UNAVAILABLE' })
  for (let looks = 0; looks < 10; looks += 1) await all.look()
  await all.clock.untilTimer(...LOOK)
  expect(all.told.filter(({ reason }) => reason.includes(CLICK))).toHaveLength(3)
  all.stop.abort()
  await outcome
})

test('an outage while nobody has accepted is waited through', async () => {
  await using all = await beforeOldCore()
  const key = all.obtain()
  await all.clock.untilTimer(...LOOK)
  await all.core.refuse()
  for (let looks = 0; looks < 20; looks += 1) await all.look()
  await all.clock.untilTimer(...LOOK)
  expect(all.told.at(-1)?.reason).toContain('ECONNREFUSED')
  await all.core.accept()
  all.core.acceptTerminal('bj-01')
  await all.look()
  await key
})

test('a core that fails over the key after acceptance is named with its versions and the way out', async () => {
  await using all = await beforeOldCore('1.4.8')
  const outcome = expect(all.obtain()).rejects.toMatchObject({
    code: 'CORE_REGISTRATION',
    message: containing('1.4.5 - 1.5.9'),
    next: matching(new RegExp(`1\\.4\\.9 or later.*${all.file}`)),
  })
  await all.clock.untilTimer(...LOOK)
  all.core.acceptTerminal('bj-01')
  await all.look()
  await all.clock.untilTimer(...LOOK)
  expect(all.told.at(-1)?.reason).toContain('500')
  for (let looks = 0; looks < 9; looks += 1) await all.look()
  await outcome
})

test('a request older than an hour is made anew, as soon as the old one is deleted', async () => {
  await using all = await beforeOldCore()
  const key = all.obtain()
  await all.clock.untilTimer(...LOOK)
  all.clock.advance(3_600_000)
  await all.clock.untilTimer(...LOOK)
  expect(all.told.at(-1)?.reason).toMatch(/within an hour.*Terminals → bj-01 → Delete/)
  all.core.state.requested.clear()
  await all.look()
  await all.clock.untilTimer(...LOOK)
  expect(all.told.at(-1)?.reason).toContain(CLICK)
  all.core.acceptTerminal('bj-01')
  await all.look()
  await key
})

test('a restart goes on waiting for the acceptance of the same request', async () => {
  await using all = await beforeOldCore()
  const before = new AbortController()
  const first = expect(obtainAccessKey(all.parts, before.signal)).rejects.toMatchObject({
    code: 'CORE_UNAVAILABLE',
  })
  await all.clock.untilTimer(...LOOK)
  before.abort()
  await first
  expect(await exists(`${all.file}.pending`)).toBe(true)
  const key = all.obtain()
  await all.clock.untilTimer(...LOOK)
  all.core.acceptTerminal('bj-01')
  await all.look()
  expect(all.core.state.terminals.has((await key).id)).toBe(true)
  expect(asked(all)).toHaveLength(1)
  expect(await exists(`${all.file}.pending`)).toBe(false)
})

test('a rejected request ends the start and says so', async () => {
  await using all = await beforeOldCore()
  const outcome = expect(all.obtain()).rejects.toMatchObject({
    code: 'CORE_REGISTRATION',
    message: containing('rejected or deleted'),
  })
  await all.clock.untilTimer(...LOOK)
  all.core.state.requested.clear()
  await all.look()
  await outcome
})

test('a name that another terminal has ends the start with another one', async () => {
  await using all = await beforeOldCore()
  all.core.state.addTerminal('bj-01')
  await expect(all.obtain()).rejects.toMatchObject({
    code: 'CORE_REGISTRATION',
    message: containing('"bj-01" is taken'),
    next: containing('"bj-01-2"'),
  })
})

test('something that is no core at all is told from an old one', async () => {
  await using all = await beforeOldCore()
  using core = new CoreTransport({ address: `${all.core.url}/elsewhere`, clock: all.clock })
  await expect(obtainAccessKey({ ...all.parts, core })).rejects.toMatchObject({
    code: 'CORE_REGISTRATION',
    next: containing('CORE_HOST'),
  })
})
