import { expect, test } from 'vitest'
import { connectJump, type JumpOptions } from '../../../src/asset/jump.ts'
import type { CommandRule } from '../../../src/core/model.ts'
import { anAccount, anAsset } from '../../fixtures/granted.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'

const rule: CommandRule = {
  id: 'r',
  kind: 'command',
  content: 'rm',
  action: 'deny',
  priority: 50,
  comment: '',
}

function jump({ rules = [], domain = null }: { rules?: readonly CommandRule[]; domain?: string | null }) {
  const target = { asset: anAsset('web-1', { ip: '192.0.2.1', domain }), systemUser: anAccount('root') }
  const credentials = { username: 'root', password: undefined, privateKey: undefined }
  const destination: JumpOptions['destination'] = { allowLocalAssets: false, listeners: () => [] }
  const prepared = { target, credentials, rules, gateways: [] }
  return connectJump({ prepared, destination, connectLimit: 1000, clock: new ManualClock() })
}

test('where command rules hold there is no jump: nothing could enforce them', () => {
  expect(() => jump({ rules: [rule] })).toThrow(/command rules/)
})

test('behind a gateway there is no jump', () => {
  expect(() => jump({ domain: 'd-1' })).toThrow(/gateways/)
})

test('a jump opens no shell, no command and no subsystem, and lets nobody listen', async () => {
  await using connection = jump({})
  await expect(connection.shell(undefined)).rejects.toMatchObject({ code: 'ASSET_CHANNEL' })
  await expect(connection.exec('x', undefined)).rejects.toMatchObject({ code: 'ASSET_CHANNEL' })
  await expect(connection.subsystem('sftp')).rejects.toMatchObject({ code: 'ASSET_CHANNEL' })
  await expect(connection.tcp?.listen({ host: '', port: 0 }, () => {})).rejects.toMatchObject({
    code: 'ASSET_CHANNEL',
  })
})
