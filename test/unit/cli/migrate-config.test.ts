import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { FATES } from '../../../src/cli/migrate/keys.ts'
import { migrateConfig } from '../../../src/cli/migrate-config.ts'
import { loadConfig } from '../../../src/config/config.ts'
import { isSettingName } from '../../../src/config/settings.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'
import { collected } from './collected.ts'

/** What comes out for a file of this name and text, and the configuration that it is. */
async function migrated(name: string, text: string) {
  await using home = await temporaryDirectory()
  writeFileSync(join(home.path, name), text)
  const [out, err] = [collected(), collected()]
  const io = { stdin: new PassThrough(), stdout: out.stdout, stderr: err.stdout, env: {}, cwd: home.path }
  expect(await migrateConfig([name], io)).toBe(0)
  const file = join(home.path, 'config.ini')
  writeFileSync(file, out.text())
  const { settings, optionSections } = loadConfig({ flags: new Map(), env: {}, cwd: home.path, file })
  return { ini: out.text(), notes: err.text(), settings, optionSections, home: home.path }
}

test('config.yml of coco becomes a configuration that is taken, and the rest is told by line', async () => {
  const { settings, notes, optionSections } = await migrated(
    'config.yml',
    `# coco
NAME: "bj-01"
CORE_HOST: http://core:8080   # not this
BOOTSTRAP_TOKEN: 'to#ken;x'
SSHD_PORT: 2223
LOG_LEVEL: WARNING
LOG_DIR: /var/log/coco/
PASSWORD_AUTH: false
ALLOW_SSH_USER: ALL
BLOCK_SSH_USER:
SECRET_KEY: abc
ASSET_LIST_SORT_BY: ip
REUSE_CONNECTION: true
TELNET_REGEX: 'ok# $'
ENABLE_PROXY_PROTOCOL: true
LANGUAGE_CODE: fr
REPLAY_STORAGE:
  TYPE: s3
SOMETHING: 1
`,
  )
  expect(settings).toMatchObject({
    ...{ NAME: 'bj-01', CORE_HOST: 'http://core:8080', BOOTSTRAP_TOKEN: 'to#ken;x', SSHD_PORT: 2223 },
    ...{ LOG_LEVEL: 'warn', LOG_FILE: '/var/log/coco/cocod.log', PASSWORD_AUTH: false },
    ...{ ASSET_LIST_SORT_BY: 'ip', ALLOW_SSH_USER: undefined, BLOCK_SSH_USER: [], LANGUAGE_CODE: 'en' },
  })
  expect(optionSections).toMatchObject([
    { kind: 'asset', values: { reuse: true, telnet_regex: expect.anything() as unknown } },
  ])
  const lines = notes.trim().split('\n')
  expect(lines.map((line) => /^config\.yml:\d+: (\w+)/.exec(line)?.[1])).toEqual([
    ...['LOG_DIR', 'SECRET_KEY', 'ENABLE_PROXY_PROTOCOL', 'LANGUAGE_CODE', 'REPLAY_STORAGE', 'SOMETHING'],
  ])
})

test('conf.py is read as literals, and nothing in it is run', async () => {
  await using mark = await temporaryDirectory()
  const ran = join(mark.path, 'ran')
  const { settings, notes } = await migrated(
    'conf.py',
    `import os
open('${ran}', 'w')
BASE_DIR = os.path.dirname(__file__)
class Config:
    """
    NAME of nothing
    """
    # SSHD_PORT = 1
    NAME = 'first'
    NAME = u"second"  # wins
    CORE_HOST = os.environ.get("CORE_HOST") or 'http://127.0.0.1:8080'
    HTTPD_PORT = os.getenv('X', 5001)
    SSHD_PORT = 2000 + 222
    PUBLIC_KEY_AUTH = False
    ACCESS_KEY = None
    LOG_DIR = os.path.join(BASE_DIR, 'logs')
config = Config()
`,
  )
  expect(existsSync(ran)).toBe(false)
  expect(settings).toMatchObject({
    ...{ NAME: 'second', CORE_HOST: 'http://127.0.0.1:8080', HTTPD_PORT: 5001, SSHD_PORT: 2222 },
    ...{ PUBLIC_KEY_AUTH: false, ACCESS_KEY: undefined },
  })
  expect(notes).toContain('conf.py:13: SSHD_PORT: is no plain value')
  expect(notes).toContain('BASE_DIR: there is nothing like it here')
})

test('every key that becomes a setting becomes one there is, and the documents name all keys', () => {
  const documents = ['coco', 'koko']
    .map((name) => readFileSync(join(import.meta.dirname, `../../../docs/migrate-from-${name}.md`), 'utf8'))
    .join('\n')
  for (const [key, fate] of Object.entries(FATES)) {
    if (fate.kind === 'setting') expect(isSettingName(fate.name), key).toBe(true)
    expect(documents).toContain(`\`${key}\``)
  }
})
