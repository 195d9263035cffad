import { expect, test } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { totp } from '../../fixtures/core-double/totp.ts'

import { world } from './world.ts'

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
