import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { HostKeys } from '../../../src/asset/host-keys.ts'
import { connectJump } from '../../../src/asset/jump.ts'
import { Paths } from '../../../src/asset/path.ts'
import { OptionResolver } from '../../../src/asset-options/asset-options.ts'
import { systemClock } from '../../../src/base/clock.ts'
import { Scope } from '../../../src/base/scope.ts'
import type { CommandRule } from '../../../src/core/model.ts'
import { silentLog } from '../../../src/log.ts'
import { startEcho } from '../../fixtures/echo-server.ts'
import { gatewayAt } from '../../fixtures/gateways.ts'
import { anAccount, anAsset } from '../../fixtures/granted.ts'
import { startSshd } from '../../fixtures/sshd.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'

const rule: CommandRule = {
  id: 'r',
  kind: 'command',
  content: 'rm',
  action: 'deny',
  priority: 50,
  comment: '',
}

function jump({ rules = [] }: { rules?: readonly CommandRule[] }) {
  const target = { asset: anAsset('web-1', { ip: '192.0.2.1' }), systemUser: anAccount('root') }
  const prepared = { target, credentials: NOBODY, rules, gateways: [] }
  const paths = { open: () => Promise.reject(new Error('nothing is opened here')) }
  return connectJump({ prepared, paths, connectSeconds: 1 })
}

const NOBODY = { username: 'root', password: undefined, privateKey: undefined }

/** Ways of a bastion that may connect to this machine. */
async function pathsFrom(scope: Scope): Promise<Paths> {
  const directory = scope.own(await temporaryDirectory())
  const log = silentLog()
  const hostKeys = await HostKeys.open({ path: join(directory.path, 'known_hosts'), log })
  const options = new OptionResolver({ sections: [], hostKeyPolicy: 'accept-new', totalSeconds: 15 })
  return new Paths({
    destination: { allowLocalAssets: true, listeners: () => [] },
    gatewayOptions: (gateway) => options.gatewayOptions(gateway),
    ...{ hostKeys, clock: systemClock, log },
  })
}

test('behind a gateway the gateway connects, bytes pass both ways, and all of it ends with the jump', async () => {
  await using scope = new Scope()
  const gateway = scope.own(await startSshd())
  const echo = scope.own(await startEcho())
  const asset = anAsset('far-1', { ip: '127.0.0.1', domain: 'd-1' })
  const target = { asset, systemUser: anAccount('root') }
  const gateways = [gatewayAt('gw-1', gateway)]
  const prepared = { target, credentials: NOBODY, rules: [], gateways }
  const jumping = connectJump({ prepared, paths: await pathsFrom(scope), connectSeconds: 10 })
  const channel = await jumping.tcp?.forward({ host: 'far-1', port: echo.port }, { host: '', port: 0 })
  channel?.input.end('there and back')
  expect(channel && (await text(channel.output))).toBe('hello\nthere and back')
  const other = await jumping.tcp?.forward({ host: 'far-1', port: echo.port }, { host: '', port: 0 })
  await jumping[Symbol.asyncDispose]()
  expect(await other?.closed).toEqual({ kind: 'none' })
  expect(gateway.log).toContain(`Accepted publickey for ${gateway.asset.user}`)
  await gateway.untilLog(/Disconnected from user|Connection closed by|session closed/)
})

test('where no gateway leads there, the jump says so', async () => {
  await using scope = new Scope()
  const target = { asset: anAsset('far-1', { domain: 'd-1' }), systemUser: anAccount('root') }
  const prepared = { target, credentials: NOBODY, rules: [], gateways: [] }
  await using jumping = connectJump({ prepared, paths: await pathsFrom(scope), connectSeconds: 10 })
  await expect(jumping.tcp?.forward({ host: 'far-1', port: 22 }, { host: '', port: 0 })).rejects.toThrow(
    /no active SSH gateway/,
  )
})

test('where command rules hold there is no jump: nothing could enforce them', () => {
  expect(() => jump({ rules: [rule] })).toThrow(/command rules/)
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
