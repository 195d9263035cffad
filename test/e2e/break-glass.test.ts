import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { Background } from '../fixtures/background.ts'
import { startCoreDouble } from '../fixtures/core-double.ts'
import { freePort } from '../fixtures/free-port.ts'
import { runSsh } from '../fixtures/ssh-client.ts'
import { startSshd } from '../fixtures/sshd.ts'
import { temporaryDirectory } from '../fixtures/temporary-directory.ts'

// Each command is a process of its own: a hang guard for a loaded machine.
vi.setConfig({ testTimeout: 240_000 })

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/break-glass.md'), 'utf8')

/** The page's command that begins so, with this machine's places instead of its own. */
function command(beginning: string, places: Readonly<Record<string, string>>): string[] {
  const line = PAGE.split('\n').find((each) => each.startsWith(`    cocod ${beginning}`)) ?? ''
  const local = Object.entries(places).reduce((text, [from, to]) => text.replaceAll(from, to), line.trim())
  return local.split(' ').slice(1)
}

test('with core away the page’s second bastion lets people in, records them, and leaves the first alone', async () => {
  await using home = await temporaryDirectory()
  await using core = await startCoreDouble()
  await using sshd = await startSshd()
  using _outage = core.fail('500')
  const env = { CORE_HOST: core.url, BOOTSTRAP_TOKEN: core.state.bootstrapToken, BIND_HOST: '127.0.0.1' }
  await using first = new Background(home.path, env)
  expect((await first.run('start', '-d', '--timeout', '1')).code).toBe(75)
  expect((await first.run('status')).stdout).toContain('waits for')

  const [, text = ''] = /```ini\n([\s\S]*?)```/.exec(PAGE) ?? []
  const key = readFileSync(`${sshd.asset.privateKey.path}.pub`, 'utf8').trim()
  mkdirSync(join(home.path, 'etc'))
  const inventory = join(home.path, 'etc/emergency.ini')
  writeFileSync(join(home.path, 'etc/carol.password'), 'a password of carol\n', { mode: 0o600 })
  writeFileSync(join(home.path, 'etc/root.key'), sshd.asset.privateKey.text, { mode: 0o600 })
  writeFileSync(
    inventory,
    text
      .replace(/^public_key = .*/m, `public_key = ${key}`)
      .replace('username = root', `username = ${sshd.asset.user}`)
      .replace('address = 10.0.0.10', `address = ${sshd.asset.address}\nport = ${sshd.asset.port}`),
    { mode: 0o600 },
  )
  const port = await freePort()
  const places = {
    '/etc/cocod/emergency.ini': inventory,
    '/var/lib/cocod-emergency': join(home.path, 'emergency'),
    '0.0.0.0': '127.0.0.1',
    '2223': String(port),
    '5001': '0',
  }
  expect((await first.run(...command('check-inventory', places))).code).toBe(0)
  await using _emergency = new Background(home.path, {}, 'emergency/data')
  const started = await first.run(...command('start -d', places))
  expect([started.code, started.stderr]).toEqual([0, ''])
  const login = { port, user: 'carol@root@core-01', password: 'a password of carol' }
  const ran = await runSsh({ ...login, command: 'echo $((6*7))' })
  expect([ran.stdout.toString(), ran.code]).toEqual(['42\n', 0])
  expect((await first.run(...command('replay list', places))).stdout).toContain(`${sshd.asset.user}@core-01`)
  expect((await first.run(...command('stop', places))).stdout).toContain('stopped')
  expect((await first.run('status')).code).toBe(0)
})
