import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { debugBundle } from '../../../src/cli/debug-bundle.ts'
import { canariesIn } from '../../fixtures/canaries.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'
import { collected } from './collected.ts'

const CANARIES = {
  bootstrap: 'boot-canary-8d1f',
  accessKey: 'ak-canary-77aa01',
  webhookToken: 'hook "canary" 51\\aa',
  hostKey: 'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwcanary',
  accessFile: 'file-canary-0c0ffee',
  inventory: 'inv-canary-9 9x',
  inventoryFile: 'invfile-canary-31',
  demo: 'demo-canary-otter',
  bearer: 'bearer-canary.abc',
  url: 'url-canary-pw',
  field: 'field-canary-12',
  pem: 'MIIEcanarypemline0123456789',
  query: 'query-canary-5',
}

test('no planted secret is in the bundle, and what a report needs is', async () => {
  await using home = await temporaryDirectory()
  for (const name of ['data', 'keys']) mkdirSync(join(home.path, name))
  const put = (name: string, text: string): void => writeFileSync(join(home.path, name), text)
  put(
    'config.ini',
    `BOOTSTRAP_TOKEN = ${CANARIES.bootstrap}\nINVENTORY = inventory.ini\nSSHD_PORT = 2299\nAUDIT_SYSLOG = syslog+tcp://u:${CANARIES.url}@logs:514\n`,
  )
  put('inventory.ini', `[account a]\npassword = "${CANARIES.inventory}"\nprivate_key_file = a.key\n`)
  put('a.key', CANARIES.inventoryFile)
  put('keys/ssh_host_ed25519_key', `-----BEGIN OPENSSH PRIVATE KEY-----\n${CANARIES.hostKey}\n`)
  put('keys/.access_key', `1b2c:${CANARIES.accessFile}`)
  put('data/demo-password', CANARIES.demo)
  const base64 = Buffer.from(`x${CANARIES.accessFile}`).toString('base64')
  const lines = [
    { msg: 'kept for the report', user: 'alice', session: 's-4f21c09a' },
    ...Object.values(CANARIES)
      .slice(0, 8)
      .map((secret) => ({ msg: `odd: ${secret}` })),
    { msg: 'header', authorization: `Bearer ${CANARIES.bearer}`, raw: base64 },
    { msg: `GET /x?token=${CANARIES.query}&a=1 Authorization: Bearer ${CANARIES.bearer}` },
    { msg: `proxy http://u:${CANARIES.url}@proxy:3128` },
    { deep: { db_password: CANARIES.field }, text: `password=${CANARIES.field}` },
    { pem: `-----BEGIN RSA PRIVATE KEY-----\n${CANARIES.pem}\n-----END RSA PRIVATE KEY-----` },
  ]
  put('data/cocod.log', lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  const env = { ACCESS_KEY: `9f:${CANARIES.accessKey}`, AUDIT_WEBHOOK_TOKEN: CANARIES.webhookToken }
  const { stdout, text } = collected()
  expect(
    await debugBundle(['bundle.txt'], {
      stdin: new PassThrough(),
      stdout,
      stderr: stdout,
      env,
      cwd: home.path,
    }),
  ).toBe(0)
  const bundle = readFileSync(join(home.path, 'bundle.txt'), 'utf8')
  expect(canariesIn(bundle, CANARIES)).toEqual([])
  expect(canariesIn(text(), CANARIES)).toEqual([])
  for (const wanted of [
    ...['kept for the report', 's-4f21c09a', 'SSHD_PORT = 2299   (file)', 'BOOTSTRAP_TOKEN = ***   (file)'],
    ...['ACCESS_KEY = ***   (environment)', 'cocod 0.', 'openssl ', 'not running', 'ssh_host_ed25519_key'],
  ])
    expect(bundle).toContain(wanted)
  expect(statSync(join(home.path, 'bundle.txt')).mode & 0o777).toBe(0o600)
})

test('a file that is there is not written over', async () => {
  await using home = await temporaryDirectory()
  writeFileSync(join(home.path, 'mine.txt'), 'mine')
  const { stdout } = collected()
  const io = { stdin: new PassThrough(), stdout, stderr: stdout, env: {}, cwd: home.path }
  await expect(debugBundle(['mine.txt'], io)).rejects.toThrow('cannot be written')
  expect(readFileSync(join(home.path, 'mine.txt'), 'utf8')).toBe('mine')
})
