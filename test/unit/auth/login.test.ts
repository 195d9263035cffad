import { expect, test } from 'vitest'
import { type CoreLogin, Login } from '../../../src/auth/login.ts'
import type { AuthOptions, AuthOutcome } from '../../../src/auth/outcome.ts'
import { Penalties } from '../../../src/auth/penalties.ts'
import { RefusedKeys } from '../../../src/auth/refused-keys.ts'
import { Secret } from '../../../src/base/secret.ts'
import { CoreError } from '../../../src/core/core-error.ts'
import type { AuthAnswer, LoginAttempt, User } from '../../../src/core/model.ts'
import { silentLog } from '../../../src/log.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'

const alice: User = { id: 'u-1', username: 'alice', name: 'Alice' }
const bob: User = { id: 'u-2', username: 'bob', name: 'Bob' }
const accepted: AuthAnswer = { kind: 'accepted', user: alice }
const refused: AuthAnswer = { kind: 'refused', reason: 'no' }
const otp: AuthAnswer = { kind: 'otp', seed: new Secret('s'), user: alice, bound: true }
const away = new CoreError('CORE_UNAVAILABLE', 'unavailable', {
  step: 'log in',
  message: 'away',
  next: 'wait',
})

/** A core that gives `first` to every first factor and `second` to every code. */
class ScriptedCore implements CoreLogin {
  settings: CoreLogin['settings'] = {}
  readonly asked: LoginAttempt[] = []
  readonly codes: string[] = []
  first: AuthAnswer | Promise<AuthAnswer> | Error = refused
  second: AuthAnswer | Error = refused

  async authenticate(attempt: LoginAttempt): Promise<AuthAnswer> {
    this.asked.push(attempt)
    const first = await this.first
    if (first instanceof Error) throw first
    return first
  }

  async authenticateOtp({ code }: { code: Secret }): Promise<AuthAnswer> {
    this.codes.push(code.reveal())
    if (this.second instanceof Error) throw this.second
    return this.second
  }
}

interface StartOptions extends Partial<AuthOptions> {
  refusedKeys?: RefusedKeys
  penalties?: Penalties
  clock?: ManualClock
}

function start(
  core: ScriptedCore,
  {
    clock = new ManualClock(),
    refusedKeys = new RefusedKeys(clock),
    penalties = new Penalties({ clock, lenient: () => false }),
    ...options
  }: StartOptions = {},
): Login {
  return new Login({
    core,
    options: { passwordAuth: true, publicKeyAuth: true, ...options },
    refusedKeys,
    penalties,
    clock,
    origin: { remoteAddr: '192.0.2.1', loginFrom: 'ST', language: 'en', loginId: 'l-1' },
    log: silentLog(),
  })
}

const key = (name: string) => ({ fingerprint: `SHA256:${name}`, blob: name })
const kinds = (outcome: AuthOutcome): string =>
  outcome.kind === 'refused' ? `${outcome.why}${outcome.last ? ', last' : ''}` : outcome.kind

test('a right password makes a principal of the user core names', async () => {
  const core = new ScriptedCore()
  core.first = accepted
  const outcome = await start(core).password('alice', 'pw')
  expect(outcome).toEqual({
    kind: 'accepted',
    principal: { user: alice, remoteAddr: '192.0.2.1', loginFrom: 'ST', language: 'en', loginId: 'l-1' },
  })
  expect(core.asked).toMatchObject([{ username: 'alice', remoteAddr: '192.0.2.1', loginType: 'T' }])
  expect(core.asked[0]?.password?.reveal()).toBe('pw')
})

test('core is asked for the composed form of a name', async () => {
  const core = new ScriptedCore()
  await start(core).password('Mu\u0308ller', 'pw')
  expect(core.asked[0]?.username).toBe('M\u00fcller')
})

test('the sixth refused try is the last, and a seventh does not reach core', async () => {
  const core = new ScriptedCore()
  const login = start(core)
  const outcomes: string[] = []
  for (let i = 0; i < 8; i += 1) outcomes.push(kinds(await login.password('alice', 'wrong')))
  expect(outcomes).toEqual([
    ...Array<string>(5).fill('credentials'),
    'credentials, last',
    'over, last',
    'over, last',
  ])
  expect(core.asked).toHaveLength(6)
})

test('an answer that does not come is no failed try', async () => {
  const core = new ScriptedCore()
  const login = start(core)
  core.first = away
  for (let i = 0; i < 20; i += 1)
    expect(await login.password('alice', 'pw')).toMatchObject({ kind: 'unavailable' })
  core.first = accepted
  expect(await login.password('alice', 'pw')).toMatchObject({ kind: 'accepted' })
})

test('whatever else core throws lets nobody in', async () => {
  const core = new ScriptedCore()
  core.first = new TypeError('a fault of ours')
  expect(await start(core).password('alice', 'pw')).toMatchObject({ kind: 'unavailable' })
})

test('a request core refuses outright is a failed try', async () => {
  const core = new ScriptedCore()
  core.first = new CoreError('CORE_REFUSED', 'refused', { step: 'log in', message: '400', next: '-' })
  expect(kinds(await start(core).password('alice', 'pw'))).toBe('credentials')
})

test.each([
  ['an empty password', 'alice', ''],
  ['a password of a megabyte', 'alice', 'x'.repeat(1_000_000)],
  ['a name with a control character', 'ali\u001bce', 'pw'],
])('%s is refused without asking core', async (_what, name, password) => {
  const core = new ScriptedCore()
  core.first = accepted
  expect(kinds(await start(core).password(name, password))).toBe('input')
  expect(core.asked).toEqual([])
})

test('a code before a first factor is refused without asking core', async () => {
  const core = new ScriptedCore()
  core.second = accepted
  expect(kinds(await start(core).otp('alice', '123456'))).toBe('method')
  expect(core.codes).toEqual([])
})

test('a right code after the first factor of the same user lets them in', async () => {
  const core = new ScriptedCore()
  core.first = otp
  core.second = accepted
  const login = start(core)
  expect(await login.password('alice', 'pw')).toEqual({ kind: 'more', prompt: 'otp', bound: true })
  expect([...login.methods]).toEqual(['otp'])
  expect(await login.otp('alice', '123456')).toMatchObject({ kind: 'accepted' })
})

test('another user after the first factor ends it all, also for the first user', async () => {
  const core = new ScriptedCore()
  core.first = otp
  core.second = accepted
  const login = start(core)
  await login.password('alice', 'pw')
  expect(kinds(await login.otp('bob', '123456'))).toBe('method, last')
  expect(kinds(await login.otp('alice', '123456'))).toBe('over, last')
  expect(core.codes).toEqual([])
})

test('a first factor opens nothing on another connection', async () => {
  const core = new ScriptedCore()
  core.first = otp
  core.second = accepted
  await start(core).password('alice', 'pw')
  expect(kinds(await start(core).otp('alice', '123456'))).toBe('method')
})

test('a code that core takes for somebody else lets nobody in', async () => {
  const core = new ScriptedCore()
  core.first = otp
  core.second = { kind: 'accepted', user: bob }
  const login = start(core)
  await login.password('alice', 'pw')
  expect(kinds(await login.otp('alice', '123456'))).toBe('code')
})

test('the third wrong code is the last, and a fourth does not reach core even if it is right', async () => {
  const core = new ScriptedCore()
  core.first = otp
  const login = start(core)
  await login.password('alice', 'pw')
  const outcomes: string[] = []
  for (const code of ['1', '2', '3']) outcomes.push(kinds(await login.otp('alice', code)))
  core.second = accepted
  outcomes.push(kinds(await login.otp('alice', '4')))
  expect(outcomes).toEqual(['code', 'code', 'code, last', 'over, last'])
  expect(core.codes).toEqual(['1', '2', '3'])
})

test('a code that core cannot judge now is not counted', async () => {
  const core = new ScriptedCore()
  core.first = otp
  core.second = away
  const login = start(core)
  await login.password('alice', 'pw')
  for (let i = 0; i < 5; i += 1) expect(kinds(await login.otp('alice', '1'))).toBe('unavailable')
  core.second = accepted
  expect(kinds(await login.otp('alice', '1'))).toBe('accepted')
})

test('while a code is due a password is not taken', async () => {
  const core = new ScriptedCore()
  core.first = otp
  const login = start(core)
  await login.password('alice', 'pw')
  expect(kinds(await login.password('alice', 'pw'))).toBe('method')
  expect(core.asked).toHaveLength(1)
})

test('two tries at once end the login, and the first answer does not let anybody in', async () => {
  const core = new ScriptedCore()
  let answer = (_: AuthAnswer): void => {}
  core.first = new Promise((resolve) => {
    answer = resolve
  })
  const login = start(core)
  const first = login.password('alice', 'pw')
  expect(kinds(await login.password('alice', 'pw'))).toBe('over, last')
  answer(otp)
  expect(kinds(await first)).toBe('over, last')
  expect([...login.methods]).toEqual([])
})

test('a right code that comes after the login ended lets nobody in', async () => {
  const core = new ScriptedCore()
  core.first = otp
  core.second = accepted
  const login = start(core)
  await login.password('alice', 'pw')
  const late = login.otp('alice', '123456')
  await login.otp('alice', '123456')
  expect(kinds(await late)).toBe('over, last')
})

test('three keys are put to core, a fourth is not', async () => {
  const core = new ScriptedCore()
  const login = start(core)
  const outcomes: string[] = []
  for (const name of ['a', 'b', 'c', 'd']) outcomes.push(kinds(await login.key('alice', key(name))))
  expect(outcomes).toEqual(['credentials', 'credentials', 'credentials', 'method'])
  expect(core.asked.map(({ publicKey }) => publicKey)).toEqual(['a', 'b', 'c'])
  expect([...login.methods]).toEqual(['password'])
})

test('a key that was refused on another connection is not put to core again', async () => {
  const core = new ScriptedCore()
  const refusedKeys = new RefusedKeys(new ManualClock())
  await start(core, { refusedKeys }).key('alice', key('a'))
  const login = start(core, { refusedKeys })
  expect(login.offer('alice', key('a'))).toBe('no')
  expect(login.offer('alice', key('b'))).toBe('sign')
  expect(kinds(await login.key('alice', key('a')))).toBe('key')
  expect(core.asked).toHaveLength(1)
})

test('a key that core did not judge is not remembered as refused', async () => {
  const core = new ScriptedCore()
  core.first = away
  const login = start(core)
  await login.key('alice', key('a'))
  expect(login.offer('alice', key('a'))).toBe('sign')
})

test('twenty keys may be offered without core hearing of them; the next ends the login', () => {
  const core = new ScriptedCore()
  const login = start(core)
  const answers = Array.from({ length: 21 }, (_, i) => login.offer('alice', key(String(i))))
  expect(answers).toEqual([...Array<string>(20).fill('sign'), 'over'])
  expect(core.asked).toEqual([])
})

test('what is switched off is neither named nor taken, and core has the last word', async () => {
  const core = new ScriptedCore()
  core.first = accepted
  const noPassword = start(core, { passwordAuth: false })
  expect([...noPassword.methods]).toEqual(['key'])
  expect(kinds(await noPassword.password('alice', 'pw'))).toBe('method')
  core.settings = { passwordAuth: true, publicKeyAuth: false }
  expect([...start(core, { passwordAuth: false }).methods]).toEqual(['password'])
  expect(start(core).offer('alice', key('a'))).toBe('no')
  expect(core.asked).toEqual([])
})

test('with a list of who may log in by SSH nobody else reaches core, and who is blocked does not either', async () => {
  const core = new ScriptedCore()
  core.first = accepted
  const only = { allowUsers: new Set(['alice', '张三']), blockUsers: new Set(['张三']) }
  expect(kinds(await start(core, only).password('alice', 'pw'))).toBe('accepted')
  for (const name of ['bob', '张三', 'Alice']) {
    expect(kinds(await start(core, only).password(name, 'pw')), name).toBe('credentials')
  }
  expect(core.asked).toHaveLength(1)
})

test('the limit of tries is a setting', async () => {
  const core = new ScriptedCore()
  const login = start(core, { maxTries: 2 })
  expect(kinds(await login.password('alice', 'pw'))).toBe('credentials')
  expect(kinds(await login.password('alice', 'pw'))).toBe('credentials, last')
})

test('wrong secrets cost their address, an agent full of keys as much as one, and what is out of turn nothing', async () => {
  const clock = new ManualClock()
  const penalties = new Penalties({ clock, lenient: () => false })
  const core = new ScriptedCore()
  const login = start(core, { clock, penalties })
  for (const name of ['k1', 'k2', 'k3']) await login.key('alice', key(name))
  await login.otp('alice', '123456')
  await login.password('alice', 'pw')
  expect(penalties.shutOutMs('192.0.2.1')).toBe(0)
  await start(core, { clock, penalties }).password('alice', 'pw')
  expect(penalties.shutOutMs('192.0.2.1')).toBe(15_000)
})

test('a right password after wrong ones takes back what they cost', async () => {
  const clock = new ManualClock()
  const penalties = new Penalties({ clock, lenient: () => false })
  const core = new ScriptedCore()
  const login = start(core, { clock, penalties })
  for (let i = 0; i < 4; i += 1) await login.password('alice', 'typo')
  expect(penalties.shutOutMs('192.0.2.1')).toBe(20_000)
  core.first = accepted
  expect(kinds(await login.password('alice', 'pw'))).toBe('accepted')
  expect(penalties.shutOutMs('192.0.2.1')).toBe(0)
})

test('for a name that fails from everywhere the answer is put off, for the right password too, and it comes', async () => {
  const clock = new ManualClock()
  const penalties = new Penalties({ clock, lenient: () => false })
  for (let i = 0; i < 6; i += 1) penalties.failed({ address: `198.51.100.${i}`, username: 'alice' })
  const core = new ScriptedCore()
  core.first = accepted
  const answer = start(core, { clock, penalties }).password('alice', 'pw')
  await expect.poll(() => clock.pending).toBe(1)
  expect(core.asked).toHaveLength(0)
  clock.advance(250)
  expect(kinds(await answer)).toBe('accepted')
})
