import { expect, test } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'

import { onlyTarget, world } from './world.ts'

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
