import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { OPTION_KEYS } from '../../../src/asset-options/keys.ts'
import { optionTable } from '../../../src/asset-options/table.ts'
import { liveList } from '../../../src/config/example.ts'
import { loadInventory } from '../../../src/standalone/inventory-file.ts'
import { SECTIONS } from '../../../src/standalone/inventory-schema.ts'
import { Passwords } from '../../../src/standalone/passwords.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'

const root = join(import.meta.dirname, '../../..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => `docs/${path}`),
]

/** The one INI block of a document, with the files it names beside it. */
function layOut(directory: string): string {
  const ini = /```ini\n([\s\S]*?)```/.exec(read('docs/standalone.md'))?.[1] ?? ''
  for (const [, key, path = ''] of ini.matchAll(/^(\w+_file) = (\S+)$/gm)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    const texts: Record<string, string> = {
      public_key_file: `${/ssh-ed25519 .*/.exec(ini)?.[0]}\n`,
      totp_secret_file: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP\n',
    }
    const text = texts[key ?? ''] ?? 'a secret\n'
    writeFileSync(join(directory, path), text, { mode: 0o600 })
  }
  const file = join(directory, 'inventory.ini')
  writeFileSync(file, ini, { mode: 0o600 })
  return file
}

test('the example of docs/standalone.md is an inventory that is taken as it stands', async () => {
  await using directory = await temporaryDirectory()
  const { users, assets, accounts, permissions, domains, rules } = await loadInventory(
    layOut(directory.path),
    new Passwords(),
  )
  expect([...users.values()].map(({ username }) => username)).toEqual(['alice', 'bob'])
  expect([...users.values()].every(({ publicKeys }) => publicKeys.length === 1)).toBe(true)
  expect([...assets.values()].map(({ hostname }) => hostname)).toEqual(['web-01', 'web-02', 'db-01'])
  expect([accounts.size, permissions.length, domains.size, rules.length]).toEqual([3, 3, 1, 2])
})

test('docs/standalone.md tells every key of every kind of section', () => {
  const text = read('docs/standalone.md')
  for (const [kind, { shape }] of Object.entries(SECTIONS)) {
    const [, part = ''] = text.split(`**\`[${kind} NAME]\`**`)
    const section = part.split('**`[')[0] ?? ''
    const own = Object.keys(shape).filter((key) => !Object.hasOwn(optionsOf(kind), key))
    for (const key of own) expect(section, `${kind}: ${key}`).toContain(`\`${key}\``)
    if (own.length < Object.keys(shape).length) expect(section, kind).toContain('(asset-options.md)')
  }
})

const optionsOf = (kind: string): object =>
  Object.entries(OPTION_KEYS).find(([each]) => each === kind)?.[1] ?? {}

test('docs/asset-options.md has the table of the schema', () => {
  expect(read('docs/asset-options.md')).toContain(`<!-- options -->\n${optionTable()}\n<!-- /options -->`)
})

test('docs/operations.md names the settings that follow a reload', () => {
  expect(read('docs/operations.md')).toContain(`<!-- live -->\n${liveList()}\n<!-- /live -->`)
})

test.each(documents)('every file that %s names is there', (document) => {
  const text = read(document)
  const named = [...text.matchAll(/\b(?:src|test|bench|scripts|patches|docs)\/[\w./-]+\.\w+/g)].map(
    ([path]) => path,
  )
  const linked = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)\)/g)].map(([, path = '']) =>
    join(dirname(document), path),
  )
  expect([...named, ...linked].filter((path) => !existsSync(join(root, path)))).toEqual([])
})

test('every file that docs/architecture.md names by room and name is there', () => {
  const named = [...read('docs/architecture.md').matchAll(/`([a-z0-9]+\/[\w-]+\.ts)`/g)].map(
    ([, path = '']) => path,
  )
  expect(named.length).toBeGreaterThan(20)
  expect(named.filter((path) => !existsSync(join(root, 'src', path)))).toEqual([])
})
