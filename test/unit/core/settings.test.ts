import { expect, test } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { readSettings } from '../../../src/core/settings.ts'
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
