import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Bastion, startBastion } from '../fixtures/bastion.ts'
import { cocod } from '../fixtures/cocod.ts'
import { type Sshd, startSshd } from '../fixtures/sshd.ts'
import { isRoot } from '../fixtures/system-account.ts'

let gateway: Sshd
let old: Sshd
let bastion: Bastion
beforeAll(async () => {
  gateway = await startSshd()
  old = await startSshd({ config: ['KexAlgorithms diffie-hellman-group1-sha1'] })
  const { port, user, privateKey } = gateway.asset
  bastion = await startBastion({
    inventory: `
[account by-hand]
username =
[account there]
username = ${user}
private_key_file = ${privateKey.path}
[gateway gw-1]
address = 127.0.0.1
port = ${port}
username = ${user}
private_key_file = ${privateKey.path}
[asset inner]
address = 127.0.0.1
port = ${port}
accounts = there
gateways = gw-1
[asset typed]
address = 127.0.0.1
port = ${port}
accounts = by-hand
[asset old]
address = 127.0.0.1
port = ${old.asset.port}
accounts = there
`,
  })
})
afterAll(async () => {
  await bastion[Symbol.asyncDispose]()
  await gateway[Symbol.asyncDispose]()
  await old[Symbol.asyncDispose]()
})

const run = (...args: string[]) => cocod(args, bastion.daemon.directory)

test('an asset behind a gateway of the inventory is reached, and the doctor sees the whole way', async () => {
  const { stdout, code } = await bastion.run('echo through', { as: 'alice@there@inner' })
  expect([stdout.toString(), code]).toEqual(['through\n', 0])
  const report = await run('doctor', 'asset', 'inner')
  expect(report.stdout).toMatch(/ ok {3}permission {2}alice may connect as/)
  expect(report.stdout).toMatch(/ ok {3}gateway {5}gw-1 leads to 127\.0\.0\.1:\d+ in \d+ ms/)
  expect(report.stdout).toMatch(/ ok {3}host key {4}SHA256:\S+, known/)
  expect(report.stdout).toMatch(/ ok {3}login {7}as \S+ in \d+ ms\ninner can be used\.\n$/)
  expect(report.code).toBe(0)
})

test('the doctor says what bars the way, for people and for programs, and ends with 1', async () => {
  const report = await run('doctor', 'asset', 'old', '--as', 'alice')
  expect(report.code).toBe(1)
  expect(report.stdout).toMatch(/ ok {3}banner {6}SSH-2\.0-OpenSSH/)
  expect(report.stdout).toMatch(
    / FAIL algorithms {2}kex: it offers diffie-hellman-group1-sha1.*we offer curve25519/,
  )
  expect(report.stdout).toContain('preset “legacy” would work')
  const json = await run('doctor', 'asset', 'old', '--as', 'alice', '--json')
  expect(json.code).toBe(1)
  expect(JSON.parse(json.stdout)).toMatchObject({ asset: 'old', user: 'alice', verdict: 'failed' })
  expect((await run('doctor', 'asset', 'nowhere')).stderr).toContain('say for whom: --as USER')
  expect((await run('doctor', 'asset', 'nowhere', '--as', 'alice')).stderr).toContain(
    'alice has no asset nowhere',
  )
})

test.runIf(isRoot)('a person types name and password, wrong first, and may cancel', async () => {
  const { user, password } = gateway.asset
  await using ssh = await bastion.ssh({ as: 'alice@by-hand@typed' })
  await ssh.untilScreen(/User name on typed:/)
  ssh.type(`${user}\r`)
  await ssh.untilScreen(new RegExp(`Password for ${user}@typed:`))
  ssh.type('not it\r')
  await ssh.untilScreen(/That was not right/)
  ssh.type(`${password}\r`)
  await ssh.untilScreen(/[$#]$/m)
  expect(ssh.history()).not.toContain(password ?? '')
  ssh.type('exit\r')
  await ssh.closed
  await using other = await bastion.ssh({ as: 'alice@by-hand@typed' })
  await other.untilScreen(/User name on typed:/)
  other.type('\x03')
  await other.closed
  expect(other.history()).toContain('Cancelled: no connection to typed was made.')
})

test('a machine is never asked', async () => {
  const { stderr, code } = await bastion.run('true', { as: 'alice@by-hand@typed' })
  expect(stderr.toString()).toContain('nobody could be asked')
  expect(code).toBe(255)
})

test('a changed host key is refused, and accepted by an administrator while the daemon runs', async () => {
  const { port } = gateway.asset
  await bastion.run('true', { as: 'alice@there@inner' })
  await gateway[Symbol.asyncDispose]()
  gateway = await startSshd({ port })
  const refused = await bastion.run('true', { as: 'alice@by-hand@typed' })
  expect(refused.code).toBe(255)
  const report = await run('doctor', 'asset', 'inner', '--as', 'alice')
  expect(report.stdout).toMatch(/gw-1: the host key of 127\.0\.0\.1 changed/)
  const accepted = await run('hostkey', 'accept', 'gw-1')
  expect(accepted.stdout).toContain(`${gateway.asset.hostKey} (ssh-ed25519) is pinned, no longer SHA256:`)
  const again = await run('doctor', 'asset', 'inner', '--as', 'alice')
  expect(again.stdout).not.toContain('the host key of 127.0.0.1 changed')
})
