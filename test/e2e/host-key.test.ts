import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { startBastion } from '../fixtures/bastion.ts'
import { cocod } from '../fixtures/cocod.ts'
import { startCoreDouble } from '../fixtures/core-double.ts'
import { startDaemon } from '../fixtures/daemon.ts'
import { temporaryDirectory } from '../fixtures/temporary-directory.ts'

const run = promisify(execFile)

async function keysAt(port: number): Promise<string[]> {
  const { stdout } = await run('ssh-keyscan', ['-p', String(port), '127.0.0.1'])
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('[127'))
    .map((line) => line.split(' ').slice(1).join(' '))
}

test("two nodes of one Jumpserver prove themselves by core's key and no other, also when core is away", async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  await using core = await startCoreDouble()
  core.state.config['TERMINAL_HOST_KEY'] = privateKey.export({ type: 'pkcs1', format: 'pem' })
  await using directory = await temporaryDirectory()
  const seen: string[][] = []
  for (const [NAME, place] of [
    ['node-1', { directory: directory.path }],
    ['node-2', {}],
  ] as const) {
    await using bastion = await startBastion({ core, env: { NAME }, ...place })
    seen.push(await keysAt(bastion.sshPort))
    const login = await bastion.run('true', { as: 'alice' })
    expect(login.stderr.toString()).toContain('needs an asset')
  }
  expect(seen[0]).toHaveLength(1)
  expect(seen[0]?.[0]).toMatch(/^ssh-rsa /)
  expect(seen[1]).toEqual(seen[0])
  const gone = { CORE_HOST: 'http://127.0.0.1:9', BOOTSTRAP_TOKEN: 'x', BIND_HOST: '127.0.0.1' }
  await using alone = startDaemon({ directory: directory.path, env: gone })
  await alone.untilLog(({ msg }) => msg === 'waiting for core')
  const { stdout } = await cocod(['status', '--json'], directory.path)
  const [, port] = /"ssh":\s*"[^"]*:(\d+)"/.exec(stdout) ?? []
  expect(await keysAt(Number(port))).toEqual(seen[0])
})
