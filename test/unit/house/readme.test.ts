import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { settingsTable } from '../../../src/config/example.ts'
import { SETTING_NAMES } from '../../../src/config/settings.ts'

const readme = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8')
const written = /<!-- settings -->\n([\s\S]*?)\n<!-- \/settings -->/.exec(readme)?.[1]

test("the README's table of settings is what the schema says", () => {
  expect(written, 'run: npm run docs').toBe(settingsTable())
})

test('the table has a row with a default and a meaning for every setting, and shows no value of this machine', () => {
  const rows = settingsTable().split('\n').slice(2)
  expect(rows.map((row) => /^\| `(\w+)` \| [^|]+ \| [^|]+ \|$/.exec(row)?.[1])).toEqual(SETTING_NAMES)
  expect(rows.find((row) => row.startsWith('| `NAME`'))).toContain('| the host name |')
})
