import { expect, test } from 'vitest'
import { OptionResolver, type OwnOptions } from '../../../src/asset-options/asset-options.ts'
import { readOptionSections } from '../../../src/asset-options/sections.ts'
import { parseIni } from '../../../src/base/ini.ts'

const target = (hostname: string, ip = '10.0.0.1', account = 'root') => ({
  asset: { id: `id of ${hostname}`, hostname, ip },
  systemUser: { id: `id of ${account}`, name: `${account} on all`, username: account },
})

function resolver(ini: string, own?: OwnOptions) {
  const { sections, problems } = readOptionSections(parseIni(ini, 'config.ini').sections.slice(1))
  expect(problems).toEqual([])
  return new OptionResolver({ sections, own, hostKeyPolicy: 'accept-new', totalSeconds: 15 })
}

const problemsOf = (ini: string) =>
  readOptionSections(parseIni(ini, 'config.ini').sections.slice(1)).problems.map(
    ({ line, message, next }) => `${line} ${message} | ${next}`,
  )

test('without sections the defaults hold, and those of the settings', () => {
  expect(resolver('').assetOptions(target('web-01'))).toMatchObject({
    algorithms: 'modern',
    host_key_policy: 'accept-new',
    timeout: 15,
    reuse: false,
    charset: 'utf-8',
  })
})

test('the later section wins, option by option, and those of accounts over those of assets', () => {
  const options = resolver(`[account root]
keepalive = 5
[asset *]
keepalive = 60
connect_timeout = 2
algorithms = compatible
[asset web-*]
algorithms = legacy
`).assetOptions(target('web-01'))
  expect(options).toMatchObject({ keepalive: 5, connect_timeout: 2, algorithms: 'legacy' })
})

test.each([
  ['web-*', 'WEB-01', true],
  ['web-?', 'web-01', false],
  ['web-??', 'web-01', true],
  ['db-1, web-01', 'web-01', true],
  ['db01.example.com', 'db01xexample.com', false],
  ['10.9.0.0/16', '10.9.200.1', true],
  ['10.9.0.0/16', '10.10.0.1', false],
  ['fd00::/8', 'fd12::1', true],
  ['a host', 'a host', true],
])('[asset %s] and an asset called %s: %s', (pattern, name, expected) => {
  const options = resolver(`[asset ${pattern}]\nreuse = yes`)
  expect(options.assetOptions(target(name)).reuse).toBe(expected)
  expect(options.assetOptions(target('other', name)).reuse).toBe(expected)
})

test('an account is named by its system user or its user name', () => {
  const options = resolver('[account oracle]\ncharset = gbk\n[account * on all]\nbackspace = bs')
  expect(options.assetOptions(target('x', '10.0.0.1', 'oracle'))).toMatchObject({
    charset: 'gbk',
    backspace: 'bs',
  })
  expect(options.assetOptions(target('x')).charset).toBe('utf-8')
})

test('what stands in the inventory wins over the file, as it is at the time of the call', () => {
  const own: OwnOptions = {
    asset: (id) => (id === 'id of web-01' ? { timeout, algorithms: undefined } : undefined),
    account: () => undefined,
    gateway: () => ({ through: 'outer' }),
  }
  let timeout = 3
  const options = resolver('[asset *]\ntimeout = 99\nalgorithms = legacy', own)
  expect(options.assetOptions(target('web-01'))).toMatchObject({ timeout: 3, algorithms: 'legacy' })
  timeout = 4
  expect(options.assetOptions(target('web-01')).timeout).toBe(4)
  expect(options.assetOptions(target('web-02')).timeout).toBe(99)
  const gateway = { id: 'g', name: 'inner', ip: '10.0.0.9' }
  expect(options.gatewayOptions(gateway)).toMatchObject({
    through: 'outer',
    algorithms: 'modern',
    timeout: 15,
  })
})

test('what is not understood is told with its line, all at once', () => {
  expect(
    problemsOf(`[asset web-*]
algoritms = legacy
reuse = perhaps
[assets x]
reuse = yes
[gateway]
connect_timeout = 0
[gateway gw-1]
charset = gbk
[asset 10.0.0.0/33]
`),
  ).toEqual([
    '2 [asset web-*] knows no option algoritms | did you mean algorithms?',
    '3 [asset web-*] reuse must be yes or no | docs/asset-options.md lists all options',
    '4 [assets x]: there is no such kind of section | did you mean [asset PATTERN]?',
    '6 [gateway] does not say for which gateways it is | write it like [gateway web-*, 10.1.0.0/16], or [gateway *] for all',
    '7 [gateway] connect_timeout must be a number, 1 to 300 | docs/asset-options.md lists all options',
    '9 [gateway gw-1] knows no option charset | docs/asset-options.md lists all options',
    '10 [asset 10.0.0.0/33] does not say for which assets it is | write it like [asset web-*, 10.1.0.0/16], or [asset *] for all',
  ])
})
