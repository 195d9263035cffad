import { expect, test } from 'vitest'
import { sayFault } from '../../../src/i18n/i18n.ts'
import { type DirectRequest, resolveDirect } from '../../../src/menu/direct.ts'
import { anAccount, anAsset } from '../../fixtures/granted.ts'

const assets = [
  anAsset('web-01', {
    id: 'a3d1',
    ip: '10.1.2.11',
    systemUsers: [anAccount('root'), anAccount('deploy', { priority: 1 })],
  }),
  anAsset('web-02', {
    ip: '10.1.2.12',
    systemUsers: [anAccount('root'), anAccount('deploy', { name: 'deploy_key' })],
  }),
  anAsset('web-03', { ip: '10.1.2.13' }),
  anAsset('twin', { ip: '10.1.2.14' }),
  anAsset('twin', { ip: '10.1.2.15' }),
  anAsset('win', { protocols: [{ name: 'rdp', port: 3389 }] }),
]
const resolve = (asset: string, systemUser?: string, more: Partial<DirectRequest> = {}) =>
  resolveDirect({ login: { asset, systemUser }, username: 'alice', assets, ...more })

const named = async (...request: Parameters<typeof resolve>): Promise<string> => {
  const target = await resolve(...request)
  return target ? `${target.systemUser.username}@${target.asset.hostname} ${target.asset.ip}` : 'nothing'
}
const told = async (...request: Parameters<typeof resolve>): Promise<string> => {
  const fault = await resolve(...request).then(
    () => undefined,
    (error: unknown) => error,
  )
  return sayFault('en', fault).replace(/ {3}\[.*\]$/, '')
}

test.each([
  ['a name', 'web-01', 'root@web-01 10.1.2.11'],
  ['a name in another case', 'WEB-01', 'root@web-01 10.1.2.11'],
  ['an IP', '10.1.2.13', 'root@web-03 10.1.2.13'],
  ['an id', 'a3d1', 'root@web-01 10.1.2.11'],
  ['the IP of one of two twins', '10.1.2.15', 'root@twin 10.1.2.15'],
])('%s finds the asset, and the highest account is taken', async (_what, asset, target) => {
  expect(await named(asset)).toBe(target)
})

test('a named account is taken, also one of lower priority or by Jumpserver’s name', async () => {
  expect(await named('web-01', 'deploy')).toBe('deploy@web-01 10.1.2.11')
  expect(await named('web-02', 'deploy_key')).toBe('deploy@web-02 10.1.2.12')
})

test('a machine is never asked: several accounts are an error with the candidates', async () => {
  expect(await told('web-02')).toBe('Several accounts on web-02; name one of: root, deploy')
})

test('a person is asked, and may not want any', async () => {
  expect(await named('web-02', undefined, { ask: async ([, second]) => second })).toBe(
    'deploy@web-02 10.1.2.12',
  )
  expect(await named('web-02', undefined, { ask: async () => undefined })).toBe('nothing')
})

test.each([
  ['web-9', 'No asset “web-9” for alice; close: web-01, web-02, web-03'],
  ['web', 'No asset “web” for alice; close: web-01, web-02, web-03'],
  ['mainframe', 'No asset “mainframe” for alice.'],
  ['a\x1b[31mb', 'No asset “a\\x1b[31mb” for alice.'],
])('no asset %j: the close ones are named', async (asset, sentence) => {
  expect(await told(asset)).toBe(sentence)
})

test('what else is wrong is said with what would be right', async () => {
  expect(await told('web-01', 'oracle')).toBe('No account “oracle” on web-01; yours: root, deploy')
  expect(await told('twin')).toMatch(
    /^Several assets are called “twin”; use the IP or id: twin 10\.1\.2\.14 id-twin, /,
  )
  expect(await told('win')).toMatch(/^win is a graphical asset \(rdp\)/)
})

test('among 50,000 assets a wrong name is still answered', async () => {
  const many = Array.from({ length: 50_000 }, (_, at) => anAsset(`host-${at}`))
  expect(await told('hsot-7', undefined, { assets: many })).toBe('No asset “hsot-7” for alice.')
  expect(await told('host-123456', undefined, { assets: many })).toMatch(/close: host-/)
})

test('of several accounts with the same name on the asset the one of the highest priority is meant', async () => {
  const best = (priority: number) =>
    anAsset('one', {
      systemUsers: [
        anAccount('same', { name: 'a', priority: 10 }),
        anAccount('same', { name: 'b', priority }),
      ],
    })
  const target = await resolve('one', 'same', { assets: [best(20)] })
  expect(target?.systemUser.name).toBe('b')
  expect(await told('one', 'same', { assets: [best(10)] })).toContain('Several accounts on one')
})
