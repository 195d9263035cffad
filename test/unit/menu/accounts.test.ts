import { expect, test } from 'vitest'
import { notConnectable, offeredAccounts, usableAccounts } from '../../../src/menu/accounts.ts'
import { anAccount, anAsset } from '../../fixtures/granted.ts'

const ssh = { name: 'ssh', port: 22 }
const rdp = { name: 'rdp', port: 3389 }
const telnet = { name: 'telnet', port: 23 }

test('only the accounts of the highest priority are offered', () => {
  const asset = anAsset('web', {
    systemUsers: [
      anAccount('low', { priority: 1 }),
      anAccount('a', { priority: 50 }),
      anAccount('b', { priority: 50 }),
    ],
  })
  expect(offeredAccounts(asset).map(({ username }) => username)).toEqual(['a', 'b'])
  expect(usableAccounts(asset).map(({ username }) => username)).toEqual(['a', 'b', 'low'])
})

test('a higher priority that cannot be used here hides nothing', () => {
  const asset = anAsset('web', {
    protocols: [ssh, rdp],
    systemUsers: [
      anAccount('administrator', { protocol: 'rdp', priority: 99 }),
      anAccount('files', { actions: ['upload_file'], priority: 98 }),
      anAccount('root'),
    ],
  })
  expect(offeredAccounts(asset).map(({ username }) => username)).toEqual(['root'])
})

test('an account that does not fit the protocols of the asset is not offered', () => {
  expect(offeredAccounts(anAsset('win', { protocols: [rdp] }))).toEqual([])
})

test('accounts for telnet are offered where the asset speaks it, beside those for SSH', () => {
  const systemUsers = [anAccount('old', { protocol: 'telnet' }), anAccount('new')]
  const names = (protocols: (typeof ssh)[]) =>
    offeredAccounts(anAsset('switch', { protocols, systemUsers })).map(({ username }) => username)
  expect(names([telnet])).toEqual(['old'])
  expect(names([ssh, telnet])).toEqual(['old', 'new'])
  expect(names([ssh])).toEqual(['new'])
})

test.each([
  ['a graphical asset', [rdp], [anAccount('a', { protocol: 'rdp' })], 'MENU_GRAPHICAL'],
  ['a graphical asset without accounts', [rdp], [], 'MENU_GRAPHICAL'],
  [
    'a telnet account on an SSH asset',
    [ssh],
    [anAccount('a', { protocol: 'telnet' })],
    'MENU_NOTHING_GRANTED',
  ],
  ['an asset without accounts', [ssh], [], 'MENU_NOTHING_GRANTED'],
  ['an asset without protocols', [], [], 'MENU_NOTHING_GRANTED'],
  ['an asset of an unknown protocol', [{ name: 'k8s', port: 1 }], [], 'MENU_NOTHING_GRANTED'],
])('%s is refused with its own reason', (_what, protocols, systemUsers, code) => {
  expect(notConnectable(anAsset('any', { protocols, systemUsers })).code).toBe(code)
})
