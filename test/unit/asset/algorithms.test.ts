import { expect, test } from 'vitest'
import { sayFault } from '../../../src/i18n/i18n.ts'
import { createLog } from '../../../src/log.ts'
import { makeConnector } from '../../fixtures/asset-connector.ts'
import { failureOf } from '../../fixtures/failure-of.ts'
import { startSshd } from '../../fixtures/sshd.ts'

const OLD = [
  'KexAlgorithms diffie-hellman-group1-sha1',
  'HostKeyAlgorithms ssh-rsa',
  'Ciphers aes128-cbc,3des-cbc',
  'MACs hmac-sha1',
  'PubkeyAcceptedAlgorithms +ssh-rsa',
]

test('a server with nothing but ssh-rsa, group 1 and CBC: both lists are told and the preset that works', async () => {
  await using sshd = await startSshd({ hostKeys: ['rsa'], config: OLD })
  await using connector = await makeConnector()
  const { port, user, privateKey } = sshd.asset
  const login = { port, user, privateKey: privateKey.text }
  for (const algorithms of ['modern', 'compatible'] as const) {
    const failure = await failureOf(connector.connect(login, { algorithms }))
    expect(failure.code).toBe('ASSET_ALGORITHMS_PRESET')
    expect(failure.facts).toMatchObject({ list: 'kex', preset: 'legacy' })
    expect(sayFault('en', failure)).toMatch(
      /It offers: diffie-hellman-group1-sha1.*\. Allowed here: curve25519-sha256, .*: algorithms = legacy/,
    )
  }
  await using connection = await connector.connect(login, { algorithms: 'legacy' })
  expect(connection.account).toBe(user)
})

test.each([
  ['Ciphers aes256-cbc', 'cipher', 'legacy'],
  ['Ciphers aes256-ctr\nMACs hmac-sha1', 'mac', 'legacy'],
  ['HostKeyAlgorithms ssh-rsa', 'host key', 'legacy'],
  ['Ciphers chacha20-poly1305@openssh.com', 'cipher', 'compatible'],
  ['KexAlgorithms diffie-hellman-group-exchange-sha256', 'kex', 'compatible'],
])('a server limited to %j: %s, and preset %s would do', async (config, list, preset) => {
  await using sshd = await startSshd({ hostKeys: ['rsa'], config: [config] })
  await using connector = await makeConnector()
  const { port, user, privateKey } = sshd.asset
  const login = { port, user, privateKey: privateKey.text }
  const failure = await failureOf(connector.connect(login))
  expect(failure.facts).toMatchObject({ list, preset })
  const algorithms = preset === 'legacy' ? 'legacy' : 'compatible'
  await using _connection = await connector.connect(login, { algorithms })
})

test('a server limited to the newest that we have is no trouble', async () => {
  const config = [
    'KexAlgorithms curve25519-sha256',
    'Ciphers aes256-gcm@openssh.com',
    'HostKeyAlgorithms ssh-ed25519',
  ]
  await using sshd = await startSshd({ config })
  await using connector = await makeConnector()
  const { port, user, privateKey } = sshd.asset
  await using _connection = await connector.connect({ port, user, privateKey: privateKey.text })
})

test('a server limited to what nobody here has is told as such, without a preset', async () => {
  await using sshd = await startSshd({ config: ['KexAlgorithms sntrup761x25519-sha512@openssh.com'] })
  await using connector = await makeConnector()
  const { port, user, privateKey } = sshd.asset
  const failure = await failureOf(connector.connect({ port, user, privateKey: privateKey.text }))
  expect(failure.code).toBe('ASSET_ALGORITHMS')
  expect(failure.facts['offered']).toContain('sntrup761x25519-sha512@openssh.com')
})

test('each use of old algorithms stands in the log', async () => {
  const lines: string[] = []
  const log = createLog({ level: 'info', destination: { write: (line: string) => void lines.push(line) } })
  await using sshd = await startSshd({ hostKeys: ['rsa'], config: OLD })
  await using connector = await makeConnector('accept-new', log)
  const { port, user, privateKey } = sshd.asset
  const login = { port, user, privateKey: privateKey.text }
  await using _connection = await connector.connect(login, { algorithms: 'legacy' })
  expect(lines.map((line): unknown => JSON.parse(line))).toContainEqual(
    expect.objectContaining({
      asset: 'web-1',
      algorithms: ['diffie-hellman-group1-sha1', 'ssh-rsa', 'aes128-cbc', 'hmac-sha1'],
    }),
  )
})
