import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '../../../src/config/config.ts'
import { LiveConfig } from '../../../src/config/live-config.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'

test('live settings follow, others stay and are told at each reload until the restart', async () => {
  await using home = await temporaryDirectory()
  const read = (text: string) => {
    writeFileSync(join(home.path, 'config.ini'), text)
    return loadConfig({ flags: new Map(), env: {}, cwd: home.path })
  }
  const live = new LiveConfig(read('MAX_SESSIONS = 5\nTRUSTED_PEERS = 10.0.0.1\n'))
  const { settings } = live.config
  expect(live.apply(read('MAX_SESSIONS = 6\nTRUSTED_PEERS = 10.0.0.2\n'))).toEqual({
    applied: ['MAX_SESSIONS'],
    waiting: ['TRUSTED_PEERS'],
  })
  expect(settings.MAX_SESSIONS).toBe(6)
  expect([settings.TRUSTED_PEERS.has('10.0.0.1'), settings.TRUSTED_PEERS.has('10.0.0.2')]).toEqual([
    true,
    false,
  ])
  expect(live.apply(read('TRUSTED_PEERS = 10.0.0.2\n[asset web]\ncharset = gbk\n'))).toEqual({
    applied: ['MAX_SESSIONS', 'sections'],
    waiting: ['TRUSTED_PEERS'],
  })
  expect(settings.MAX_SESSIONS).toBe(1000)
  expect(live.config.optionSections).toHaveLength(1)
})
