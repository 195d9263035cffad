import { execFile } from 'node:child_process'
import { chmod, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { silentLog } from '../../../src/log.ts'
import { adoptHostKey, existingHostKeys, loadHostKeys } from '../../../src/sshd/host-keys.ts'
import { SshdError } from '../../../src/sshd/sshd-error.ts'
import { scratch } from './door.ts'

const run = promisify(execFile)
const log = silentLog()

test('three keys are made once, for their owner only, and stay the same', async () => {
  await using files = await scratch()
  const keysDir = files.path('keys')
  const first = await loadHostKeys({ keysDir }, log)
  expect(first.map(({ type }) => type)).toEqual(['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ssh-rsa'])
  expect((await stat(keysDir)).mode & 0o777).toBe(0o700)
  const names = await readdir(keysDir)
  expect(names.sort()).toEqual(['ssh_host_ecdsa_key', 'ssh_host_ed25519_key', 'ssh_host_rsa_key'])
  for (const name of names) expect((await stat(`${keysDir}/${name}`)).mode & 0o777).toBe(0o600)
  const again = await loadHostKeys({ keysDir }, log)
  expect(again.map(({ fingerprint }) => fingerprint)).toEqual(first.map(({ fingerprint }) => fingerprint))
})

test('the fingerprints are those that ssh-keygen shows', async () => {
  await using files = await scratch()
  for (const [at, key] of (await loadHostKeys({ keysDir: files.path('keys') }, log)).entries()) {
    const name = ['ed25519', 'ecdsa', 'rsa'][at]
    const { stdout } = await run('ssh-keygen', ['-l', '-f', files.path(`keys/ssh_host_${name}_key`)])
    expect(stdout).toContain(key.fingerprint)
  }
})

test('a key cut at any 64th byte stops the start and is left as it is', async () => {
  await using files = await scratch()
  const keysDir = files.path('keys')
  await loadHostKeys({ keysDir }, log)
  const path = files.path('keys/ssh_host_ed25519_key')
  const whole = await readFile(path)
  for (let length = 0; length < whole.length - 8; length += 64) {
    await writeFile(path, whole)
    await truncate(path, length)
    const fault = await loadHostKeys({ keysDir }, log).catch((error: unknown) => error)
    expect(fault).toBeInstanceOf(SshdError)
    expect(fault).toMatchObject({ code: 'SSHD_HOST_KEY', facts: { path } })
    expect(await readFile(path)).toEqual(whole.subarray(0, length))
  }
})

test('a key of one’s own is the only one then', async () => {
  await using files = await scratch()
  const hostKeyFile = files.path('own')
  await run('ssh-keygen', ['-q', '-t', 'ecdsa', '-N', '', '-f', hostKeyFile])
  const keys = await loadHostKeys({ keysDir: files.path('keys'), hostKeyFile }, log)
  expect(keys.map(({ type }) => type)).toEqual(['ecdsa-sha2-nistp256'])
  await expect(readdir(files.path('keys'))).rejects.toThrow(/ENOENT/)
})

test.each([
  ['missing', async () => {}],
  ['a public key', (path: string) => writeFile(path, 'ssh-ed25519 AAAA x\n')],
  [
    'locked by a passphrase',
    (path: string) => run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'x12345', '-f', path]),
  ],
  ['a megabyte of something', (path: string) => writeFile(path, Buffer.alloc(1 << 20, 'x'))],
])('a HOST_KEY_FILE that is %s stops the start and names the file', async (_what, make) => {
  await using files = await scratch()
  const hostKeyFile = files.path('own')
  await make(hostKeyFile)
  const fault = loadHostKeys({ keysDir: files.path('keys'), hostKeyFile }, log)
  await expect(fault).rejects.toMatchObject({ code: 'SSHD_HOST_KEY', facts: { path: hostKeyFile } })
})

test('a key everybody could read is closed to them', async () => {
  await using files = await scratch()
  const keysDir = files.path('keys')
  await loadHostKeys({ keysDir }, log)
  await chmod(files.path('keys/ssh_host_rsa_key'), 0o644)
  await loadHostKeys({ keysDir }, log)
  expect((await stat(files.path('keys/ssh_host_rsa_key'))).mode & 0o777).toBe(0o600)
})

test('no host key shows itself in JSON', async () => {
  await using files = await scratch()
  expect(JSON.stringify(await loadHostKeys({ keysDir: files.path('keys') }, log))).not.toContain(
    'PRIVATE KEY',
  )
})

test('nothing is made where only existing keys are asked for', async () => {
  await using files = await scratch()
  expect(await existingHostKeys({ keysDir: files.path('keys') }, log)).toBeUndefined()
  expect(await readdir(files.path('keys'))).toEqual([])
})

test("core's key is kept, is the only one from then on, and no other type is made", async () => {
  await using files = await scratch()
  const keysDir = files.path('keys')
  await existingHostKeys({ keysDir }, log)
  await run('ssh-keygen', ['-q', '-t', 'rsa', '-m', 'PEM', '-N', '', '-f', files.path('core')])
  const pem = new Secret(await readFile(files.path('core'), 'utf8'))
  const adopted = await adoptHostKey({ keysDir }, pem, log)
  expect(adopted?.map(({ type }) => type)).toEqual(['ssh-rsa'])
  expect(await readdir(keysDir)).toEqual(['host_key'])
  expect((await stat(`${keysDir}/host_key`)).mode & 0o777).toBe(0o600)
  const again = await loadHostKeys({ keysDir }, log)
  expect(again.map(({ fingerprint }) => fingerprint)).toEqual(adopted?.map(({ fingerprint }) => fingerprint))
  expect(await readdir(keysDir)).toEqual(['host_key'])
})

test("a key of core's that cannot be used is not kept", async () => {
  await using files = await scratch()
  const keysDir = files.path('keys')
  await existingHostKeys({ keysDir }, log)
  const broken = new Secret('-----BEGIN RSA PRIVATE KEY-----\nMII=\n')
  expect(await adoptHostKey({ keysDir }, broken, log)).toBeUndefined()
  expect(await readdir(keysDir)).toEqual([])
})
